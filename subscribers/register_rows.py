"""The rows of the register that a batch of an import becomes, in the caller's transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, DateTime, String, Table, insert, select, true
from sqlalchemy.orm import Session

from foundation import row_sets
from foundation.database import insert_into
from subscribers import growth, headcount
from subscribers.erasure import LEAVING
from subscribers.headcount import Head
from subscribers.register_entry import Entry
from subscribers.register_imports import ImportRow
from subscribers.tables import Choice, ChoiceKind, Subscriber, SubscriberState

_TABLE = cast(Table, Subscriber.__table__)
_COLUMNS = (
    "address", "domain", "state", "reason", "every_topic", "every_area", "language", "place", "since", "stopped_at",
    "watch_from", "evidence",
)  # fmt: skip
# A set of rows reads moments by their kind in the database.
_KINDS = {name: _TABLE.c[name].type for name in _COLUMNS} | dict.fromkeys(
    ("since", "stopped_at", "watch_from"), DateTime(timezone=True)
)
_ADDRESS: row_sets.Kinds = {"address": String()}
_CHOICE: row_sets.Kinds = {"subscriber_id": BigInteger(), "kind": String(), "value": String()}


def states(session: Session, batch: Sequence[Entry]) -> dict[str, str]:
    """Of those that are in the register, by address."""
    if not batch:
        return {}
    asked = row_sets.given(session, "asked", _ADDRESS, [(entry.address.text,) for entry in batch])
    found = select(Subscriber.address, Subscriber.state).where(Subscriber.address.in_(select(asked)))
    return {str(address): str(state) for address, state in row_sets.fetched(session, found)}


def leavers(session: Session, batch: Sequence[Entry]) -> dict[str, int]:
    """Those of the batch who have left the older system since an import brought them here, by address. Whoever has
    confirmed a registration here is not among them, nor who was stopped there by its errors."""
    gone = [entry.address.text for entry in batch if entry.reason in LEAVING]
    if not gone:
        return {}
    # An import, a confirmation and an undoing each leave their own moment.
    moments = select(ImportRow.begun_at)
    here = Subscriber.state == SubscriberState.ACTIVE, Subscriber.in_city_list
    mine = Subscriber.address.in_(gone), *here, Subscriber.watch_from.in_(moments)
    rows = session.execute(select(Subscriber.address, Subscriber.id).where(*mine))
    return {address: number for address, number in rows if address is not None}


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
        (
            entry.address.text,
            entry.address.domain,
            entry.state.value,
            entry.reason.value if entry.reason else None,
            not entry.choices.topics,
            not entry.choices.areas,
            entry.language,
            entry.place,
            row_sets.moment(entry.since),
            row_sets.moment(at) if entry.state is SubscriberState.STOPPED else None,
            row_sets.moment(at),
            entry.noted,
        )
        for entry in entries
    ]
    given = row_sets.given(session, "entry", _KINDS, rows)
    # Without a condition SQLite misreads ON CONFLICT after a SELECT.
    chosen = select(given).where(true())
    statement = insert_into(session, _TABLE).from_select(list(_KINDS), chosen, include_defaults=False)
    statement = statement.on_conflict_do_nothing(index_elements=["address"])
    return dict(session.execute(statement.returning(_TABLE.c.address, _TABLE.c.id)).tuples().all())


def _add_choices(session: Session, added: Sequence[Entry], numbers: Mapping[str, int]) -> None:
    rows = [
        (numbers[entry.address.text], kind.value, value)
        for entry in added
        for kind, values in ((ChoiceKind.TOPIC, entry.choices.topics), (ChoiceKind.AREA, entry.choices.areas))
        for value in values
    ]
    if rows:
        given = row_sets.given(session, "choice", _CHOICE, rows)
        row_sets.changed(session, insert(cast(Table, Choice.__table__)).from_select(list(_CHOICE), select(given)))


def _head(entry: Entry) -> Head:
    if entry.state is not SubscriberState.ACTIVE:
        return Head(entry.reason.value if entry.reason else SubscriberState.STOPPED.value)
    return headcount.head(entry.state.value, topics=entry.choices.topics, areas=entry.choices.areas)
