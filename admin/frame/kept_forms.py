"""What somebody was writing when their session had ended: kept for an hour, for that person alone.

Each form for writing bears a signed mark of the person to whom the page was shown. A form that the guard turns away
is kept only with such a mark, so that strangers fill no disk of ours, and only that person gets it back after
signing in, on whichever machine.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from admin.people.staff import Colleague
from foundation.clock import Clock
from foundation.database import Base, Database
from foundation.tokens import Keyring, fingerprint, random_token

KEPT_FOR = timedelta(hours=1)
MOST_FORMS = 20  # of one person
MOST_LETTERS = 200_000  # of one form
MARK = "writer"  # the name of the field that bears the mark
_PURPOSE = "draft-form"

Pairs = Sequence[tuple[str, str]]


class KeptFormRow(Base):
    """Under the hash of a random key, which stands in the address of the page that gives the form back."""

    __tablename__ = "kept_forms"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    form: Mapped[str]
    kept_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class FormKeeper:
    database: Database
    clock: Clock
    keyring: Keyring

    def mark(self, me: Colleague) -> str:
        return self.keyring.sign(_PURPOSE, me.id)

    def writer(self, mark: str) -> int | None:
        """The number of the person to whom the page was shown."""
        return self.keyring.read(_PURPOSE, mark)

    def keep(self, pairs: Pairs) -> str | None:
        """The key to get it back by; None for what bears no mark of ours, or is more than one person writes."""
        owner = next((self.writer(value) for name, value in pairs if name == MARK), None)
        form = json.dumps([pair for pair in pairs if pair[0] != MARK])
        if owner is None or len(form) > MOST_LETTERS:
            return None
        key, at = random_token(), self.clock.now()
        with self.database.write() as session:
            forget(session, at=at)
            if _number_of(session, owner) >= MOST_FORMS:
                return None
            session.add(KeptFormRow(fingerprint=fingerprint(key), staff_id=owner, form=form, kept_at=at))
        return key

    def read(self, key: str, me: Colleague) -> Pairs | None:
        """None where there is none, where it is older than an hour, and for anybody else. Stays until it is let go."""
        with self.database.read() as session:
            row = session.get(KeptFormRow, fingerprint(key))
        if row is None or row.staff_id != me.id or row.kept_at <= self.clock.now() - KEPT_FOR:
            return None
        return [(str(name), str(value)) for name, value in json.loads(row.form)]

    def let_go(self, key: str, me: Colleague) -> None:
        """What it held is saved as a draft now."""
        mine = (KeptFormRow.fingerprint == fingerprint(key)) & (KeptFormRow.staff_id == me.id)
        with self.database.write() as session:
            session.execute(delete(KeptFormRow).where(mine))


def forget(session: Session, *, at: datetime) -> None:
    session.execute(delete(KeptFormRow).where(KeptFormRow.kept_at <= at - KEPT_FOR))


def _number_of(session: Session, staff_id: int) -> int:
    return session.scalar(select(func.count()).where(KeptFormRow.staff_id == staff_id)) or 0
