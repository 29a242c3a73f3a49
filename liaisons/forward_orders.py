"""Placing a forward: who may pass on what, and when not any more. Nothing of it is written where staff could read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bulletins import archive, mending
from bulletins.liaison_edition import ToLiaisons
from bulletins.life import BulletinState
from bulletins.notice_templates import Kind
from bulletins.tables import Bulletin
from foundation import bell
from foundation.database import insert_into
from foundation.tokens import Keyring
from liaisons import circles, forwarding_year
from liaisons.forward_tables import ForwardOrder
from liaisons.forward_words import Words
from liaisons.tables import Liaison, LiaisonState
from mailer import outbox
from mailer.delivery_hours import DeliveryHours, NeverOpens
from subscribers.tables import Subscriber, SubscriberState
from subscribers.town import Town

ENDED = "連絡員の登録が終わっているため、ここからは送れません。これまでのご協力に、お礼を申し上げます。"
NOT_OFFERED = "このお知らせは、ここからは送れません。"
HALTED = "このお知らせは、いま配信を止めています。しばらくしてから、もう一度お試しください。"
WITHDRAWN = "このお知らせは取り下げられたため、送れません。"
OVER = "このお知らせは終わったため、送れません。"
NO_CIRCLE = "まだ、転送先に登録された方がいません。"


class ForwardRefused(Exception):
    """It cannot be passed on now; the text says kindly why."""


@dataclass(frozen=True)
class ForwardDesk:
    """Works in the caller's transaction."""

    town: Town
    hours: DeliveryHours
    keyring: Keyring

    def why_not(self, session: Session, liaison: Liaison | None, bulletin: Bulletin, *, at: datetime) -> str:
        """Empty where it may be passed on. Nothing of it hangs on whether it was passed on before."""
        if liaison is None or not is_active(session, liaison):
            return ENDED
        return (
            ("" if has_it(session, liaison, bulletin) else NOT_OFFERED)
            or self.why_stale(session, bulletin, at=at)
            or self._why_not_now(bulletin, at=at)
            or ("" if members(session, liaison) else NO_CIRCLE)
        )

    def place(self, session: Session, liaison: Liaison, bulletin: Bulletin, words: Words, *, at: datetime) -> None:
        """Once a circle and bulletin: the first words stay. Raises ForwardRefused."""
        # Whoever withdraws it, or ends the liaison, is before this or after.
        session.refresh(bulletin, with_for_update={"read": True})
        session.refresh(liaison, with_for_update={"read": True})
        why_not = self.why_not(session, liaison, bulletin, at=at)
        circle = circles.circle_of(session, liaison.id)
        if why_not or circle is None:
            raise ForwardRefused(why_not or NO_CIRCLE)
        order = {
            "bulletin_id": bulletin.id,
            "circle_id": circle.id,
            "sentence": words.sentence,
            "line": words.line,
            "placed_at": at,
            "letters": "{}",
            "cursor": 0,
        }
        once = insert_into(session, ForwardOrder).values(**order)
        session.execute(once.on_conflict_do_nothing(index_elements=["bulletin_id", "circle_id"]))
        forwarding_year.note(session, self.keyring, liaison.id, at=at, zone=self.town.zone)
        bell.ring(session, "order")

    def begins_at(self, bulletin: Bulletin, *, at: datetime) -> datetime:
        """When a forward placed now would begin. Raises NeverOpens."""
        return at if bulletin.urgent else self.hours.next_opening(at)

    def why_stale(self, session: Session, bulletin: Bulletin, *, at: datetime) -> str:
        """Why nobody should tell of it any more, by whichever way; empty where it holds."""
        if bulletin.state == BulletinState.WITHDRAWN:
            return WITHDRAWN
        mended_by = mending.put_right_by(session, bulletin)
        if mended_by is not None:
            return f"このお知らせは、{Kind(mended_by.kind).label}を出したため、送れません。"
        return "" if archive.is_in_force(session, bulletin, at=at) else OVER

    def _why_not_now(self, bulletin: Bulletin, *, at: datetime) -> str:
        if bulletin.state not in (BulletinState.SENDING, BulletinState.SENT):
            return HALTED
        until = archive.expiry(bulletin)
        try:
            begins = self.begins_at(bulletin, at=at)
        except NeverOpens:
            return OVER
        if until is None or begins >= until:
            return "次の配信時間が始まる前に、このお知らせの期限が来るため、送れません。"
        return ""


def is_active(session: Session, liaison: Liaison) -> bool:
    reached_by = session.get(Subscriber, liaison.subscriber_id or 0)
    reachable = reached_by is not None and reached_by.state == SubscriberState.ACTIVE
    return liaison.state == LiaisonState.ACTIVE and reachable


def has_it(session: Session, liaison: Liaison, bulletin: Bulletin) -> bool:
    """Whether the bulletin went to the liaisons, and to this one."""
    mine = session.get(Subscriber, liaison.subscriber_id or 0)
    offered = bulletin.to_liaisons != ToLiaisons.NONE and bulletin.started_at is not None
    return bool(offered and mine and mine.address and outbox.is_known(session, bulletin.batch, mine.address))


def members(session: Session, liaison: Liaison) -> int:
    """How many joined the circle and still get mail: the one number that its liaison sees."""
    circle = circles.circle_of(session, liaison.id)
    return circles.how_many(session, circle.id) if circle is not None else 0
