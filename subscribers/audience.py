"""The audience: who receives a bulletin, page by page, and how many that is.

Only those on the town's own list: who merely joined a circle, or merely is a liaison, is neither reached nor counted.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, or_, select, true
from sqlalchemy.orm import Session

from mailer import had_letter
from mailer.had_letter import HowMany
from subscribers import headcount
from subscribers.tables import ERASED, OFF_THE_LIST, Choice, ChoiceKind, Subscriber, SubscriberState


@dataclass(frozen=True)
class Scope:
    """Empty topics or areas mean every one; `to_all` (避難, 国民保護) asks for neither, nor for a pause. With `had` it
    is for those alone who had a letter under one of these once_keys, whatever they chose, a pause included; those
    `again` went to nobody but who had one of the others before."""

    topics: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    to_all: bool = False
    had: tuple[str, ...] = ()
    again: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reach:
    """How many a scope reaches of all who are active, how many have paused, and how many of the others its topic or its
    area leaves out. `had` is how many had the letter that it is about, be they active or not, where it is for them
    alone. Where many had several letters and nobody counted them one by one, or thousands are off the town's list,
    `had` and `reached` are the least that it can be, and `had_at_most` the most. `liaisons` is how many of them have a
    letter before all others, where any do."""

    everybody: int
    reached: int
    without_topic: int
    without_area: int
    had: int | None = None
    had_at_most: int | None = None
    paused: int = 0
    liaisons: int | None = None


class Residents:
    """The audience of the town's own subscribers."""

    def page(self, scope: Scope, *, after: int, limit: int, at: datetime) -> Select[Any]:
        """The next recipients by their number, as the outbox takes them, each with the language of the edition it
        wants; no row is the end."""
        who = (Subscriber.address, Subscriber.domain, Subscriber.id.label("recipient_ref"))
        columns = (*who, Subscriber.language.label("edition"))
        return (
            select(*columns)
            .where(Subscriber.id > after, *_active(), *_within(scope, at))
            .order_by(Subscriber.id)
            .limit(limit)
            # Whoever leaves meanwhile waits for these letters to be in the outbox, and then suppresses them.
            .with_for_update(read=True)
        )

    def reach(self, session: Session, scope: Scope, *, at: datetime) -> Reach:
        asked = Scope() if scope.to_all else scope
        kept = headcount.wanted(session, topics=asked.topics, areas=asked.areas, at=None if scope.to_all else at)
        if scope.had:
            had = _without(had_letter.count(session, scope.had, again=scope.again), _had_elsewhere(session, scope))
            everybody = kept.everybody if kept else _count(session)
            reached = max(0, had.least - _gone(session, scope))
            most = had.most if had.most != had.least else None
            return Reach(everybody, reached, 0, 0, had=had.least, had_at_most=most)
        if kept is not None:
            without = kept.everybody - kept.paused - kept.with_topic, kept.with_topic - kept.with_both
            return Reach(kept.everybody, kept.with_both, *without, paused=kept.paused)
        everybody, awake = _count(session), _count(session, _awake(scope, at))
        with_topic = _count(session, _awake(scope, at), _topic(scope))
        reached = _count(session, *_within(scope, at))
        return Reach(everybody, reached, awake - with_topic, with_topic - reached, paused=everybody - awake)


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Subscriber).where(*_active(), *which)) or 0


def _gone(session: Session, scope: Scope) -> int:
    """How many of those who had the letter are no audience any more. They are few, and those who are still there many:
    a letter finds its way by the address, or by the sign that an erased one left."""
    since = had_letter.since(session, scope.had)
    if since is None:
        return 0
    stopped = (Subscriber.state == SubscriberState.STOPPED, Subscriber.stopped_at >= since, Subscriber.in_city_list)
    which = select(func.count()).select_from(Subscriber).where(*stopped, had_letter.has_had(_sign(), scope.had))
    return session.scalar(which) or 0


def _had_elsewhere(session: Session, scope: Scope) -> HowMany:
    """How many of those who had the letter are not on the town's list, be it not any more. Where thousands are off the
    list each would be looked up while somebody waits for a page: then it lies between nobody and all of them."""
    off = select(Subscriber.id).where(OFF_THE_LIST)
    everybody = session.scalar(select(func.count()).select_from(off.limit(had_letter.FEW + 1).subquery())) or 0
    if everybody > had_letter.FEW:
        return HowMany(0, session.scalar(select(func.count()).select_from(Subscriber).where(OFF_THE_LIST)) or 0)
    had = had_letter.has_had(_sign(), scope.had)
    number = session.scalar(select(func.count()).select_from(Subscriber).where(OFF_THE_LIST, had)) or 0
    return HowMany(number, number)


def _sign() -> ColumnElement[str]:
    """What a letter knows somebody by: the address, or what an erased one left in its place."""
    return func.coalesce(Subscriber.address, literal(ERASED) + cast(Subscriber.id, String))


def _without(had: HowMany, others: HowMany) -> HowMany:
    return HowMany(max(0, had.least - others.most), max(0, had.most - others.least))


def _active() -> tuple[ColumnElement[bool], ...]:
    return (
        Subscriber.state == SubscriberState.ACTIVE,
        Subscriber.address.is_not(None),
        Subscriber.in_city_list.is_(True),
    )


def _within(scope: Scope, at: datetime) -> tuple[ColumnElement[bool], ...]:
    if scope.had:
        return (had_letter.has_had(Subscriber.address, scope.had),)
    return _awake(scope, at), _topic(scope), _area(scope)


def _awake(scope: Scope, at: datetime) -> ColumnElement[bool]:
    return true() if scope.to_all else or_(Subscriber.paused_until.is_(None), Subscriber.paused_until <= at)


def _topic(scope: Scope) -> ColumnElement[bool]:
    if scope.to_all or not scope.topics:
        return true()
    return or_(Subscriber.every_topic, _chose(ChoiceKind.TOPIC, scope.topics))


def _area(scope: Scope) -> ColumnElement[bool]:
    if scope.to_all or not scope.areas:
        return true()
    return or_(Subscriber.every_area, _chose(ChoiceKind.AREA, scope.areas))


def _chose(kind: ChoiceKind, values: tuple[str, ...]) -> ColumnElement[bool]:
    return (
        select(Choice.subscriber_id)
        .where(Choice.subscriber_id == Subscriber.id, Choice.kind == kind.value, Choice.value.in_(values))
        .exists()
    )
