"""A sender whose clock is set: what lives keeps what it holds, and nothing waits for the old time to come again."""

import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from foundation.database import Database
from mailer import claims, domain_paces
from mailer.carrier_groups import CarrierGroups
from mailer.claims import Wish
from mailer.courier import Deferred, Delivered, Envelope, Outcome
from mailer.flight_log import FlightLog
from mailer.lease_clock import COMPARED_EACH_SECONDS, LeaseClock
from mailer.outbox_tables import Lane, OutboxRow, State
from tests.support.clock import HandClock, RunningClock
from tests.support.mail_engine import (
    AT,
    ScriptedCourier,
    balanced,
    many,
    pace,
    put,
    row_of,
    run_until,
    sender,
    states,
    until,
)

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("quick_rounds")


@pytest.mark.parametrize("leap", [HOUR, -HOUR], ids=["forth", "back"])
async def test_when_the_clock_is_set_living_senders_keep_their_rows(
    database: Database, flights: FlightLog, clock: HandClock, tmp_path: Path, leap: timedelta
) -> None:
    """Two hosts, or two senders on one, and the clock of them all leaps while letters are under way."""
    put(database, many(80))
    other = FlightLog(tmp_path / "flights" / "s2.log")

    async def leaps(envelope: Envelope) -> Outcome:
        if len(courier.offered) == 30:
            clock.move(leap)
        await pace(0.015)
        return Delivered("250 OK")

    courier = ScriptedCourier(leaps, connections=4)
    one = sender(database, courier, flights, clock=clock, leases=LeaseClock(database, clock))
    two = sender(database, courier, other, clock=clock, name="s2", leases=LeaseClock(database, clock))
    finished = until(database, State.SENT, 80)
    await run_until(one, run_until(two, finished))
    other.close()

    assert Counter(envelope.recipient for envelope in courier.offered) == dict.fromkeys(many(80), 1)
    assert balanced(database)


@pytest.mark.parametrize("first_look_after_seconds", [0.0, 0.5])
async def test_after_the_clock_was_set_back_what_was_due_does_not_wait_for_the_old_time(
    sqlite: Database,
    flights: FlightLog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    first_look_after_seconds: float,
) -> None:
    """Neither what is in hand, nor what a carrier's pace has put off, nor what is written a moment later; also where it
    is set back before the sender has looked over its hand for the first time."""
    real = LeaseClock.compare

    def late(clock: LeaseClock) -> None:
        time.sleep(first_look_after_seconds)
        real(clock)

    monkeypatch.setattr(LeaseClock, "compare", late)
    pacing = tmp_path / "pacing.toml"
    pacing.write_text('[[group]]\nname = "slow"\ndomains = ["slow.example"]\nper_minute = 600\n')
    clock = RunningClock(AT)
    put(sqlite, many(100, "slow.example"), batch="paced")
    put(sqlite, many(50))

    async def set_back(envelope: Envelope) -> Outcome:
        if len(courier.offered) == 20:
            clock.move(-HOUR)
            put(sqlite, ["late@example.jp"], batch="an old time", at=AT)
        if envelope.recipient == "late@example.jp":
            put(sqlite, ["later@example.jp"], batch="an old time too", at=AT)
        return Delivered("250 OK")

    courier = ScriptedCourier(set_back, connections=2)
    groups = CarrierGroups.load(pacing)
    one = sender(sqlite, courier, flights, clock=clock, leases=LeaseClock(sqlite, clock), groups=groups)
    began = clock.now()
    await run_until(one, until(sqlite, State.SENT, 152))

    assert len({envelope.recipient for envelope in courier.offered}) == len(courier.offered) == 152
    assert timedelta(seconds=8) < clock.now() - (began - HOUR) < timedelta(minutes=5)


async def test_a_letter_deferred_before_the_clock_was_set_back_is_tried_again(
    sqlite: Database, flights: FlightLog, clock: HandClock
) -> None:
    [number] = put(sqlite, many(1))
    answers: list[Outcome] = [Delivered("250 OK"), Deferred("450 4.2.0 later")]

    async def in_turn(envelope: Envelope) -> Outcome:
        return answers.pop()

    courier = ScriptedCourier(in_turn)
    await run_until(sender(sqlite, courier, flights, clock=clock), until(sqlite, State.DEFERRED, 1))
    clock.move(-HOUR)
    await run_until(sender(sqlite, courier, flights, clock=clock), until(sqlite, State.SENT, 1))

    assert row_of(sqlite, number).attempts == 2


async def test_on_one_host_leases_end_by_a_clock_that_nobody_sets(sqlite: Database, clock: HandClock) -> None:
    put(sqlite, many(3))
    one, two = LeaseClock(sqlite, clock), LeaseClock(sqlite, clock)
    with sqlite.write() as session:
        held = claims.claim(session, "s1", Wish({Lane.BULK: 9}, lease_at=one.now()), at=AT).rows

    taken = []
    for leap in (HOUR, -HOUR):
        clock.set(AT + leap)
        with sqlite.write() as session:
            taken += claims.claim(session, "s2", Wish({Lane.BULK: 9}, lease_at=two.now()), at=AT + HOUR).rows

    assert len(held) == 3
    assert taken == []


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
async def test_postgresql_tells_the_leases_time_and_its_leap_takes_nothing_from_the_living(
    database: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    leases = LeaseClock(database, clock)
    leases.compare()
    theirs = leases.now()
    clock.move(HOUR)

    assert abs(leases.now() - theirs) < timedelta(seconds=5)
    assert leases.settled
    # Half a minute later our own clock has run on, and theirs has not: for us, theirs was set back.
    monkeypatch.setattr(time, "monotonic", lambda now=time.monotonic: now() + COMPARED_EACH_SECONDS + 1)
    leases.compare()
    assert not leases.settled


async def test_while_the_databases_clock_is_new_nobody_claims(
    sqlite: Database, flights: FlightLog, clock: HandClock
) -> None:
    put(sqlite, many(5))
    leases = LeaseClock(sqlite, clock)
    one = sender(sqlite, ScriptedCourier(), flights, clock=clock, leases=leases)
    leases._settled_at = float("inf")

    await one._round()
    unsettled = len(one._hand)
    leases._settled_at = float("-inf")
    await one._round()

    assert (unsettled, len(one._hand)) == (0, 5)


async def test_a_lease_in_hand_ends_no_later_than_in_the_database(
    sqlite: Database, flights: FlightLog, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The round waited for a backup, say, before it could write."""
    [number] = put(sqlite, many(1))
    one = sender(sqlite, ScriptedCourier(), flights, clock=clock)
    claim = claims.claim

    def slow(*arguments: object, **options: object) -> object:
        taken = claim(*arguments, **options)  # type: ignore[arg-type]  # handed on as it came
        clock.move(timedelta(seconds=20))
        return taken

    monkeypatch.setattr(claims, "claim", slow)
    await one._round()

    assert one._hand[number].lease_until == row_of(sqlite, number).lease_until


async def test_leases_written_by_a_clock_set_back_since_are_written_anew(
    sqlite: Database, flights: FlightLog, clock: HandClock
) -> None:
    [number] = put(sqlite, many(1))
    one = sender(sqlite, ScriptedCourier(), flights, clock=clock)
    await one._round()

    clock.move(-HOUR)
    await one._keep()

    assert row_of(sqlite, number).lease_until == AT - HOUR + claims.LEASE


async def test_a_hold_given_before_the_clock_was_set_back_lasts_no_longer_than_a_first_one(sqlite: Database) -> None:
    with sqlite.write() as session:
        until_then = domain_paces.hold(session, "slow.example", at=AT, hint=HOUR)
        domain_paces.recall(session, at=AT - HOUR)
        held = domain_paces.held(session, at=AT - HOUR)

    assert until_then == AT + HOUR
    assert held == {"slow.example": AT - HOUR + timedelta(seconds=30)}


async def test_a_service_whose_clock_runs_true_recalls_nothing(
    sqlite: Database, flights: FlightLog, clock: HandClock
) -> None:
    put(sqlite, many(2))
    put(sqlite, ["tomorrow@example.jp"], batch="later")
    with sqlite.write() as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.batch == "later")).one()
        row.due_at, row.handed_at = AT + HOUR, AT

    courier = ScriptedCourier()
    await run_until(sender(sqlite, courier, flights, clock=clock), until(sqlite, State.SENT, 2))

    assert states(sqlite) == {State.SENT: 2, State.QUEUED: 1}
