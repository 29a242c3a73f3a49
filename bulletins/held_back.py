"""Held back: what a restored database still had to send, until a person has looked whether it went out since."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bulletins import approval_codes, approval_marks
from bulletins.life import BulletinState
from bulletins.publishing import withdraw_order
from bulletins.tables import Bulletin
from foundation import ledger
from foundation.ledger import Deed
from mailer import outbox, quiet
from mailer.outbox_tables import BatchState

WHY = "バックアップから戻したので、配信待ちを取り消しました。もう配信していないか確かめてから、提出し直してください。"


def hold_back(session: Session, actor: str, *, at: datetime) -> list[int]:
    """What was under way is halted, what waited for its start goes back to those who wrote it; their numbers. A
    correction that goes back leaves what it puts right as it is: nobody passes that on meanwhile."""
    found = select(Bulletin).where(Bulletin.state.in_([BulletinState.SENDING, BulletinState.WAITING]))
    held = session.scalars(found.order_by(Bulletin.id).with_for_update()).all()
    for bulletin in held:
        action = (
            _halt(session, bulletin, at=at) if bulletin.state == BulletinState.SENDING else _back(session, bulletin)
        )
        deed = Deed(actor, action, f"bulletin:{bulletin.id}")
        ledger.write(session, deed, at=at, details={"version": bulletin.version})
    return [bulletin.id for bulletin in held]


def halted_batches(session: Session) -> list[str]:
    """Of all that is halted, whoever halted it, with the quiet ones beside them."""
    halted = session.scalars(select(Bulletin).where(Bulletin.state == BulletinState.HALTED))
    loud = [bulletin.batch for bulletin in halted]
    return [*loud, *map(quiet.quiet, loud)]


def _halt(session: Session, bulletin: Bulletin, *, at: datetime) -> str:
    bulletin.state = BulletinState.HALTED.value
    outbox.set_batch(session, bulletin.batch, BatchState.HALTED, at=at)
    quiet.follow(session, bulletin.batch, BatchState.HALTED, at=at)
    return "bulletin.halted"


def _back(session: Session, bulletin: Bulletin) -> str:
    withdraw_order(session, bulletin)
    approval_codes.void(session, bulletin.id)
    approval_marks.clear(bulletin)
    bulletin.state, bulletin.return_reason = BulletinState.RETURNED.value, WHY
    return "bulletin.returned"
