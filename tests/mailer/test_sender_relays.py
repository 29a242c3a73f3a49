"""A whole sender before relays that fail for a while: it comes back by itself, and a spare steps in."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from foundation.database import Database
from mailer.carrier_groups import CarrierGroups
from mailer.dialogue import Patience
from mailer.flight_log import FlightLog
from mailer.outbox_tables import Lane, State
from mailer.practice_mailbox import PracticeMailbox, newest_letters
from mailer.relay import RelayCourier
from mailer.relay_gate import MOST_BROKEN_OFF
from tests.support.clock import RunningClock
from tests.support.mail_engine import AT, ScriptedCourier, balanced, many, put, run_until, sender, states, until
from tests.support.smtp_relay import Close, Trick
from tests.support.talking_relay import TalkingRelay

pytestmark = pytest.mark.usefixtures("quick_rounds")
QUICK = Patience(opening=2.0, answer=2.0, end=2.0, idle=30.0, first_probe=0.05, longest_probe=0.1)
CUT_OFF = 0.3


@pytest.fixture(autouse=True)
def soon_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailer.keeping.CUT_OFF_SECONDS", CUT_OFF)


def courier(*relays: TalkingRelay, connections: int = 2, spare: TalkingRelay | None = None) -> RelayCourier:
    addresses = [relay.address(connections=connections) for relay in relays]
    if spare is not None:
        addresses.append(replace(spare.address(connections=connections), weight=0))
    return RelayCourier(addresses, greeting_name="mail.example.jp", patience=QUICK)


@pytest.mark.parametrize(
    ("trick", "lane"),
    [
        ("550 5.7.1 not you", Lane.URGENT),
        ("530 5.7.0 who", Lane.REPLY),
        ("421 4.3.2 closing", Lane.BULK),
        ("450 4.7.1 later", Lane.BULK),
        (Close(), Lane.BULK),
    ],
)
async def test_a_relay_that_refused_every_letter_for_longer_is_used_again(
    sqlite: Database, flights: FlightLog, trick: Trick, lane: Lane
) -> None:
    put(sqlite, many(30), lane=lane)
    async with TalkingRelay() as relay:
        relay.misbehave("mail", trick, times=10**6)
        one = sender(sqlite, courier(relay), flights, clock=RunningClock(AT))

        async def mended() -> None:
            await asyncio.sleep(4 * CUT_OFF)
            assert relay.accepted == []
            relay.behave()
            await until(sqlite, State.SENT, 30)

        await run_until(one, mended())

    assert len(relay.accepted) == 30
    assert lane is Lane.REPLY or balanced(sqlite)  # the batch of replies is not counted


async def test_who_is_cut_off_keeps_hardly_a_letter_from_others(
    sqlite: Database, flights: FlightLog, tmp_path: Path
) -> None:
    put(sqlite, many(300), lane=Lane.URGENT)
    async with TalkingRelay() as broken, TalkingRelay() as whole:
        broken.misbehave("mail", "550 5.7.1 not you", times=10**6)
        clock = RunningClock(AT)
        alone = sender(sqlite, courier(broken), flights, clock=clock)
        beside = sender(sqlite, courier(whole), FlightLog(tmp_path / "beside.log"), clock=clock, name="s2")

        async def taken_over() -> None:
            await asyncio.sleep(3 * CUT_OFF)
            await run_until(beside, until(sqlite, State.SENT, 300))

        await run_until(alone, taken_over())

    assert len({letter.recipient for letter in whole.accepted}) == len(whole.accepted) == 300


async def test_practice_goes_on_after_its_disk_was_full(sqlite: Database, flights: FlightLog, tmp_path: Path) -> None:
    folder = tmp_path / "mailbox"
    folder.write_text("in the way")
    put(sqlite, many(3), lane=Lane.REPLY)
    one = sender(sqlite, PracticeMailbox(folder), flights, clock=RunningClock(AT))

    async def mended() -> None:
        await asyncio.sleep(4 * CUT_OFF)
        folder.unlink()
        await until(sqlite, State.SENT, 3)

    await run_until(one, mended())

    assert len(list(newest_letters(folder))) == 3


@pytest.mark.parametrize(
    ("phase", "trick"), [("data", Close()), ("end", Close()), ("rcpt", "451 4.3.5 server configuration problem")]
)
async def test_a_relay_that_breaks_off_every_letter_is_left_out_and_the_spare_steps_in(
    sqlite: Database, flights: FlightLog, phase: str, trick: Trick
) -> None:
    put(sqlite, many(200))
    async with TalkingRelay() as broken, TalkingRelay() as spare:
        broken.misbehave(phase, trick, times=10**6)
        both = courier(broken, spare=spare)
        one = sender(sqlite, both, flights, clock=RunningClock(AT))

        await run_until(one, until(sqlite, State.QUEUED, 0))
        troubles = both.troubles()

    assert states(sqlite)[State.DEFERRED] <= 3 * MOST_BROKEN_OFF
    assert len(spare.accepted) == states(sqlite)[State.SENT]
    assert len(troubles) == 1


async def test_letters_that_are_put_off_for_their_recipients_sake_leave_no_relay_out(
    sqlite: Database, flights: FlightLog
) -> None:
    put(sqlite, many(50))
    async with TalkingRelay() as relay:
        relay.misbehave("rcpt", "450 4.2.1 mailbox busy", times=10**6)
        one_relay = courier(relay)
        await run_until(sender(sqlite, one_relay, flights, clock=RunningClock(AT)), until(sqlite, State.DEFERRED, 50))

        assert one_relay.troubles() == {}


async def test_a_letter_whose_carrier_takes_it_later_wakes_a_line_that_rests(
    sqlite: Database, flights: FlightLog, tmp_path: Path
) -> None:
    (tmp_path / "p.toml").write_text('[[group]]\nname = "slow"\ndomains = ["slow.example"]\nper_minute = 120\n')
    put(sqlite, many(6, "slow.example"), lane=Lane.URGENT)
    groups = CarrierGroups.load(tmp_path / "p.toml")
    quiet = ScriptedCourier(connections=3)

    await run_until(sender(sqlite, quiet, flights, clock=RunningClock(AT), groups=groups), until(sqlite, State.SENT, 6))

    assert len(quiet.offered) == 6


async def test_a_letter_that_grows_too_old_in_hand_is_put_down(sqlite: Database, flights: FlightLog) -> None:
    put(sqlite, many(20), life=timedelta(seconds=1))
    async with TalkingRelay() as relay:
        relay.misbehave("mail", "550 5.7.1 not you", times=10**6)

        await run_until(
            sender(sqlite, courier(relay), flights, clock=RunningClock(AT)), until(sqlite, State.EXPIRED, 20)
        )

    assert relay.accepted == []
