"""Time-based one-time codes (RFC 6238): set up with a telephone, confirmed by one code, each code good once."""

import hmac
import unicodedata
from datetime import datetime

import pyotp
from sqlalchemy import ForeignKey, Select, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from admin.people.staff import Colleague
from foundation import ledger
from foundation.database import Base, RowId
from foundation.seals import seal, unseal
from foundation.tokens import Keyring

STEP = 30  # seconds
DRIFT = 1  # steps that a telephone's clock may be early or late
_PURPOSE = "one-time-codes"


class StaffCodes(Base):
    """One person's codes. `pending` is a secret that no code has confirmed yet: it opens nothing."""

    __tablename__ = "staff_one_time_codes"

    staff_id: Mapped[int] = mapped_column(RowId, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    sealed: Mapped[str | None]
    pending: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None]


def is_on(session: Session, staff_id: int) -> bool:
    return session.scalar(_confirmed(staff_id)) is not None


def who_has(session: Session) -> set[int]:
    """The numbers of all who sign in with codes."""
    return set(session.scalars(select(StaffCodes.staff_id).where(StaffCodes.sealed.is_not(None))))


def begin(session: Session, keyring: Keyring, staff_id: int) -> None:
    """Makes a new secret to be confirmed; codes that are in force stay so until then."""
    row = session.get(StaffCodes, staff_id)
    if row is None:
        row = StaffCodes(staff_id=staff_id)
        session.add(row)
    row.pending = seal(keyring, _PURPOSE, pyotp.random_base32(), about=str(staff_id))
    session.flush()


def pending_secret(session: Session, keyring: Keyring, staff_id: int) -> str | None:
    """Base32, for the telephone; None when nothing is being set up."""
    row = session.get(StaffCodes, staff_id)
    return unseal(keyring, _PURPOSE, row.pending, about=str(staff_id)) if row and row.pending else None


def setting_up_link(secret: str, me: Colleague, issuer: str) -> str:
    """What the QR code says (the `otpauth:` form that authenticator programs read)."""
    return pyotp.TOTP(secret).provisioning_uri(name=me.address, issuer_name=issuer)


def confirm(session: Session, keyring: Keyring, me: Colleague, code: str, *, at: datetime) -> bool:
    """The first right code puts the pending secret into force; that code is spent."""
    secret = pending_secret(session, keyring, me.id)
    step = _step_of(secret, code, at) if secret else None
    if step is None:
        return False
    before = is_on(session, me.id)
    session.execute(
        update(StaffCodes)
        .where(StaffCodes.staff_id == me.id)
        .values(sealed=StaffCodes.pending, pending=None, confirmed_at=at, last_step=step)
    )
    session.expire_all()
    deed = me.deed("staff.codes-on", me.actor)
    ledger.write(session, deed, at=at, details={"before": "on" if before else "off", "after": "on"})
    return True


def accept(session: Session, keyring: Keyring, staff_id: int, code: str, *, at: datetime) -> bool:
    """Whether the code is right and was not used before; using it spends it and all earlier ones."""
    sealed = session.scalar(_confirmed(staff_id))
    secret = unseal(keyring, _PURPOSE, sealed, about=str(staff_id)) if sealed else None
    step = _step_of(secret, code, at) if secret else None
    if step is None:
        return False
    unspent = or_(StaffCodes.last_step.is_(None), StaffCodes.last_step < step)
    # Of two requests with one code at the same moment, one finds it spent.
    spent = session.execute(
        update(StaffCodes).where(StaffCodes.staff_id == staff_id, unspent).values(last_step=step).returning(StaffCodes)
    )
    return spent.first() is not None


def switch_off(session: Session, staff_id: int, deed: ledger.Deed, *, at: datetime) -> bool:
    """False where there were none in force; a secret that was being set up goes too."""
    was_on = is_on(session, staff_id)
    session.execute(delete(StaffCodes).where(StaffCodes.staff_id == staff_id))
    if was_on:
        ledger.write(session, deed, at=at, details={"before": "on", "after": "off"})
    return was_on


def _confirmed(staff_id: int) -> Select[tuple[str | None]]:
    return select(StaffCodes.sealed).where(StaffCodes.staff_id == staff_id)


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is, within the drift."""
    typed = "".join(unicodedata.normalize("NFKC", code[:40]).split())
    if not (typed.isascii() and typed.isdigit() and len(typed) == 6):
        return None
    now = int(at.timestamp()) // STEP
    codes = pyotp.TOTP(secret, interval=STEP)
    fitting = [
        step for step in range(now - DRIFT, now + DRIFT + 1) if hmac.compare_digest(codes.generate_otp(step), typed)
    ]
    return fitting[-1] if fitting else None
