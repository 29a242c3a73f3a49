"""What a sender puts aside: rows of halted batches and paused domains, those beyond a carrier's pace, and all it holds
when no relay takes them."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from foundation.database import Database
from foundation.setting_values import Relay, Security
from mailer import domain_pauses, outbox, tallies
from mailer.carrier_groups import CarrierGroups
from mailer.courier import Delivered, Envelope, Outcome
from mailer.dialogue import Patience
from mailer.domain_pauses import Cause, DomainPauseRow
from mailer.flight_log import FlightLog
from mailer.outbox_tables import BatchState, Lane, OutboxRow, State
from mailer.relay import RelayCourier
from tests.support.clock import HandClock, RunningClock
from tests.support.mail_engine import (
    AT,
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
from tests.support.ports import free_port
from tests.support.smtp_relay import SmtpRelay

SECOND = timedelta(seconds=1)
PARKED = 5000
pytestmark = pytest.mark.usefixtures("quick_rounds")


def set_batch(database: Database, batch: str, state: BatchState, at: datetime = AT) -> None:
    with database.write() as session:
        outbox.set_batch(session, batch, state, at=at)


@pytest.mark.parametrize(("then", "end"), [(BatchState.OPEN, State.SENT), (BatchState.WITHDRAWN, State.SUPPRESSED)])
async def test_a_halted_run_stands_in_nobodys_way_and_comes_back_whole(
    sqlite: Database,
    flights: FlightLog,
    clock: HandClock,
    monkeypatch: pytest.MonkeyPatch,
    then: BatchState,
    end: State,
) -> None:
    """In rounds that follow each other at once."""
    monkeypatch.setattr("mailer.sender.POLL_SECONDS", 3600.0)
    monkeypatch.setattr("mailer.sender.KEEP_SECONDS", 1.0)
    monkeypatch.setattr("mailer.keeping.UNPARKED_AT_ONCE", 200)
    monkeypatch.setattr("mailer.endings.LIMIT", 200)
    put(sqlite, many(PARKED), batch="halted")
    set_batch(sqlite, "halted", BatchState.HALTED)
    put(sqlite, many(20), batch="free", at=AT + SECOND)
    clock.move(SECOND)
    courier = ScriptedCourier()
    one = sender(sqlite, courier, flights, clock=clock)

    async def halted_then() -> None:
        await courier.was_offered(20)
        set_batch(sqlite, "halted", then)
        await until(sqlite, end, PARKED + (20 if end is State.SENT else 0))

    await run_until(one, halted_then())

    assert {envelope.recipient for envelope in courier.offered[:20]} == set(many(20))
    assert counts(sqlite, "free") == tallies.Counts(sent=20)
    assert states(sqlite)[end] >= PARKED
    assert balanced(sqlite, "halted")


async def test_a_paused_domain_waits_by_itself_until_it_is_taken_up_again(
    database: Database, flights: FlightLog, clock: HandClock
) -> None:
    put(database, many(300, "docomo.ne.jp"), batch="b")
    put(database, many(20), batch="c", at=AT + SECOND)
    put(database, ["urgent@docomo.ne.jp"], batch="u", lane=Lane.URGENT)
    with database.write() as session:
        pause = DomainPauseRow(domain="docomo.ne.jp", batch="b", opened_at=AT, attempts=60, refused=30)
        session.add(pause)
        session.flush()
        number = pause.id
    clock.move(SECOND)
    courier = ScriptedCourier()

    async def waits_then_goes() -> None:
        await courier.was_offered(21)
        with database.write() as session:
            domain_pauses.resolve(session, number, Cause.OURS, by="test", at=AT)
        await until(database, State.SENT, 321)

    await run_until(sender(database, courier, flights, clock=clock), waits_then_goes())

    assert {envelope.recipient for envelope in courier.offered[:21]} == {"urgent@docomo.ne.jp", *many(20)}
    assert len({envelope.number for envelope in courier.offered}) == len(courier.offered) == 321
    assert balanced(database)


async def test_rows_parked_in_the_moment_their_batch_is_resumed_are_found(
    sqlite: Database, flights: FlightLog, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL a claim may still see the batch halted when a keeping sees it resumed, and nothing parked."""
    monkeypatch.setattr("mailer.keeping.SWEPT_EACH_SECONDS", 0.2)
    put(sqlite, many(5))
    courier = ScriptedCourier()
    one = sender(sqlite, courier, flights, clock=clock)
    await one._keep()
    with sqlite.write() as session:
        session.execute(update(OutboxRow).values(parked=True))

    await run_until(one, until(sqlite, State.SENT, 5))

    assert len(courier.offered) == 5


async def test_a_carrier_gets_no_more_than_its_pace_and_what_is_urgent_first(
    database: Database, flights: FlightLog, tmp_path: Path
) -> None:
    pacing = tmp_path / "pacing.toml"
    pacing.write_text('[[group]]\nname = "slow"\ndomains = ["slow.example"]\nper_minute = 240\n')
    clock = RunningClock(AT)
    put(database, many(80, "slow.example"))
    gone: list[datetime] = []

    async def noted(envelope: Envelope) -> Outcome:
        gone.append(clock.now())
        if len(gone) == 20:
            put(database, ["urgent@slow.example"], batch="u", lane=Lane.URGENT, at=clock.now())
            put(database, ["reply@slow.example"], batch="replies", lane=Lane.REPLY, at=clock.now())
        return Delivered("250 OK")

    courier = ScriptedCourier(noted, connections=4)
    one = sender(database, courier, flights, clock=clock, groups=CarrierGroups.load(pacing))
    await run_until(one, courier.was_offered(82))

    order = [envelope.recipient.partition("@")[0] for envelope in courier.offered]
    assert max(order.index("urgent"), order.index("reply")) < 45
    for place, moment in enumerate(gone):
        assert place < 4 * ((moment - AT).total_seconds() + 1) + 1 + 2  # the two that went first
    assert Counter(order).most_common(1)[0][1] == 1


async def test_a_sender_without_a_relay_gives_back_what_it_holds_and_takes_up_again_when_one_is_back(
    database: Database, flights: FlightLog, clock: HandClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.keeping.CUT_OFF_SECONDS", 0.3)
    monkeypatch.setattr("mailer.sender.KEEP_SECONDS", 0.05)
    put(database, many(30))
    port = free_port()
    relay = Relay("127.0.0.1", port, Security.CLEAR, None, None, 2)
    patience = Patience(first_probe=0.05, longest_probe=0.1)
    one = sender(
        database, RelayCourier([relay], greeting_name="mail.example.jp", patience=patience), flights, clock=clock
    )
    stop = asyncio.Event()
    running = asyncio.create_task(one.run(stop))
    async with asyncio.timeout(10):
        while len(one._hand) < 30:
            await pace(0.01)

    other = FlightLog(tmp_path / "flights" / "s2.log")
    courier = ScriptedCourier()
    await run_until(sender(database, courier, other, clock=clock, name="s2"), courier.was_offered(30))
    other.close()
    put(database, many(5), batch="after")
    async with SmtpRelay(port=port) as back:
        await back.has_accepted(5)
        stop.set()
        await running

    assert len(courier.offered) == 30
    assert states(database) == {State.SENT: 35}
    assert balanced(database)
