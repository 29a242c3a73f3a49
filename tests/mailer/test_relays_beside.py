"""Several relays: letters by weight while lines are free, a spare, and what becomes of letters when one breaks."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

import mailer.relay_gate
from foundation.setting_values import Relay
from mailer.courier import Delivered, NotTried, Outcome
from mailer.relay import RelayCourier
from tests.mailer.test_relay import courier, working
from tests.support.talking_relay import TalkingRelay
from tests.support.trays import ListTray, letter


@pytest.fixture
async def pair() -> AsyncIterator[tuple[TalkingRelay, TalkingRelay]]:
    async with TalkingRelay() as one, TalkingRelay(pipelining=False) as other:
        yield one, other


def weighing(relay: TalkingRelay, weight: int, *, connections: int = 3) -> Relay:
    return replace(relay.address(connections=connections), weight=weight)


async def one_by_one(courier: RelayCourier, letters: int) -> ListTray:
    """Each letter comes when all lines are free again."""
    tray = ListTray(stays=True, again=True)
    async with working(courier, tray):
        for number in range(letters):
            tray.put(letter(number))
            while not any(isinstance(outcome, Delivered) for outcome in tray.outcomes[number]):
                await tray.has_ended(tray.ends + 1)
    return tray


async def test_letters_are_shared_by_weight_while_lines_are_free(
    pair: tuple[TalkingRelay, TalkingRelay], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer.relay_gate, "YIELD_SECONDS", 5.0)  # on a busy machine, too
    heavy, light = pair

    await one_by_one(courier(weighing(light, 1), weighing(heavy, 3)), 40)

    assert len(heavy.accepted) == pytest.approx(30, abs=2)
    assert len(light.accepted) == 40 - len(heavy.accepted)


async def test_when_all_lines_are_busy_each_takes_as_it_can(pair: tuple[TalkingRelay, TalkingRelay]) -> None:
    quick, slow = pair
    slow.answers_after = 0.05
    tray = ListTray([letter(number) for number in range(200)], again=True)

    async with working(courier(weighing(slow, 100, connections=1), weighing(quick, 1, connections=1)), tray):
        pass

    assert len(quick.accepted) + len(slow.accepted) == 200
    assert len(quick.accepted) > 150


async def test_a_spare_is_not_used_while_another_serves(pair: tuple[TalkingRelay, TalkingRelay]) -> None:
    one, spare = pair
    tray = ListTray([letter(number) for number in range(100)], again=True)

    async with working(courier(weighing(spare, 0), weighing(one, 1)), tray):
        pass

    assert len(one.accepted) == 100
    assert spare.connections == 0


async def test_a_spare_alone_serves(pair: tuple[TalkingRelay, TalkingRelay]) -> None:
    _, spare = pair

    await one_by_one(courier(weighing(spare, 0)), 3)

    assert len(spare.accepted) == 3


async def test_a_spare_steps_in_when_the_others_are_left_out_and_back_when_they_serve(
    pair: tuple[TalkingRelay, TalkingRelay],
) -> None:
    one, spare = pair
    one.misbehave("connect", "421 4.3.2 Closed for an hour", times=1000)
    both = courier(weighing(spare, 0), weighing(one, 1))
    tray = ListTray([letter(number) for number in range(30)], stays=True, again=True)

    async with working(both, tray):
        await spare.has_accepted(30)
        troubled = list(both.troubles())
        one.behave()
        while len(one.accepted) < 5:
            tray.put(letter(100))
            await tray.has_ended(tray.ends + 1)
        helped = len(spare.accepted)
        for number in range(200, 210):
            tray.put(letter(number))
        await one.has_accepted(15)

    assert troubled == [str(one.address())]
    assert both.troubles() == {}
    assert len(spare.accepted) == helped


async def test_a_relay_that_dies_in_the_middle_leaves_its_letters_to_the_other(
    pair: tuple[TalkingRelay, TalkingRelay],
) -> None:
    mortal, other = pair
    mortal.answers_after = other.answers_after = 0.002
    tray = ListTray([letter(number) for number in range(150)], stays=True, again=True)

    async with working(courier(weighing(mortal, 1), weighing(other, 1)), tray):
        await mortal.has_accepted(20)
        await mortal.stop()
        while len({number for number, outcomes in tray.outcomes.items() if settled(outcomes)}) < 150:
            await tray.has_ended(tray.ends + 1)

    put_off = [number for number in range(150) if not isinstance(tray.outcome(number), Delivered)]
    assert len(put_off) <= 3  # one a connection, its answer lost
    assert len(mortal.accepted) + len(other.accepted) >= 147


async def test_a_single_call_finds_the_line_that_can_send(pair: tuple[TalkingRelay, TalkingRelay]) -> None:
    # As a tray does that wakes as many lines as there are letters.
    broken, healthy = pair
    broken.misbehave("mail", "550 5.7.1 Sender refused", times=100)
    tray = ListTray([letter(0)], stays=True, again=True, wakes_one=True)

    async with working(courier(weighing(broken, 100), weighing(healthy, 1)), tray):
        await healthy.has_accepted(1)
        for number in range(1, 20):
            tray.put(letter(number))
            await healthy.has_accepted(number + 1)

    assert len(healthy.accepted) == 20


async def test_a_spare_called_alone_passes_the_call_on(pair: tuple[TalkingRelay, TalkingRelay]) -> None:
    one, spare = pair
    tray = ListTray(stays=True, again=True, wakes_one=True)

    async with working(courier(weighing(spare, 0), weighing(one, 1, connections=1)), tray):
        await asyncio.sleep(0.02)
        for number in range(5):
            tray.put(letter(number))
            async with asyncio.timeout(5):
                await one.has_accepted(number + 1)

    assert spare.connections == 0


def settled(outcomes: Sequence[Outcome]) -> bool:
    return any(not isinstance(outcome, NotTried) for outcome in outcomes)
