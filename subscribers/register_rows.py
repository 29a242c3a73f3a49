"""The rows of the register that a batch of an import becomes, in the caller's transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from foundation.database import insert_into
from subscribers import growth, headcount
from subscribers.headcount import Head
from subscribers.register_entry import Entry
from subscribers.tables import Choice, ChoiceKind, Subscriber, SubscriberState

_TABLE = Subscriber.__table__


def states(session: Session, batch: Sequence[Entry]) -> dict[str, str]:
    """Of those that are in the register, by address."""
    wanted = [entry.address.text for entry in batch]
    rows = session.execute(select(Subscriber.address, Subscriber.state).where(Subscriber.address.in_(wanted)))
    return {address: state for address, state in rows if address is not None}


def add(session: Session, entries: Sequence[Entry], zone: ZoneInfo, *, at: datetime) -> dict[str, int]:
    """The numbers of those that came in, by address; what counts subscribers hears of them as of everybody else."""
    if not entries:
        return {}
    numbers = _add_subscribers(session, entries, at=at)
    added = [entry for entry in entries if entry.address.text in numbers]
    _add_choices(session, added, numbers)
    headcount.add(session, Counter(_head(entry) for entry in added))
    active = [entry for entry in added if entry.state is SubscriberState.ACTIVE]
    growth.add(session, growth.imported(((entry.since, entry.place) for entry in active), zone))
    return numbers


def _add_subscribers(session: Session, entries: Sequence[Entry], *, at: datetime) -> dict[str, int]:
    rows = [
        {
            "address": entry.address.text,
            "domain": entry.address.domain,
            "state": entry.state.value,
            "reason": entry.reason.value if entry.reason else None,
            "every_topic": not entry.choices.topics,
            "every_area": not entry.choices.areas,
            "language": entry.language,
            "place": entry.place,
            "since": entry.since,
            "stopped_at": at if entry.state is SubscriberState.STOPPED else None,
            "watch_from": at,
            "evidence": entry.noted,
        }
        for entry in entries
    ]
    statement = insert_into(session, _TABLE).on_conflict_do_nothing(index_elements=["address"])
    returned = session.execute(statement.returning(_TABLE.c.address, _TABLE.c.id), rows).all()
    return {address: number for address, number in returned if address is not None}


def _add_choices(session: Session, added: Sequence[Entry], numbers: Mapping[str, int]) -> None:
    rows = [
        {"subscriber_id": numbers[entry.address.text], "kind": kind.value, "value": value}
        for entry in added
        for kind, values in ((ChoiceKind.TOPIC, entry.choices.topics), (ChoiceKind.AREA, entry.choices.areas))
        for value in values
    ]
    if rows:
        session.execute(insert(Choice.__table__), rows)


def _head(entry: Entry) -> Head:
    if entry.state is not SubscriberState.ACTIVE:
        return Head(entry.reason.value if entry.reason else SubscriberState.STOPPED.value)
    return headcount.head(entry.state.value, topics=entry.choices.topics, areas=entry.choices.areas)
