"""A database that was put back from a backup: it does not know what was sent since, and nothing leaves it by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bulletins import held_back
from bulletins.life import BulletinState
from bulletins.tables import Bulletin
from foundation import ledger, row_sets
from foundation.ledger import Deed, LedgerLine
from liaisons.forward_tables import ForwardOrder
from mailer import roll
from mailer.inbound import InboundRow, InboundState
from mailer.outbox_tables import OPEN, OutboxRow
from service.database_copy import last_number, never_again, set_last_number
from service.schema import METADATA, ServiceRuns
from subscribers.tables import Subscriber

# Numbers given out since the backup stand in mails and on paper: in links, return paths, on sheets. They must not come
# to mean somebody else, so the next ones begin far behind them.
_GAP = 1_000
_GAPS: Mapping[str, int] = {
    OutboxRow.__tablename__: 10_000_000,
    Subscriber.__tablename__: 100_000,
    LedgerLine.__tablename__: 0,  # its numbers follow each other, and its hashes tell it apart
}


@dataclass(frozen=True)
class Held:
    """Bulletins halted or given back, other letters that are not sent any more, and mails set aside for a person."""

    bulletins: tuple[int, ...]
    letters: int
    mails: int


def hold_back(session: Session, actor: str, *, at: datetime) -> Held:
    """Raises ServiceRuns: before anything is started."""
    senders = roll.living(session, at=at)
    if senders:
        raise ServiceRuns(senders)
    bulletins = held_back.hold_back(session, actor, at=at)
    session.flush()
    _close_forwards(session, at=at)
    halted = held_back.halted_batches(session)
    open_still = (OutboxRow.state.in_(OPEN), OutboxRow.batch.not_in(halted), OutboxRow.unwanted.is_(False))
    letters = row_sets.changed(session, update(OutboxRow).where(*open_still).values(unwanted=True))
    new = InboundRow.state == InboundState.NEW.value
    mails = row_sets.changed(session, update(InboundRow).where(new).values(state=InboundState.SET_ASIDE.value))
    _leave_gaps(session)
    counts = {"bulletins": len(bulletins), "letters": letters, "mails": mails}
    ledger.write(session, Deed(actor, "database.restored", "service"), at=at, details=counts)
    return Held(tuple(bulletins), letters, mails)


def _close_forwards(session: Session, *, at: datetime) -> None:
    """Beside what is halted they wait with it."""
    halted = select(Bulletin.id).where(Bulletin.state == BulletinState.HALTED)
    which = (ForwardOrder.closed_at.is_(None), ForwardOrder.bulletin_id.not_in(halted))
    session.execute(update(ForwardOrder).where(*which).values(closed_at=at))


def _leave_gaps(session: Session) -> None:
    for table in METADATA.sorted_tables:
        number, gap = table.autoincrement_column, _GAPS.get(table.name, _GAP)
        if number is not None and gap and never_again(number):
            set_last_number(session, number, last_number(session.connection(), number) + gap)
