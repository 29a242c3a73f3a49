"""The sender: everybody gets it, nobody twice, whatever dies meanwhile."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError

from foundation.database import Database
from mailer import claims, records, tallies
from mailer.claims import Wish
from mailer.courier import Deferred, Delivered, Envelope, Outcome
from mailer.flight_log import FlightLog
from mailer.outbox_tables import Lane, OutboxRow, State
from tests.support.clock import HandClock
from tests.support.mail_engine import (
    AT,
    ScriptedCourier,
    balanced,
    counts,
    emptied,
    many,
    pace,
    put,
    run_until,
    sender,
    states,
    until,
)

OFFICE = "mon-fri 09:00-17:00"
CLOSED = AT + timedelta(hours=7)  # Friday, 17:00 in Japan
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("quick_rounds")


async def test_a_run_reaches_everybody_once(database: Database, flights: FlightLog, clock: HandClock) -> None:
    put(database, many(150))
    courier = ScriptedCourier(connections=4)

    await run_until(sender(database, courier, flights, clock=clock), courier.was_offered(150))

    assert Counter(envelope.recipient for envelope in courier.offered) == dict.fromkeys(many(150), 1)
    assert states(database) == {State.SENT: 150}
    assert counts(database) == tallies.Counts(sent=150)
    assert flights.unrecorded() == []


async def test_two_senders_share_a_run_without_a_double(
    database: Database, flights: FlightLog, clock: HandClock, tmp_path: Path
) -> None:
    put(database, many(200))
    courier = ScriptedCourier(connections=3)
    other = FlightLog(tmp_path / "flights" / "s2.log")
    both = [
        sender(database, courier, flights, clock=clock),
        sender(database, courier, other, clock=clock, name="s2"),
    ]

    await asyncio.gather(*(run_until(one, courier.was_offered(200)) for one in both))
    other.close()

    assert Counter(envelope.recipient for envelope in courier.offered) == dict.fromkeys(many(200), 1)
    assert states(database) == {State.SENT: 200}


async def test_what_was_accepted_before_a_crash_is_taken_from_the_flight_log(
    database: Database, clock: HandClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, many(40))
    flights = FlightLog(tmp_path / "s1.log")
    held = asyncio.Event()

    async def two_hang(envelope: Envelope) -> Outcome:
        if len(courier.offered) > 28:
            await held.wait()
        return Delivered("250 OK")

    courier = ScriptedCourier(two_hang, connections=3)  # one is kept for replies
    with monkeypatch.context() as crash:
        # Nothing is recorded any more, as if the process ended before it could be.
        crash.setattr(records, "record", lambda *_, **__: (_ for _ in ()).throw(OperationalError("", {}, Exception())))
        running = asyncio.create_task(sender(database, courier, flights, clock=clock).run(asyncio.Event()))
        async with asyncio.timeout(20):
            while len(courier.offered) < 30:
                await pace(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    flights.close()
    first = [envelope.number for envelope in courier.offered]

    flights = FlightLog(tmp_path / "s1.log")
    landed = {landing.row for landing in flights.unrecorded()}
    second = ScriptedCourier()
    await run_until(sender(database, second, flights, clock=clock), second.was_offered(12))
    flights.close()

    assert len(landed) == 28
    repeats = {envelope.number for envelope in second.offered} & set(first)
    assert repeats == set(first) - landed
    assert len(repeats) <= 2
    assert states(database) == {State.SENT: 40}
    assert balanced(database)


async def test_a_row_whose_lease_ran_out_is_not_sent_by_its_old_holder(
    sqlite: Database, flights: FlightLog, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.sender.KEEP_SECONDS", 3600.0)
    put(sqlite, many(6))

    async def first_is_slow(envelope: Envelope) -> Outcome:
        if len(courier.offered) == 1:
            # Meanwhile the lease runs out, and another sender takes the rest over.
            clock.move(claims.LEASE + timedelta(seconds=1))
            with sqlite.write() as session:
                taken = claims.claim(session, "s2", Wish(dict.fromkeys(Lane, 100)), at=clock.now()).rows
                results = [records.Result(row, Delivered("250"), clock.now()) for row in taken]
                records.record(session, "s2", results, at=clock.now())
            others.update(row.id for row in taken)
        return Delivered("250 OK")

    others: set[int] = set()
    courier = ScriptedCourier(first_is_slow, connections=1)
    one = sender(sqlite, courier, flights, clock=clock)
    await run_until(one, emptied(one, courier))

    assert len(others) == 6
    assert len(courier.offered) == 1
    assert states(sqlite) == {State.SENT: 6}
    assert balanced(sqlite)


@pytest.mark.parametrize(("outcome", "end"), [(Delivered("250"), State.SENT), (Deferred("451"), State.DEFERRED)])
async def test_an_outage_longer_than_a_lease_repeats_nothing(
    sqlite: Database, flights: FlightLog, clock: HandClock, outcome: Outcome, end: State
) -> None:
    put(sqlite, many(10))
    out = asyncio.Event()

    def fail(*_: object) -> None:
        if out.is_set():
            raise OperationalError("the database", {}, Exception("is gone"))

    async def outage(envelope: Envelope) -> Outcome:
        if len(courier.offered) == 10 and not out.is_set():
            out.set()
            clock.move(claims.LEASE + timedelta(seconds=1))
            asyncio.get_running_loop().call_later(0.2, out.clear)
        return Delivered("250 OK")

    courier = ScriptedCourier(outage, connections=2)
    event.listen(sqlite.engine, "begin", fail)
    await run_until(
        sender(sqlite, courier, flights, clock=clock), courier.was_offered(10), until(sqlite, State.SENT, 10)
    )

    assert len(courier.offered) == 10
    assert counts(sqlite) == tallies.Counts(sent=10)


async def test_a_dead_senders_rows_are_sent_by_another_once_their_lease_is_over(
    database: Database, flights: FlightLog, clock: HandClock
) -> None:
    put(database, many(5))
    with database.write() as session:
        claims.claim(session, "dead", Wish(dict.fromkeys(Lane, 100)), at=AT)
        session.execute(update(OutboxRow).where(OutboxRow.address == "r0@example.jp").values(lease_until=AT))
    courier = ScriptedCourier()

    clock.set(AT + timedelta(seconds=1))
    await run_until(sender(database, courier, flights, clock=clock), courier.was_offered(1))
    assert len(courier.offered) == 1
    clock.set(AT + claims.LEASE + timedelta(seconds=1))
    await run_until(sender(database, courier, flights, clock=clock), courier.was_offered(5))

    assert Counter(envelope.recipient for envelope in courier.offered) == dict.fromkeys(many(5), 1)


async def test_after_an_outage_a_sender_keeps_its_rows_before_it_claims(
    sqlite: Database, flights: FlightLog, clock: HandClock
) -> None:
    """Its rounds are walked through by hand, since which of them comes first is chance."""
    [number] = put(sqlite, many(1))
    one = sender(sqlite, ScriptedCourier(), flights, clock=clock)
    await one._round()

    clock.move(claims.LEASE + timedelta(seconds=1))
    one._desk.note(one._hand[number], Deferred("451"))
    await one._round()

    assert states(sqlite) == {State.DEFERRED: 1}
    assert balanced(sqlite)
