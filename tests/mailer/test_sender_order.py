"""The sender's order: hours, lanes, and what is stopped while it is in hand."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from foundation.database import Database
from mailer import claims, outbox, tallies
from mailer.courier import Delivered, Envelope, Outcome
from mailer.flight_log import FlightLog
from mailer.hand import Held
from mailer.outbox_tables import BatchState, Lane, OutboxRow, State
from mailer.records import Result
from tests.support.clock import HandClock
from tests.support.mail_engine import (
    AT,
    ScriptedCourier,
    balanced,
    counts,
    emptied,
    hours,
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
pytestmark = pytest.mark.usefixtures("quick_rounds")


def begin(database: Database, batch: str, *, at: datetime = AT) -> None:
    with database.write() as session:
        outbox.set_batch(session, batch, BatchState.OPEN, at=at)


@pytest.mark.parametrize(
    ("moment", "lanes"),
    [
        (timedelta(0), {Lane.URGENT, Lane.REPLY, Lane.BULK}),
        (timedelta(minutes=59), {Lane.URGENT, Lane.REPLY, Lane.BULK}),
        (timedelta(minutes=61), {Lane.URGENT, Lane.REPLY}),
        (timedelta(days=1), {Lane.URGENT, Lane.REPLY}),
    ],
)
async def test_bulk_keeps_to_the_hours_and_the_grace_but_reply_and_urgent_do_not(
    sqlite: Database,
    flights: FlightLog,
    clock: HandClock,
    monkeypatch: pytest.MonkeyPatch,
    moment: timedelta,
    lanes: set[Lane],
) -> None:
    claim = claims.claim
    asked: set[Lane] = set()

    def spy(*arguments: Any, **options: Any) -> Any:
        asked.update(arguments[2].room)
        return claim(*arguments, **options)

    monkeypatch.setattr(claims, "claim", spy)
    for lane in Lane:
        put(sqlite, many(2), batch=lane.name, lane=lane, life=timedelta(days=5))
        begin(sqlite, lane.name)
    clock.set(CLOSED + moment)
    courier = ScriptedCourier()

    one = sender(sqlite, courier, flights, clock=clock, when=hours(OFFICE))
    await run_until(one, courier.was_offered(2 * len(lanes)))

    with sqlite.read() as session:
        sent = set(session.scalars(select(OutboxRow.lane).where(OutboxRow.state == State.SENT)))
    assert sent == asked == lanes
    assert states(sqlite)[State.SENT] == 2 * len(lanes)


async def test_bulk_that_did_not_begin_in_the_hours_just_ended_has_no_grace(
    sqlite: Database, flights: FlightLog, clock: HandClock
) -> None:
    put(sqlite, many(2), batch="begun", life=timedelta(days=5))
    put(sqlite, many(2), batch="taken up in the evening", life=timedelta(days=5))
    begin(sqlite, "begun")
    begin(sqlite, "taken up in the evening", at=CLOSED)
    clock.set(CLOSED + timedelta(minutes=5))
    courier = ScriptedCourier()

    one = sender(sqlite, courier, flights, clock=clock, when=hours(OFFICE))
    await run_until(one, courier.was_offered(2))

    assert counts(sqlite, "begun") == tallies.Counts(sent=2)
    assert counts(sqlite, "taken up in the evening") == tallies.Counts()


async def test_bulk_already_in_hand_does_not_go_after_the_closing(
    sqlite: Database, flights: FlightLog, clock: HandClock
) -> None:
    put(sqlite, many(10), life=timedelta(days=5))
    begin(sqlite, "b")
    clock.set(CLOSED + timedelta(minutes=60) - timedelta(seconds=5))

    async def slow(envelope: Envelope) -> Outcome:
        clock.move(timedelta(seconds=5))
        return Delivered("250 OK")

    courier = ScriptedCourier(slow, connections=1)
    one = sender(sqlite, courier, flights, clock=clock, when=hours(OFFICE))
    await run_until(one, emptied(one, courier))

    assert states(sqlite) == {State.SENT: 1, State.QUEUED: 9}


async def test_a_reply_does_not_wait_behind_bulk(sqlite: Database, flights: FlightLog, clock: HandClock) -> None:
    put(sqlite, many(200))

    async def slow(envelope: Envelope) -> Outcome:
        if len(courier.offered) == 1:
            put(sqlite, ["reply@example.jp"], batch="replies", lane=Lane.REPLY)
        await pace(0.01)
        return Delivered("250 OK")

    courier = ScriptedCourier(slow, connections=1)
    await run_until(sender(sqlite, courier, flights, clock=clock), courier.was_offered(40))

    place = [envelope.recipient for envelope in courier.offered].index("reply@example.jp")
    assert place < 20


async def test_a_great_urgent_run_is_claimed_no_faster_than_it_is_sent(
    sqlite: Database, flights: FlightLog, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.sender.LEAST_IN_HAND", 20)
    monkeypatch.setattr("mailer.sender.MOST_IN_HAND", 20)
    put(sqlite, many(400), lane=Lane.URGENT)
    put(sqlite, ["reply@example.jp"], batch="replies", lane=Lane.REPLY)
    most = 0

    async def watch(envelope: Envelope) -> Outcome:
        nonlocal most
        await pace(0.005)
        most = max(most, len(one._hand))
        return Delivered("250 OK")

    courier = ScriptedCourier(watch, connections=1)
    one = sender(sqlite, courier, flights, clock=clock)
    await run_until(one, courier.was_offered(100))

    assert most <= 3 * 2 * 20


@pytest.mark.parametrize("how", ["halted", "withdrawn", "left"])
async def test_what_a_sender_holds_is_looked_at_again_before_it_goes(
    sqlite: Database, flights: FlightLog, clock: HandClock, how: str
) -> None:
    put(sqlite, many(8))

    async def stop_the_rest(envelope: Envelope) -> Outcome:
        if len(courier.offered) == 1:
            with sqlite.write() as session:
                if how == "left":
                    for address in many(8):
                        outbox.suppress(session, address)
                else:
                    outbox.set_batch(session, "b", BatchState(how), at=AT)
            await pace(0.2)
        return Delivered("250 OK")

    courier = ScriptedCourier(stop_the_rest, connections=1)
    one = sender(sqlite, courier, flights, clock=clock)
    rest = State.QUEUED if how == "halted" else State.SUPPRESSED
    await run_until(one, courier.was_offered(1), until(sqlite, rest, 7))

    assert len(courier.offered) == 1
    assert states(sqlite) == {State.SENT: 1, rest: 7}
    assert balanced(sqlite)


async def test_no_more_is_out_and_unrecorded_than_another_host_may_repeat(
    sqlite: Database, flights: FlightLog, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those on lines included."""
    monkeypatch.setattr("mailer.trays.MOST_UNRECORDED", 12)
    monkeypatch.setattr("mailer.sender.LEAST_IN_HAND", 60)
    put(sqlite, many(60))
    recorded = 0
    most = 0

    async def taken(_envelope: Envelope) -> Outcome:
        nonlocal most
        most = max(most, len(courier.offered) - recorded)
        await pace(0.001)
        return Delivered("250 OK")

    courier = ScriptedCourier(taken, connections=5)
    one = sender(sqlite, courier, flights, clock=clock)
    as_usual = one._desk.recorded

    def counted(group: Sequence[tuple[Held, Result]]) -> None:
        nonlocal recorded
        recorded += len(group)
        as_usual(group)

    monkeypatch.setattr(one._desk, "recorded", counted)

    await run_until(one, until(sqlite, State.SENT, 60))

    assert len(courier.offered) == 60
    assert most == 12
