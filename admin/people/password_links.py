"""The link for a forgotten password. It changes the password and nothing else: one-time codes stay as they are."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from admin.people import sign_in, staff, tries
from admin.people.staff import Colleague, StaffRow
from admin.people.staff_letters import LINK_LIFE, NEW_PASSWORD, post_link
from admin.people.tries import Waits
from foundation import ledger
from foundation.addresses import Address
from foundation.database import Base, RowId
from foundation.tokens import fingerprint, random_token
from subscribers.stationery import Stationery

MOST_AN_HOUR = 3
_HOUR = timedelta(hours=1)
_KEPT = timedelta(days=30)


class PasswordLink(Base):
    __tablename__ = "staff_password_links"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def ask(session: Session, stationery: Stationery, address: Address, *, at: datetime, road: str) -> Waits | None:
    """Sends a link to a colleague who has a password already; to nobody else, and without a word about it. `road` is
    from where it is asked, as `tries` counts it: whether to wait has nothing to do with the account."""
    waits = tries.begin(session, road, at=at)
    if waits is None:
        _send(session, stationery, address, at=at)
    return waits


def _send(session: Session, stationery: Stationery, address: Address, *, at: datetime) -> None:
    me = staff.find(session, address)
    if me is None or session.scalar(select(StaffRow.password_hash).where(StaffRow.id == me.id)) is None:
        return
    session.execute(delete(PasswordLink).where(PasswordLink.expires_at < at - _KEPT))
    recent = select(func.count()).where(PasswordLink.staff_id == me.id, PasswordLink.created_at > at - _HOUR)
    if (session.scalar(recent) or 0) >= MOST_AN_HOUR:
        return
    token = random_token()
    session.add(PasswordLink(token_hash=fingerprint(token), staff_id=me.id, created_at=at, expires_at=at + LINK_LIFE))
    session.flush()
    values = {"address": me.address, "name": me.name}
    post_link(session, stationery, "staff-password", values, link=(NEW_PASSWORD, token, at))
    ledger.write(session, me.deed("staff.password-link-sent", me.actor), at=at)


def behind(session: Session, token: str, *, at: datetime) -> Colleague | None:
    """Whose password this link sets; reads only."""
    row = session.scalar(
        select(StaffRow)
        .join(PasswordLink, PasswordLink.staff_id == StaffRow.id)
        .where(
            PasswordLink.token_hash == fingerprint(token),
            PasswordLink.used_at.is_(None),
            PasswordLink.expires_at > at,
            StaffRow.active,
        )
    )
    return staff.colleague(row) if row else None


def use(session: Session, token: str, password_hash: str, *, at: datetime) -> Colleague | None:
    """None where the link no longer counts. All other links of this person go with it."""
    me = behind(session, token, at=at)
    if me is None:
        return None
    used = update(PasswordLink).where(PasswordLink.staff_id == me.id, PasswordLink.used_at.is_(None))
    if fingerprint(token) not in session.scalars(used.values(used_at=at).returning(PasswordLink.token_hash)).all():
        return None
    set_password(session, me, password_hash, at=at)
    return me


def set_password(session: Session, me: Colleague, password_hash: str, *, at: datetime) -> None:
    """Sessions opened before end by themselves."""
    session.execute(
        update(StaffRow).where(StaffRow.id == me.id).values(password_hash=password_hash, password_set_at=at)
    )
    sign_in.sign_out_everywhere(session, me.id)
    ledger.write(session, me.deed("staff.password-set", me.actor), at=at)
