"""The register of staff: who may enter the console, under which name and in which role."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from admin.people.roles import Role
from foundation import ledger
from foundation.addresses import Address
from foundation.database import Base, RowId

LONGEST_NAME = 60


class StaffRow(Base):
    """One person; never deleted, since the ledger and the bulletins name the number."""

    __tablename__ = "staff"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 -- the attribute is SQLAlchemy's

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str | None]
    # Sessions opened before this moment are void: a new password signs out whoever knew the old one.
    password_set_at: Mapped[datetime | None]
    active: Mapped[bool]
    created_at: Mapped[datetime]
    # An approver who stands in for the proper ones (代決), the lowest number first; None is a proper one.
    deputy_rank: Mapped[int | None]
    last_sign_in_at: Mapped[datetime | None]
    # The manager who let this person in without a second one: two accounts of one person must not make two people.
    let_in_by: Mapped[int | None]


class NameInvalid(ValueError):
    """氏名は、改行などを含まない、1文字以上60文字までで書いてください。"""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff as pages and other rooms see one; `origin` is from where they act just now."""

    id: int
    name: str
    address: str
    role: Role
    origin: str = ""
    deputy_rank: int | None = None
    let_in_by: int | None = None

    @property
    def actor(self) -> str:
        """How the ledger names this person: by number, never by name or address."""
        return f"staff:{self.id}"

    def deed(self, action: str, subject: str) -> ledger.Deed:
        """For the ledger, with from where it was done."""
        return ledger.Deed(self.actor, action, subject, self.origin)

    def may(self, needed: str) -> bool:
        return self.role.may(needed)


@dataclass(frozen=True, slots=True)
class Presence:
    """Who is there; `is_due` says that the note of when they were last seen should be renewed."""

    me: Colleague
    is_due: bool


def add(
    session: Session,
    address: Address,
    name: str,
    *,
    role: Role,
    password_hash: str | None,
    at: datetime,
    actor: str,
    deputy_rank: int | None = None,
) -> Colleague:
    """Enters a person, or changes name and role of the one who has this address and lets them in again.

    Without a hash the password stays as it is: none for a new person, who can then use the API only. Without a rank
    that one stays too; 0 makes a proper approver of a deputy, and whoever may not approve has none.
    Raises NameInvalid for a name that is empty or holds control characters.
    """
    row = session.scalar(select(StaffRow).where(StaffRow.address == address.text))
    action = "staff.added" if row is None else "staff.changed"
    if row is None:
        row = StaffRow(address=address.text, created_at=at, password_hash=None, password_set_at=None)
        session.add(row)
    before = row.role if row.id and row.active else None
    row.name, row.role, row.active, row.let_in_by = checked_name(name), role.value, True, None
    if deputy_rank is not None or not role.may(Role.APPROVER):
        row.deputy_rank = deputy_rank or None if role.may(Role.APPROVER) else None
    if password_hash is not None:
        row.password_hash, row.password_set_at = password_hash, at
    session.flush()
    deed = ledger.Deed(actor, action, f"staff:{row.id}")
    details: dict[str, object] = {"before": before, "after": role.value, "password_set": password_hash is not None}
    if row.deputy_rank is not None:
        details["deputy_rank"] = row.deputy_rank
    ledger.write(session, deed, at=at, details=details)
    return colleague(row)


def let_in(session: Session, staff_id: int, *, alone_by: int | None) -> Colleague:
    """Notes who alone answers for it that this person is somebody else."""
    row = session.get_one(StaffRow, staff_id)
    row.let_in_by = alone_by
    session.flush()
    return colleague(row)


def deactivate(session: Session, staff_id: int, *, at: datetime, actor: str) -> None:
    """Shuts the person out at once: open sessions and API tokens no longer count."""
    row = session.get_one(StaffRow, staff_id)
    row.active = False
    ledger.write(session, ledger.Deed(actor, "staff.deactivated", f"staff:{staff_id}"), at=at)


def find(session: Session, address: Address) -> Colleague | None:
    """The active member of staff with this address."""
    row = session.scalar(select(StaffRow).where(StaffRow.address == address.text, StaffRow.active))
    return colleague(row) if row else None


def numbered(session: Session, staff_id: int) -> Colleague | None:
    """The person of this number, active or not: whoever approved last year is still named."""
    row = session.get(StaffRow, staff_id)
    return colleague(row) if row else None


def everyone(session: Session, *, at_least: Role = Role.VIEWER) -> list[Colleague]:
    """All active staff of this role or above, in the order in which they came."""
    rows = session.scalars(select(StaffRow).where(StaffRow.active).order_by(StaffRow.id))
    return [one for one in map(colleague, rows) if one.may(at_least)]


def all_ever(session: Session) -> list[Colleague]:
    """Everybody who was ever entered, those who left too, in the order in which they came."""
    return [colleague(row) for row in session.scalars(select(StaffRow).order_by(StaffRow.id))]


def colleague(row: StaffRow) -> Colleague:
    return Colleague(
        id=row.id,
        name=row.name,
        address=row.address,
        role=Role(row.role),
        deputy_rank=row.deputy_rank,
        let_in_by=row.let_in_by,
    )


def checked_name(text: str) -> str:
    """Raises NameInvalid."""
    name = text.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise NameInvalid(NameInvalid.__doc__)
    return name
