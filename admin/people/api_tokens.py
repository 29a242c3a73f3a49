"""Bearer tokens by which other programs act for a member of staff; only their hashes are kept."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from admin.people import staff
from admin.people.staff import Colleague, Presence, StaffRow
from foundation import ledger
from foundation.database import Base, RowId
from foundation.tokens import fingerprint, random_token

NOTE_EVERY = timedelta(minutes=1)


class StaffToken(Base):
    """One token; a person may hold several, so that one can be replaced without a gap."""

    __tablename__ = "staff_tokens"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


def issue(session: Session, staff_id: int, *, at: datetime, actor: str) -> str:
    """The token itself, which cannot be shown a second time. Tokens given out earlier stay valid."""
    token = random_token()
    row = StaffToken(fingerprint=fingerprint(token), staff_id=staff_id, created_at=at)
    session.add(row)
    session.flush()
    deed = ledger.Deed(actor, "staff.token-issued", f"staff:{staff_id}")
    ledger.write(session, deed, at=at, details={"token": row.id})
    return token


def owner(session: Session, token: str, *, at: datetime) -> Presence | None:
    """For whom the token speaks, while neither it nor the person is out of service; reads only."""
    found = session.execute(
        select(StaffToken.last_used_at, StaffRow)
        .join(StaffRow, StaffRow.id == StaffToken.staff_id)
        .where(StaffToken.fingerprint == fingerprint(token), StaffToken.revoked_at.is_(None), StaffRow.active)
    ).one_or_none()
    if found is None:
        return None
    last_used_at, row = found
    return Presence(staff.colleague(row), is_due=last_used_at is None or at >= last_used_at + NOTE_EVERY)


def used(session: Session, token: str, *, at: datetime) -> None:
    """Notes the use, for whoever has to decide which tokens can go."""
    session.execute(update(StaffToken).where(StaffToken.fingerprint == fingerprint(token)).values(last_used_at=at))


def living(session: Session, staff_id: int) -> list[StaffToken]:
    """Those that still count, the newest first."""
    found = select(StaffToken).where(StaffToken.staff_id == staff_id, StaffToken.revoked_at.is_(None))
    return list(session.scalars(found.order_by(StaffToken.id.desc())))


def revoke(session: Session, token_id: int, me: Colleague, *, at: datetime) -> bool:
    """False where this is no living token of this person."""
    mine = (StaffToken.id == token_id, StaffToken.staff_id == me.id, StaffToken.revoked_at.is_(None))
    ended = session.scalar(update(StaffToken).where(*mine).values(revoked_at=at).returning(StaffToken.id))
    if ended is not None:
        ledger.write(session, me.deed("staff.token-revoked", me.actor), at=at, details={"token": token_id})
    return ended is not None


def revoke_all(session: Session, staff_id: int, *, at: datetime, actor: str) -> int:
    """How many tokens of this person were valid until now."""
    ended = session.scalars(
        update(StaffToken)
        .where(StaffToken.staff_id == staff_id, StaffToken.revoked_at.is_(None))
        .values(revoked_at=at)
        .returning(StaffToken.id)
    ).all()
    if ended:
        deed = ledger.Deed(actor, "staff.tokens-revoked", f"staff:{staff_id}")
        ledger.write(session, deed, at=at, details={"tokens": len(ended)})
    return len(ended)
