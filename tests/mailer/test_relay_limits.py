"""What a relay wants less of: connections, letters a minute, letters a connection."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from foundation.setting_values import Relay
from mailer.dialogue import Patience
from mailer.relay import RelayCourier
from tests.mailer.test_relay import courier, working
from tests.support.talking_relay import TalkingRelay
from tests.support.trays import ListTray, letter


@pytest.fixture
async def relay() -> AsyncIterator[TalkingRelay]:
    async with TalkingRelay() as relay:
        yield relay


async def test_a_relay_that_asks_for_less_gets_fewer_connections_and_loses_no_letter(
    relay: TalkingRelay, caplog: pytest.LogCaptureFixture
) -> None:
    one = courier(relay.address(connections=8))
    relay.answers_after = 0.002
    tray = ListTray([letter(number) for number in range(60)], stays=True, again=True)

    async with working(one, tray):
        await tray.has_ended(8)
        relay.misbehave("mail", "452 4.3.1 Too many at once")
        await relay.has_accepted(60)

    assert sorted(letter.octets for letter in relay.accepted) == sorted(letter(number).octets for number in range(60))
    assert one.troubles() == {}
    assert "4 lines in use" in caplog.text


async def test_one_connection_too_many_is_no_outage(relay: TalkingRelay, caplog: pytest.LogCaptureFixture) -> None:
    relay.misbehave("connect", "421 4.7.0 Too many connections", after=3)
    relay.answers_after = 0.002
    one = courier(relay.address(connections=4))
    tray = ListTray([letter(number) for number in range(40)], stays=True, again=True)

    async with working(one, tray):
        await relay.has_accepted(40)

    assert "is left out" not in caplog.text
    assert "2 lines in use" in caplog.text


async def test_an_idle_line_leaves_its_place_to_a_busy_one_where_there_is_room_for_one(relay: TalkingRelay) -> None:
    patience = Patience(opening=2.0, idle=60.0, first_probe=0.05)
    one = RelayCourier([relay.address(connections=2)], greeting_name="mail.example.jp", patience=patience)
    relay.misbehave("connect", "421 4.7.0 Too many connections", after=1)
    first, second = ListTray([letter(1)], stays=True), ListTray(stays=True, again=True)
    tasks = [asyncio.create_task(line.work(tray)) for line, tray in zip(one.lines(), (first, second), strict=True)]

    async with asyncio.timeout(10):
        await first.has_ended(1)
        second.put(letter(2))
        await relay.has_accepted(2)
        first.close()
        second.close()
        await asyncio.gather(*tasks)

    assert one.troubles() == {}


async def test_a_connection_carries_so_many_letters_and_no_more(relay: TalkingRelay) -> None:
    address = relay.address()
    one = courier(Relay("127.0.0.1", address.port, address.security, None, None, 1, per_connection=3))
    tray = ListTray([letter(number) for number in range(8)])

    async with working(one, tray):
        await tray.has_ended(8)

    assert [relay.verbs(number).count("MAIL") for number in (1, 2, 3)] == [3, 3, 2]
    assert all(relay.verbs(number)[-1] == "QUIT" for number in (1, 2, 3))


async def test_a_relay_with_a_pace_gets_its_letters_evenly(relay: TalkingRelay) -> None:
    address = relay.address()
    one = courier(Relay("127.0.0.1", address.port, address.security, None, None, 2, per_minute=1200))
    tray = ListTray([letter(number) for number in range(30)], stays=True)
    loop = asyncio.get_running_loop()
    began = loop.time()

    async with working(one, tray):
        await tray.has_ended(20)
        burst = loop.time() - began
        await tray.has_ended(30)
        took = loop.time() - began

    assert burst < 0.9  # what a second has room for goes at once: evenly, it were a second
    assert 0.45 <= took < 10


async def test_a_narrowed_relay_has_no_more_connections_than_it_bears_and_gets_them_back(relay: TalkingRelay) -> None:
    one = courier(relay.address(connections=4))
    relay.answers_after = 0.002
    relay.misbehave("mail", "452 4.3.1 Too many at once", times=2, after=8)
    tray = ListTray([letter(number) for number in range(250)], stays=True, again=True)
    narrow, wide = [], []

    async with working(one, tray):
        await relay.has_accepted(20)
        narrow.append(relay.open_now)
        await relay.has_accepted(180)
        wide.append(relay.open_now)
        await relay.has_accepted(250)

    assert narrow[0] <= 2
    assert wide == [4]


async def test_who_takes_no_letter_is_not_waited_for_each_time(relay: TalkingRelay) -> None:
    async with TalkingRelay() as other:
        passing = ListTray(stays=True)  # its lines are free, and nothing is for them
        one = courier(relay.address(connections=1), other.address(connections=1))
        tray = ListTray([letter(number) for number in range(300)], stays=True, again=True)
        tasks = [asyncio.create_task(line.work(its)) for line, its in zip(one.lines(), (tray, passing), strict=True)]
        loop = asyncio.get_running_loop()
        began = loop.time()

        await relay.has_accepted(300)
        took = loop.time() - began
        tray.close()
        passing.close()
        await asyncio.gather(*tasks)

    assert took < 5  # by twenty milliseconds a letter it were six seconds
