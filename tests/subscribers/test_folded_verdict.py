"""The three-day rule says the same whether old letters are still there or were folded into counts."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event
from sqlalchemy.orm import Session

from foundation.database import Database
from foundation.strides import Strides
from mailer.bounce_facts import BounceFactRow
from mailer.folding import Spans, fold
from mailer.outbox_tables import BatchRow, BatchState, Lane, OutboxRow, State
from service.schema import METADATA
from subscribers.tables import Subscriber, SubscriberState
from subscribers.three_days import Rule
from subscribers.unreachable import MEMORY, Watch

BEGIN = datetime(2024, 1, 5, 1, 0, tzinfo=UTC)
SPANS = Spans(kept=timedelta(days=30), memory=MEMORY)
WATCH = Watch(Rule(days=3), ZoneInfo("Asia/Tokyo"))
_numbers = count(1)


@dataclass(frozen=True)
class Try:
    """One letter; `told` is how many hours later a bounce was known, 0 where it was refused at once."""

    hour: int
    told: int | None

    @property
    def at(self) -> datetime:
        return BEGIN + timedelta(hours=self.hour)


# Now and then, for more than two years; reports come within days.
tries = st.lists(
    st.builds(Try, hour=st.integers(0, 800 * 24), told=st.sampled_from([None, None, 0, 0, 3, 100])),
    min_size=2,
    max_size=9,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path: Path = tmp_path_factory.mktemp("folded") / "hansho.db"
    database = Database(f"sqlite:///{path}")
    event.listen(database.engine, "connect", _without_waiting_for_the_disk)
    METADATA.create_all(database.engine)
    yield database
    database.close()


def _without_waiting_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def resident(session: Session, address: str) -> Subscriber:
    person = Subscriber(
        address=address,
        domain="example.jp",
        state=SubscriberState.ACTIVE.value,
        since=BEGIN,
        watch_from=BEGIN - timedelta(days=1),
    )
    session.add(person)
    session.flush()
    return person


def write(session: Session, person: Subscriber, one: Try, *, ends: bool) -> None:
    """A batch of one letter; only one that ends is ever folded."""
    batch = f"bulletin:{next(_numbers)}"
    at = one.at
    refused, reported = one.told == 0, bool(one.told)
    session.add(
        BatchRow(batch=batch, once_key=batch, state=BatchState.OPEN.value, changed_at=at, ended_at=at if ends else None)
    )
    row = OutboxRow(
        letter_id=1,
        batch=batch,
        once_key=batch,
        address=person.address,
        domain="example.jp",
        recipient_ref=person.id,
        lane=int(Lane.BULK),
        created_at=at,
        due_at=at,
        expires_at=at,
        state=(State.FAILED if refused else State.SENT).value,
        handed_at=None if refused else at,
        ended_at=at,
        bounced_as="gone" if reported else None,
    )
    session.add(row)
    session.flush()
    if one.told is not None:
        session.add(
            BounceFactRow(
                outbox_id=row.id,
                batch=batch,
                domain="example.jp",
                recipient_ref=person.id,
                bounce_class="gone",
                counted=True,
                evidence="",
                source="report",
                handed_at=at,
                known_at=at + timedelta(hours=one.told),
            )
        )


@given(history=tries)
@example(history=[Try(hour=0, told=0), Try(hour=24, told=0), Try(hour=48, told=None), Try(hour=9000, told=0)])
@example(history=[Try(hour=0, told=None), Try(hour=2, told=0), Try(hour=3000, told=0), Try(hour=3030, told=0)])
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_folding_changes_no_verdict(shared: Database, history: list[Try]) -> None:
    with shared.write() as session:
        for table in (BounceFactRow, OutboxRow, BatchRow, Subscriber):
            session.execute(delete(table))
        folded, whole = resident(session, "folded@example.jp"), resident(session, "whole@example.jp")

    for one in sorted(history, key=lambda each: each.at):
        fold(Strides(shared, lambda _seconds: False, seconds=60), SPANS, at=one.at)
        with shared.write() as session:
            write(session, folded, one, ends=True)
            write(session, whole, one, ends=False)

        with shared.read() as session:
            for later in (timedelta(hours=5), timedelta(hours=26)):
                at = one.at + later
                expected = WATCH.verdict(session, whole, at=at)
                assert WATCH.verdict(session, folded, at=at) == expected
