"""Recovery codes: ten for the day on which the telephone is lost, shown once, each good once."""

import unicodedata
from datetime import datetime

from sqlalchemy import ForeignKey, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from admin.people.staff import Colleague
from foundation import ledger
from foundation.database import Base, RowId
from foundation.tokens import fingerprint, random_token

HOW_MANY = 10
_LETTERS = 16  # of base32: 80 bits, so that a plain hash of it cannot be turned back
_GROUP = 4


class StaffRecoveryCode(Base):
    __tablename__ = "staff_recovery_codes"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    fingerprint: Mapped[str]
    used_at: Mapped[datetime | None]


def make(session: Session, me: Colleague, *, at: datetime) -> list[str]:
    """New ones, which cannot be shown a second time; earlier ones are void."""
    forget(session, me.id)
    codes = [random_token()[:_LETTERS] for _ in range(HOW_MANY)]
    session.add_all(StaffRecoveryCode(staff_id=me.id, fingerprint=fingerprint(code)) for code in codes)
    ledger.write(session, me.deed("staff.recovery-codes-made", me.actor), at=at, details={"codes": HOW_MANY})
    # In capitals, since a printed l is read as a 1; typed they may be either.
    return ["-".join(code[start : start + _GROUP] for start in range(0, _LETTERS, _GROUP)).upper() for code in codes]


def spend(session: Session, me: Colleague, typed: str, *, at: datetime) -> bool:
    """Whether this is a code of this person that was not used yet."""
    text = unicodedata.normalize("NFKC", typed[:60]).lower()
    code = "".join(letter for letter in text if letter.isalnum())
    spent = session.scalars(
        update(StaffRecoveryCode)
        .where(
            StaffRecoveryCode.staff_id == me.id,
            StaffRecoveryCode.fingerprint == fingerprint(code),
            StaffRecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
        .returning(StaffRecoveryCode.id)
    ).all()
    if spent:
        details = {"left": left(session, me.id)}
        ledger.write(session, me.deed("staff.recovery-code-used", me.actor), at=at, details=details)
    return bool(spent)


def left(session: Session, staff_id: int) -> int:
    """How many can still be used."""
    return (
        session.scalar(
            select(func.count()).where(StaffRecoveryCode.staff_id == staff_id, StaffRecoveryCode.used_at.is_(None))
        )
        or 0
    )


def forget(session: Session, staff_id: int) -> None:
    session.execute(delete(StaffRecoveryCode).where(StaffRecoveryCode.staff_id == staff_id))
