"""The register written out, page by page, so that memory does not grow with it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.addresses import Address
from foundation.database import Database
from foundation.ledger import Deed
from subscribers.choices import Choices
from subscribers.register_entry import Entry
from subscribers.register_file import entry_line, header_line
from subscribers.register_imports import REGISTER
from subscribers.tables import Choice, ChoiceKind, StopReason, Subscriber, SubscriberState
from subscribers.town import Town

PAGE = 500
ACTOR = "command"
_LISTED = (Subscriber.address.is_not(None), Subscriber.in_city_list)


def export(database: Database, town: Town, *, at: datetime) -> Iterator[str]:
    """The lines of the file, the header first; erased addresses are not in it, nor who is not on the town's list. The
    ledger is told beforehand."""
    with database.write() as session:
        there = select(func.count()).select_from(Subscriber).where(*_LISTED)
        details = {"addresses": session.scalar(there) or 0}
        ledger.write(session, Deed(ACTOR, "subscribers.exported", REGISTER), at=at, details=details)
    yield header_line()
    last = 0
    while True:
        # A session a page, so that a slow reader holds no transaction open.
        with database.read() as session:
            page = session.scalars(
                select(Subscriber).where(Subscriber.id > last, *_LISTED).order_by(Subscriber.id).limit(PAGE)
            ).all()
            choices = _choices_of(session, [subscriber.id for subscriber in page])
        if not page:
            return
        last = page[-1].id
        for subscriber in page:
            yield entry_line(_entry(subscriber, choices.get(subscriber.id, Choices())), town)


def _choices_of(session: Session, numbers: Sequence[int]) -> dict[int, Choices]:
    topics: dict[int, list[str]] = {}
    areas: dict[int, list[str]] = {}
    chosen = select(Choice.subscriber_id, Choice.kind, Choice.value).where(Choice.subscriber_id.in_(numbers))
    for number, kind, value in session.execute(chosen.order_by(Choice.value)):
        (topics if kind == ChoiceKind.TOPIC else areas).setdefault(number, []).append(value)
    found = topics.keys() | areas.keys()
    return {number: Choices(tuple(topics.get(number, ())), tuple(areas.get(number, ()))) for number in found}


def _entry(subscriber: Subscriber, choices: Choices) -> Entry:
    local, _, domain = (subscriber.address or "").rpartition("@")
    return Entry(
        address=Address(local, domain),
        choices=choices,
        language=subscriber.language,
        place=subscriber.place,
        state=SubscriberState(subscriber.state),
        reason=StopReason(subscriber.reason) if subscriber.reason else None,
        since=subscriber.since,
    )
