"""Placing a forward: who may pass on what, and when not any more. Nothing of it is written where staff could read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bulletins import archive, mending
from bulletins.danger import is_danger
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
from mailer import letters_to
from mailer.delivery_hours import DeliveryHours, NeverOpens
from subscribers.tables import Subscriber, SubscriberState
from subscribers.town import Town

ENDED = "連絡員の登録が終わっているため、ここからは送れません。これまでのご協力に、お礼を申し上げます。"
STOPPED = "このアドレスへのメールを止めているため、いまは使えません。また使いたいときは、市の担当課へお電話ください。"
NOT_OFFERED = "このお知らせは、ここからは送れません。"
HALTED = "このお知らせは、いま配信を止めています。しばらくしてから、もう一度お試しください。"
WITHDRAWN = "このお知らせは取り下げられました。これから知らせる必要はありません。"
OVER = "このお知らせの期間は終わりました。これから知らせる必要はありません。"
TOO_LATE = "メールで送れる期間は過ぎました。印刷したり、文面を写したりすることは、まだできます。"
BEFORE_OPENING = "次の配信時間の前に、メールで送れる期間が終わります。印刷したり、文面を写したりすることはできます。"
NO_CIRCLE = "まだ、転送先に登録された方がいません。"


_REHEARSED = (Kind.DRILL, Kind.TEST)


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
            return why_closed(liaison)
        return (
            ("" if has_it(session, liaison, bulletin) else NOT_OFFERED)
            or self.why_stale(session, bulletin, at=at)
            or self._why_not_now(bulletin, at=at)
            or ("" if _has_members(session, liaison) else NO_CIRCLE)
        )

    def place(self, session: Session, liaison: Liaison, bulletin: Bulletin, words: Words, *, at: datetime) -> None:
        """Once a circle and bulletin: the first words stay. Placed again, it reaches those who joined since. Raises
        ForwardRefused."""
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
        anew = {"placed_at": at, "letters": "{}", "cursor": 0, "opened_at": None, "closed_at": None}
        keys = ["bulletin_id", "circle_id"]
        is_done = ForwardOrder.closed_at.is_not(None)
        session.execute(once.on_conflict_do_update(index_elements=keys, set_=anew, where=is_done))
        forwarding_year.note(session, self.keyring, liaison.id, at=at, zone=self.town.zone)
        bell.ring(session, "order")

    def begins_at(self, bulletin: Bulletin, *, at: datetime) -> datetime:
        """When a forward placed now would begin. Raises NeverOpens."""
        return at if bulletin.urgent else self.hours.next_opening(at)

    def why_stale(self, session: Session, bulletin: Bulletin, *, at: datetime) -> str:
        """Why nobody should tell of it any more, by whichever way; empty where it holds. What happened may be told, on
        paper say, when no mail about it leaves any more; that a danger lasts, or somebody is looked for, may not."""
        mended_by = mending.put_right_by(session, bulletin)
        if bulletin.state == BulletinState.WITHDRAWN and not _holds(mended_by):
            return WITHDRAWN
        # Before the halt: what was put right does not go on, so nobody is told to wait for it.
        if mended_by is not None:
            return f"このお知らせには、{Kind(mended_by.kind).label}が出ています。前の内容は、もう知らせないでください。"
        if bulletin.state == BulletinState.HALTED:
            return HALTED
        until = archive.expiry(bulletin)
        passes = is_danger(bulletin) or bulletin.redact or Kind(bulletin.kind) in _REHEARSED
        is_past = passes and (until is None or at >= until)
        return OVER if is_past or archive.is_lifted(session, bulletin) else ""

    def _why_not_now(self, bulletin: Bulletin, *, at: datetime) -> str:
        if bulletin.state not in (BulletinState.SENDING, BulletinState.SENT):
            return HALTED
        until = archive.expiry(bulletin)
        if until is None or at >= until:
            return TOO_LATE
        try:
            return BEFORE_OPENING if self.begins_at(bulletin, at=at) >= until else ""
        except NeverOpens:
            return BEFORE_OPENING


def is_active(session: Session, liaison: Liaison) -> bool:
    reached_by = session.get(Subscriber, liaison.subscriber_id or 0)
    reachable = reached_by is not None and reached_by.state == SubscriberState.ACTIVE
    return liaison.state == LiaisonState.ACTIVE and reachable


def why_closed(liaison: Liaison | None) -> str:
    """Of one who is not active, or not reached: leaving by the link of a mail ends no consent."""
    return STOPPED if liaison is not None and liaison.state == LiaisonState.ACTIVE else ENDED


def has_it(session: Session, liaison: Liaison, bulletin: Bulletin) -> bool:
    """Whether the bulletin went to the liaisons, and to this one."""
    return bool(those_had(session, liaison, [bulletin]))


def those_had(session: Session, liaison: Liaison, bulletins: Iterable[Bulletin]) -> Sequence[Bulletin]:
    """Of these, in their order, those that went to the liaisons, and to this one."""
    mine = session.get(Subscriber, liaison.subscriber_id or 0)
    offered = [each for each in bulletins if each.to_liaisons != ToLiaisons.NONE and each.started_at is not None]
    if not offered or mine is None or not mine.address:
        return []
    known = letters_to.known_of(session, [each.batch for each in offered], mine.address)
    return [each for each in offered if each.batch in known]


def _holds(mending_one: Bulletin | None) -> bool:
    return mending_one is not None and mending_one.state != BulletinState.WITHDRAWN


def _has_members(session: Session, liaison: Liaison) -> bool:
    circle = circles.circle_of(session, liaison.id)
    return circle is not None and not circles.is_empty(session, circle.id)


def members(session: Session, liaison: Liaison) -> int:
    """How many joined the circle and still get mail: the one number that its liaison sees."""
    circle = circles.circle_of(session, liaison.id)
    return circles.how_many(session, circle.id) if circle is not None else 0
