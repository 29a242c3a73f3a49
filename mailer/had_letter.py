"""Who has had a letter: the question of those who must put right what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from foundation import row_sets
from mailer import tallies
from mailer.outbox_tables import IS_ODD, IS_OPEN, NOT_ENDED, BatchRow, LetterRow, OutboxRow, State
from mailer.quiet import aloud, in_quiet

# A try is counted when a letter is offered, and taken back where it was not offered after all. Where one was counted
# and no answer written down, the sender died over it, or the relay took the content and fell silent.
_UNHEARD = (State.QUEUED.value, State.DEFERRED.value, State.SUPPRESSED.value, State.EXPIRED.value)
FEW = 2000  # letters that are looked at one by one while somebody waits for a page


@dataclass(frozen=True)
class HowMany:
    """Both are the same where it is known."""

    least: int
    most: int


def has_had(
    address: ColumnElement[Any] | InstrumentedAttribute[Any], keys: Sequence[str], *, quietly: bool = False
) -> ColumnElement[bool]:
    """Whether the address was sent a letter under one of these once_keys, bounced or not, or may have been: one that is
    in a sender's hand counts, and one over which a sender died or a relay fell silent. `quietly` asks for those of
    quiet batches instead.

    One look a key into the unique index. PostgreSQL would make a join of EXISTS, and read all letters for each page.
    """
    which = (OutboxRow.once_key.in_(keys), OutboxRow.address == address, _spoken(quietly=quietly), _went())
    return select(OutboxRow.id).where(*which).limit(1).scalar_subquery().is_not(None)


def count(session: Session, keys: Sequence[str], *, again: Sequence[str] = ()) -> HowMany:
    """How many addresses had one. Letters `again` went to nobody but those who had one of the others.

    Of one key the tallies know. Of several most addresses had each: where letters are few they are counted, and where
    all but one are `again` it is enough to look at whom that one did not go to. Else it lies between two bounds.
    """
    named = select(BatchRow.once_key, BatchRow.batch).where(BatchRow.once_key.in_(keys), aloud(BatchRow.batch))
    rows = session.execute(named)
    batches = {str(key): batch for key, batch in rows}
    went = {key: tallies.of(session, batch).sent + _unheard_of(session, batch) for key, batch in batches.items()}
    everything = sum(went.values())
    if len(went) < 2:
        return HowMany(everything, everything)
    if everything <= FEW:
        under = (OutboxRow.once_key.in_(keys), _spoken(), _went())
        found = select(func.count(OutboxRow.address.distinct())).where(*under)
        number = session.scalar(found) or 0
        return HowMany(number, number)
    first = [key for key in went if key not in again]
    if len(first) == 1:
        return _with_strays(session, batches, went, first[0])
    return HowMany(max(went.values()), everything)


def _with_strays(session: Session, batches: Mapping[str, str], went: Mapping[str, int], first: str) -> HowMany:
    """All that came later went to people to whom `first` was written, and, it seemed, had gone."""
    missed = _not_gone(session, batches[first])
    if len(missed) > FEW:
        everything, written = sum(went.values()), tallies.of(session, batches[first]).audience
        least = max(went.values())
        return HowMany(least, max(least, min(everything, written)) if written else everything)
    asked = row_sets.given(session, "asked", {"address": String()}, [(address,) for address in missed])
    later = OutboxRow.once_key.in_([key for key in went if key != first])
    here = OutboxRow.address.in_(select(asked.c.address))
    gone = (later, here, _spoken(), _went())
    strays = session.scalar(select(func.count(OutboxRow.address.distinct())).where(*gone)) or 0
    return HowMany(went[first] + strays, went[first] + strays)


def _not_gone(session: Session, batch: str) -> list[str]:
    """The addresses to which it did not go, as far as they are few; each part by its own index."""
    mine, found = OutboxRow.batch == batch, select(OutboxRow.address)
    odd = found.where(mine, IS_ODD, not_(_went())).limit(FEW + 1)
    queued = found.where(mine, NOT_ENDED, IS_OPEN, OutboxRow.state == State.QUEUED.value, not_(_went())).limit(FEW + 1)
    return [*session.scalars(odd), *session.scalars(queued)]


def since(session: Session, keys: Sequence[str]) -> datetime | None:
    """When the first of the letters was written; None where there is none."""
    batches = select(BatchRow.batch).where(BatchRow.once_key.in_(keys), aloud(BatchRow.batch))
    return session.scalar(select(func.min(LetterRow.created_at)).where(LetterRow.batch.in_(batches)))


def is_known(session: Session, keys: Sequence[str]) -> bool:
    """False once old rows of one of them were folded into counts."""
    dropped = BatchRow.folded_sent + BatchRow.folded_suppressed > 0
    which = (BatchRow.once_key.in_(keys), aloud(BatchRow.batch), dropped)
    return session.scalar(select(BatchRow.batch).where(*which).limit(1)) is None


def any_in_hand(session: Session, batches: Sequence[str]) -> bool:
    """Whether a sender holds letters of these batches, so that it will soon be known what became of them."""
    held = (OutboxRow.batch.in_(batches), NOT_ENDED, IS_OPEN, OutboxRow.lease_by.is_not(None))
    return session.scalar(select(OutboxRow.id).where(*held).limit(1)) is not None


def _spoken(*, quietly: bool = False) -> ColumnElement[bool]:
    return in_quiet(OutboxRow.batch) if quietly else aloud(OutboxRow.batch)


def _went() -> ColumnElement[bool]:
    return or_(OutboxRow.state == State.SENT.value, OutboxRow.lease_by.is_not(None), _unheard())


def _unheard() -> ColumnElement[bool]:
    return and_(OutboxRow.attempts > 0, OutboxRow.handed_at.is_(None), OutboxRow.state.in_(_UNHEARD))


def _unheard_of(session: Session, batch: str) -> int:
    """Each part by the index of the few rows that are neither queued nor sent, or of those that have not ended."""
    mine = OutboxRow.batch == batch
    ended = select(func.count()).where(mine, IS_ODD, OutboxRow.ended_at.is_not(None), _unheard())
    held = or_(OutboxRow.lease_by.is_not(None), _unheard())
    unended = select(func.count()).where(mine, NOT_ENDED, IS_OPEN, held)
    return (session.scalar(ended) or 0) + (session.scalar(unended) or 0)
