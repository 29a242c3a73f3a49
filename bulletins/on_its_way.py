"""What may be done to a bulletin on its way: halted, resumed, sent again to those who were not reached."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bulletins.drafting import find
from bulletins.life import BulletinState, WrongState
from bulletins.signatory import Signatory, must_approve, must_draft
from bulletins.steps import move, note
from mailer import outbox, quiet
from mailer.delivery_hours import DeliveryHours
from mailer.outbox_tables import IS_ODD, BatchState, OutboxRow


def halt(session: Session, bulletin_id: int, who: Signatory, *, at: datetime) -> None:
    """The stop button: anyone who may write may press it. Raises NotAllowed, WrongState."""
    must_draft(who)
    bulletin = move(session, bulletin_id, BulletinState.HALTED, "一時停止")
    outbox.set_batch(session, bulletin.batch, BatchState.HALTED, at=at)
    quiet.follow(session, bulletin.batch, BatchState.HALTED, at=at)
    note(session, bulletin, who, "bulletin.halted", at=at)


def resume(session: Session, bulletin_id: int, who: Signatory, *, at: datetime) -> None:
    """Raises NotAllowed, WrongState."""
    must_approve(who)
    bulletin = find(session, bulletin_id, to_change=True)
    if bulletin.state != BulletinState.HALTED:
        raise WrongState(BulletinState(bulletin.state), "再開")
    bulletin.state = BulletinState.SENDING.value
    outbox.set_batch(session, bulletin.batch, BatchState.OPEN, at=at)
    quiet.follow(session, bulletin.batch, BatchState.OPEN, at=at)
    note(session, bulletin, who, "bulletin.resumed", at=at)


def send_again(session: Session, bulletin_id: int, who: Signatory, *, hours: DeliveryHours, at: datetime) -> int:
    """To those who failed or expired; returns how many. Where nobody did, it stays finished as it was. Raises
    NotAllowed, WrongState."""
    must_approve(who)
    bulletin = find(session, bulletin_id, to_change=True)
    # The table also lets a waiting and a halted one come to `sending`, but not by this road.
    if bulletin.state != BulletinState.SENT:
        raise WrongState(BulletinState(bulletin.state), "再送")
    if not _anybody_missed(session, bulletin.batch):
        return 0
    bulletin.state, bulletin.finished_at = BulletinState.SENDING.value, None
    expires_at = at + timedelta(seconds=bulletin.expires_seconds)
    if not bulletin.urgent:
        expires_at += hours.next_opening(at) - at
    number = outbox.send_again(session, bulletin.batch, at=at, expires_at=expires_at)
    note(session, bulletin, who, "bulletin.sent-again", at=at, letters=number)
    return number


def _anybody_missed(session: Session, batch: str) -> bool:
    missed = select(OutboxRow.id).where(OutboxRow.batch == batch, IS_ODD, OutboxRow.state.in_(outbox.AGAIN))
    return session.scalar(missed.limit(1)) is not None
