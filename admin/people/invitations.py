"""Invitations of colleagues: a one-time link by mail, behind which the person sets a password and is in."""

from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from admin.people import one_time_codes, recovery_codes, staff
from admin.people.roles import Role
from admin.people.staff import Colleague, StaffRow, checked_name
from admin.people.staff_letters import LINK_LIFE, WELCOME, post_link
from foundation import ledger
from foundation.addresses import Address
from foundation.database import Base, RowId
from foundation.tokens import fingerprint, random_token
from subscribers.stationery import Stationery


class StaffInvitation(Base):
    """One newcomer. Without a token it waits for the second manager; cancelled, it forgets whom it was for."""

    __tablename__ = "staff_invitations"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    address: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    role: Mapped[str]
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    # The manager who sent it without a second one; None where two looked, or the command line.
    alone_by: Mapped[int | None]
    expires_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    @property
    def subject(self) -> str:
        return f"invitation:{self.id}"


class AlreadyHere(ValueError):
    """このアドレスの職員は、すでに登録されています。役割を変えるときは、一覧から選んでください。"""


class AlreadyInvited(ValueError):
    """このアドレスは、すでに招待しています。一覧から、招待メールを送りなおせます。"""


class InvitationGone(LookupError):
    """この招待は、すでに使われたか、取り消されています。"""


def write(
    session: Session, actor: str, address: Address, name: str, *, role: Role, at: datetime, origin: str = ""
) -> StaffInvitation:
    """Not sent yet. Raises NameInvalid, AlreadyHere, AlreadyInvited."""
    if staff.find(session, address) is not None:
        raise AlreadyHere(AlreadyHere.__doc__)
    if session.scalar(_open().where(StaffInvitation.address == address.text)) is not None:
        raise AlreadyInvited(AlreadyInvited.__doc__)
    row = StaffInvitation(address=address.text, name=checked_name(name), role=role.value, created_at=at)
    session.add(row)
    session.flush()
    details = {"before": None, "after": role.value}
    ledger.write(session, ledger.Deed(actor, "staff.invited", row.subject, origin), at=at, details=details)
    return row


def send(session: Session, stationery: Stationery, row: StaffInvitation, deed: ledger.Deed, *, at: datetime) -> None:
    """A new link; earlier ones of this invitation are void."""
    token = random_token()
    row.token_hash, row.expires_at = fingerprint(token), at + LINK_LIFE
    session.flush()
    values = {"address": row.address, "name": row.name, "role": Role(row.role).label}
    post_link(session, stationery, "staff-invitation", values, link=(WELCOME, token, at))
    ledger.write(session, deed, at=at)


def open_ones(session: Session) -> list[StaffInvitation]:
    """Invited and not yet in, the newest first."""
    return list(session.scalars(_open().order_by(StaffInvitation.id.desc())))


def numbered(session: Session, invitation_id: int) -> StaffInvitation:
    """Raises InvitationGone unless it is still open."""
    row = session.scalar(_open().where(StaffInvitation.id == invitation_id).with_for_update())
    if row is None:
        raise InvitationGone(InvitationGone.__doc__)
    return row


def cancel(session: Session, row: StaffInvitation, deed: ledger.Deed, *, at: datetime) -> None:
    row.cancelled_at, row.token_hash, row.address, row.name = at, None, "", ""
    session.flush()
    ledger.write(session, deed, at=at)


def behind(session: Session, token: str, *, at: datetime) -> StaffInvitation | None:
    """The invitation that this link opens; reads only."""
    live = (StaffInvitation.token_hash == fingerprint(token), StaffInvitation.expires_at > at)
    row = session.scalar(_open().where(*live))
    if row is None or staff.find(session, Address.parse(row.address)) is not None:
        return None
    return row


def accept(session: Session, token: str, password_hash: str, *, at: datetime) -> Colleague | None:
    """None where the link is used, over, cancelled or replaced. Of two at once, one gets it."""
    row = behind(session, token, at=at)
    taken = row is not None and session.scalar(
        update(StaffInvitation)
        .where(StaffInvitation.id == row.id, StaffInvitation.accepted_at.is_(None))
        .values(accepted_at=at, token_hash=None)
        .returning(StaffInvitation.id)
    )
    if row is None or not taken:
        return None
    address = Address.parse(row.address)
    _forget_codes(session, address, row, at=at)
    me = staff.add(
        session, address, row.name, role=Role(row.role), password_hash=password_hash, at=at, actor=row.subject
    )
    return staff.let_in(session, me.id, alone_by=row.alone_by)


def _forget_codes(session: Session, address: Address, row: StaffInvitation, *, at: datetime) -> None:
    """Whoever comes back after years starts anew: the telephone of then may be anybody's now."""
    earlier = session.scalar(select(StaffRow.id).where(StaffRow.address == address.text))
    if earlier is not None:
        deed = ledger.Deed(row.subject, "staff.codes-reset", f"staff:{earlier}")
        one_time_codes.switch_off(session, earlier, deed, at=at)
        recovery_codes.forget(session, earlier)


def _open() -> Select[tuple[StaffInvitation]]:
    return select(StaffInvitation).where(StaffInvitation.accepted_at.is_(None), StaffInvitation.cancelled_at.is_(None))
