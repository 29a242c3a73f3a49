"""A sender whose PostgreSQL is started anew, or whose line to it breaks: nothing lost, nothing twice."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, cycle, islice
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from foundation.database import Database
from mailer import tallies
from mailer.courier import Deferred, Delivered, Envelope, Outcome
from mailer.flight_log import FlightLog
from mailer.lease_clock import LeaseClock
from mailer.outbox_tables import Lane, State
from tests.support.clock import HandClock
from tests.support.cut_line import Cut, CutLine
from tests.support.mail_engine import (
    ScriptedCourier,
    balanced,
    counts,
    many,
    pace,
    put,
    run_until,
    sender,
    states,
    until,
)
from tests.support.postgres import restart_postgres

pytestmark = [
    pytest.mark.usefixtures("quick_rounds", "quick_again"),
    pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True),
]


@pytest.fixture
def quick_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailer.sender.FIRST_WAIT_SECONDS", 0.02)
    monkeypatch.setattr("mailer.sender.LONGEST_WAIT_SECONDS", 0.1)


@pytest.fixture
def line_of_its_own(database: Database) -> Iterator[Callable[[str], Database]]:
    """The sender's database, so that those who look on keep their connections."""
    opened: list[Database] = []

    def open_one(url: str) -> Database:
        opened.append(Database(url))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


async def at_a_pace(envelope: Envelope) -> Outcome:
    await pace(0.002)
    return Deferred("450 4.2.0 later") if envelope.number % 10 == 0 else Delivered("250 OK")


def each_once(courier: ScriptedCourier, letters: int) -> bool:
    return Counter(envelope.recipient for envelope in courier.offered) == dict.fromkeys(many(letters), 1)


async def test_postgresql_restarted_in_mid_send_loses_and_repeats_nothing(
    database: Database, flights: FlightLog, clock: HandClock
) -> None:
    put(database, many(400))
    restarted: list[asyncio.Future[None]] = []

    async def restarted_at_once(envelope: Envelope) -> Outcome:
        if len(courier.offered) == 60:
            restarted.append(asyncio.ensure_future(asyncio.to_thread(restart_postgres)))
        return await at_a_pace(envelope)

    courier = ScriptedCourier(restarted_at_once, connections=3)
    leases = LeaseClock(database, clock)
    one = sender(database, courier, flights, clock=clock, leases=leases)
    await run_until(one, until(database, State.SENT, 360), until(database, State.DEFERRED, 40))

    await asyncio.gather(*restarted)
    assert len(restarted) == 1
    assert each_once(courier, 400)
    assert counts(database) == tallies.Counts(sent=360, deferred=40)
    assert balanced(database)
    assert flights.unrecorded() == []


@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
async def test_a_line_that_breaks_at_commit_loses_and_repeats_nothing(
    database: Database,
    flights: FlightLog,
    clock: HandClock,
    line_of_its_own: Callable[[str], Database],
    monkeypatch: pytest.MonkeyPatch,
    cut: Cut,
) -> None:
    """The clock of the leases stands still here: what was claimed unheard comes back at once, or never."""
    monkeypatch.setattr("mailer.sender.LEAST_IN_HAND", 30)
    monkeypatch.setattr("mailer.sender.MOST_IN_HAND", 40)
    put(database, many(150))
    courier = ScriptedCourier(at_a_pace, connections=3)

    async with CutLine(database.url, islice(chain([Cut.NONE], cycle([cut, Cut.NONE])), 20)) as line:
        one = sender(line_of_its_own(line.url), courier, flights, clock=clock)
        await run_until(one, until(database, State.SENT, 135), until(database, State.DEFERRED, 15))

    assert len(line.made) > 5
    assert each_once(courier, 150)
    assert counts(database) == tallies.Counts(sent=135, deferred=15)
    assert balanced(database)


async def test_at_whatever_statement_the_line_breaks_nothing_is_lost_or_doubled(
    database: Database, flights: FlightLog, clock: HandClock, line_of_its_own: Callable[[str], Database]
) -> None:
    """Each statement that the sender has meets a connection that was ended, the first time."""
    put(database, many(100))
    put(database, many(3), batch="urgent", lane=Lane.URGENT)
    met: Counter[str] = Counter()
    turn = threading.Lock()

    def end_it(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        with turn:
            met[statement] += 1
            if met[statement] == 1:
                number = connection.connection.dbapi_connection.info.backend_pid
                by_hand.execute("SELECT pg_terminate_backend(%s, 5000)", [number])

    courier = ScriptedCourier(at_a_pace, connections=3)
    broken = line_of_its_own(database.url)
    event.listen(broken.engine, "before_cursor_execute", end_it)
    one = sender(broken, courier, flights, clock=clock)
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as by_hand:
        await run_until(one, courier.was_offered(103), until(database, State.QUEUED, 0))

    assert len([each for each, times in met.items() if times > 1]) > 10
    assert sum(states(database).values()) == len(courier.offered) == 103
    assert len({envelope.number for envelope in courier.offered}) == 103
    assert balanced(database)
    assert balanced(database, "urgent")


async def test_a_postgresql_open_for_reading_only_is_waited_for(
    database: Database, flights: FlightLog, clock: HandClock
) -> None:
    """As one is after its part was taken over by another."""
    put(database, many(200))
    turned: list[asyncio.Future[None]] = []

    async def turned_in_mid_send(envelope: Envelope) -> Outcome:
        if len(courier.offered) == 60:
            turned.append(asyncio.ensure_future(asyncio.to_thread(read_only_for_a_while, database.url)))
        return await at_a_pace(envelope)

    courier = ScriptedCourier(turned_in_mid_send, connections=3)
    await run_until(
        sender(database, courier, flights, clock=clock, leases=LeaseClock(database, clock)),
        until(database, State.SENT, 180),
        until(database, State.DEFERRED, 20),
    )

    await asyncio.gather(*turned)
    assert len(turned) == 1
    assert each_once(courier, 200)
    assert balanced(database)


def read_only_for_a_while(url: str) -> None:
    """Refuses to write for half a second, on connections that are open already, too."""
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        for setting in ("on", "off"):
            connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {setting}")
            connection.execute("SELECT pg_reload_conf(), pg_sleep(0.5)")
