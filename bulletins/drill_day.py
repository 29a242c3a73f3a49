"""A drill that starts on another day than it was approved: it is confirmed on that day, or it does not start.

A drill mailed in the middle of a real storm is the accident that this room keeps away.
"""

from datetime import UTC, datetime, time, tzinfo

from sqlalchemy.orm import Session

from bulletins import approval_marks
from bulletins.drafting import find
from bulletins.life import BulletinState, WrongState
from bulletins.notice_templates import Kind
from bulletins.signatory import NotAllowed, Signatory, must_draft
from bulletins.steps import note
from bulletins.tables import Bulletin, PublishingOrder
from foundation import bell, ledger
from foundation.ledger import Deed

_LAPSED = "訓練の当日に確認されなかったため、配信せずに差し戻しました。日時を決めなおしてください。"


def must_be_confirmed(bulletin: Bulletin, start: datetime, zone: tzinfo, *, at: datetime) -> bool:
    """Of a start decided at this moment."""
    return bulletin.kind == Kind.DRILL.value and start.astimezone(zone).date() > at.astimezone(zone).date()


def midnight(at: datetime, zone: tzinfo) -> datetime:
    """With which the town's day began."""
    return datetime.combine(at.astimezone(zone).date(), time(0), tzinfo=zone).astimezone(UTC)


def is_the_day(start: datetime, zone: tzinfo, *, at: datetime) -> bool:
    return start.astimezone(zone).date() == at.astimezone(zone).date()


def confirm(session: Session, bulletin_id: int, who: Signatory, *, zone: tzinfo, at: datetime) -> None:
    """Whoever may write says on the day that it shall start. Raises NotAllowed, WrongState."""
    must_draft(who)
    bulletin = find(session, bulletin_id, to_change=True)
    order = session.get(PublishingOrder, bulletin_id, with_for_update=True)
    if bulletin.state != BulletinState.WAITING or order is None or not order.held:
        raise WrongState(BulletinState(bulletin.state), "訓練の確認は")
    if not is_the_day(order.starts_at, zone, at=at):
        raise NotAllowed("訓練の確認は、配信する当日に行います。")
    order.held = False
    bulletin.confirmed_at, bulletin.confirmer_id, bulletin.confirmer_name = at, who.id, who.name
    note(session, bulletin, who, "bulletin.drill-confirmed", at=at)
    bell.ring(session, "order")


def must_be_confirmed_anew(bulletin: Bulletin, order: PublishingOrder, start: datetime, zone: tzinfo) -> bool:
    """Its start moved, or went by while the service was down: what was approved or confirmed for one day is not
    confirmed for another."""
    return bulletin.kind == Kind.DRILL.value and not is_the_day(order.starts_at, zone, at=start)


def hold_anew(bulletin: Bulletin, order: PublishingOrder) -> None:
    order.held = True
    bulletin.confirmed_at = bulletin.confirmer_id = bulletin.confirmer_name = None


def lapse(session: Session, bulletin: Bulletin, order: PublishingOrder, *, actor: str, at: datetime) -> None:
    """Its day went by unconfirmed: back to those who wrote it."""
    session.delete(order)
    approval_marks.clear(bulletin)
    bulletin.state, bulletin.return_reason = BulletinState.RETURNED.value, _LAPSED
    deed = Deed(actor, "bulletin.drill-lapsed", f"bulletin:{bulletin.id}")
    ledger.write(session, deed, at=at, details={"version": bulletin.version})
