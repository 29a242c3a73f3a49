"""Relays: what keeps one from serving, how it is taken back, and that no letter fails for it."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from foundation.setting_values import Relay, Security
from mailer.courier import Delivered, NotTried
from mailer.dialogue import Patience
from mailer.relay import RelayCourier
from tests.support.smtp_relay import Close, Hang, Trick
from tests.support.talking_relay import TalkingRelay
from tests.support.trays import ListTray, letter

QUICK = Patience(opening=0.5, answer=0.4, end=0.4, idle=0.3, first_probe=0.05, longest_probe=0.1)


@pytest.fixture
async def relay() -> AsyncIterator[TalkingRelay]:
    async with TalkingRelay() as relay:
        yield relay


def courier(*relays: Relay) -> RelayCourier:
    return RelayCourier(relays, greeting_name="mail.example.jp", patience=QUICK)


@asynccontextmanager
async def working(one: RelayCourier, tray: ListTray) -> AsyncIterator[None]:
    """All lines at work until the end of the block, when the tray closes."""
    tasks = [asyncio.create_task(line.work(tray)) for line in one.lines()]
    async with asyncio.timeout(20):
        yield
        tray.close()
        await asyncio.gather(*tasks)


async def test_it_greets_by_the_name_it_was_given(relay: TalkingRelay) -> None:
    async with working(courier(relay.address()), ListTray([letter()])):
        pass

    assert relay.heard[0] == (1, "EHLO mail.example.jp")


async def test_a_sign_in_that_succeeds_delivers(relay: TalkingRelay) -> None:
    relay.signs_in = True
    tray = ListTray([letter()])

    async with working(courier(relay.address(user="hansho")), tray):
        await tray.has_ended(1)

    assert isinstance(tray.outcome(), Delivered)
    assert "AUTH" in relay.verbs()


async def test_a_relay_without_letters_is_not_connected_to(relay: TalkingRelay) -> None:
    async with working(courier(relay.address(connections=3)), ListTray(stays=True)):
        await asyncio.sleep(0.05)

    assert relay.connections == 0


OUTAGES = [
    ("connect", "421 4.3.2 Too busy"),
    ("connect", "554 5.7.1 Go away"),
    ("connect", Close()),
    ("connect", "what?"),
    ("ehlo", "550 5.7.1 Who are you"),
    ("auth", "535 5.7.8 Sign-in of hansho with a password failed, a@docomo.ne.jp"),
    ("mail", "530 5.7.0 Sign in first"),
    ("mail", "535 5.7.8 Sign in again"),
    ("mail", "550 5.7.1 <b-token@mail.example.jp>: Sender refused"),
    ("mail", "553 5.1.8 Sender unknown"),
    ("mail", "451 4.7.1 Not now"),
    ("mail", "421 4.7.0 Too many connections"),
    ("mail", Close()),
    ("rcpt", "530 5.7.0 Must issue a STARTTLS command first"),
    ("rcpt", "503 5.5.1 need MAIL command"),
]


@pytest.mark.parametrize(("phase", "trick"), OUTAGES, ids=[f"{phase}-{trick}"[:12] for phase, trick in OUTAGES])
async def test_a_relay_that_does_not_serve_is_left_out_with_one_line_and_taken_back(
    relay: TalkingRelay, caplog: pytest.LogCaptureFixture, phase: str, trick: Trick
) -> None:
    caplog.set_level(logging.INFO, "mailer")
    relay.signs_in = True
    relay.misbehave(phase, trick, times=10 if phase == "auth" else 4)  # two ways to sign in are offered
    one = courier(relay.address(user="hansho"))
    tray = ListTray([letter(1), letter(2)], stays=True, again=True)

    async with working(one, tray):
        await tray.has_ended(1)
        troubles = dict(one.troubles())
        await relay.has_accepted(2)

    assert [type(tray.outcomes[number][-1]) for number in (1, 2)] == [Delivered, Delivered]
    assert {type(each) for number in (1, 2) for each in tray.outcomes[number][:-1]} == {NotTried}
    assert list(troubles) == [f"smtp://127.0.0.1:{relay.port}"]
    assert one.troubles() == {}
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]
    told = caplog.text + str(troubles) + str(tray.outcomes)
    assert not re.search(r"a password|@docomo|b-token", told)


async def test_a_closed_port_is_asked_again_without_letters_waiting_and_found_open(relay: TalkingRelay) -> None:
    one = courier(relay.address(connections=3))
    await relay.stop()
    tray = ListTray([letter(1)], stays=True)

    async with working(one, tray):
        await tray.has_ended(1)
        refused = dict(one.troubles())
        await relay.start()
        await relay.has_heard("EHLO")
        tray.put(letter(2))
        await tray.has_ended(2)

    assert isinstance(tray.outcome(1), NotTried)
    assert list(refused.values()) == ["it refuses connections"]
    assert one.troubles() == {}
    assert isinstance(tray.outcome(2), Delivered)


async def test_many_lines_that_fail_together_are_one_failure(relay: TalkingRelay) -> None:
    patience = Patience(opening=2.0, first_probe=0.1, longest_probe=30.0)
    one = RelayCourier([relay.address(connections=10)], greeting_name="mail.example.jp", patience=patience)
    await relay.stop()
    tray = ListTray([letter(number) for number in range(10)], stays=True)

    async with working(one, tray):
        await tray.has_ended(10)
        await relay.start()
        async with asyncio.timeout(5):
            await relay.has_heard("EHLO")


async def test_a_relay_that_greets_nobody_is_left_out_with_one_line_though_it_has_many(
    relay: TalkingRelay, caplog: pytest.LogCaptureFixture
) -> None:
    relay.misbehave("connect", "421 4.3.2 Closed for an hour", times=1000)
    tray = ListTray([letter(number) for number in range(10)], stays=True)

    async with working(courier(relay.address(connections=10)), tray):
        await tray.has_ended(10)

    assert [record.levelname for record in caplog.records] == ["ERROR"]


async def test_one_line_asks_a_relay_that_is_left_out_and_not_all_of_them(relay: TalkingRelay) -> None:
    relay.misbehave("connect", "554 5.7.1 Go away", times=100)
    one = courier(relay.address(connections=10))
    tray = ListTray([letter(number) for number in range(10)], stays=True)

    async with working(one, tray):
        await tray.has_ended(10)
        met = relay.connections
        await asyncio.sleep(0.25)

    assert relay.connections - met <= 4  # after 0.05, 0.1, 0.1 seconds


async def test_a_relay_that_refuses_our_sender_is_asked_with_the_next_letter_alone(relay: TalkingRelay) -> None:
    relay.misbehave("mail", "550 5.7.1 Sender refused", times=1000)
    one = courier(relay.address(connections=4))
    tray = ListTray([letter(number) for number in range(20)], stays=True, again=True)

    async with working(one, tray):
        await tray.has_ended(4)
        met = relay.verbs().count("MAIL")
        await asyncio.sleep(0.25)
        asked = relay.verbs().count("MAIL") - met
        relay.behave()
        await relay.has_accepted(20)

    assert asked <= 4
    assert all(isinstance(tray.outcome(number), Delivered) for number in range(20))


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_relay_without_the_tls_it_should_have_gets_no_letter_in_clear(
    relay: TalkingRelay, security: Security
) -> None:
    one = courier(relay.address(security=security, user="hansho"))
    tray = ListTray([letter()], stays=True)

    async with working(one, tray):
        await tray.has_ended(1)

    assert isinstance(tray.outcome(), NotTried)
    assert one.troubles()
    assert not {"AUTH", "MAIL"} & set(relay.verbs())


async def test_lines_end_at_once_while_their_relay_is_left_out(relay: TalkingRelay) -> None:
    slow = Patience(opening=2.0, first_probe=30.0)
    one = RelayCourier([relay.address(connections=3)], greeting_name="x.jp", patience=slow)
    await relay.stop()
    tray = ListTray([letter(1), letter(2)], stays=True)

    loop = asyncio.get_running_loop()
    async with working(one, tray):
        await tray.has_ended(2)
        began = loop.time()

    assert loop.time() - began < 2


async def test_a_probe_by_letter_is_made_by_a_line_that_has_one(relay: TalkingRelay) -> None:
    one = courier(relay.address(connections=2))
    relay.misbehave("mail", "550 5.7.1 Sender refused")
    first, second = ListTray([letter(1)], stays=True), ListTray(stays=True)
    tasks = [asyncio.create_task(line.work(tray)) for line, tray in zip(one.lines(), (first, second), strict=True)]

    async with asyncio.timeout(10):
        await first.has_ended(1)
        second.put(letter(2))
        await relay.has_accepted(1)
        first.close()
        second.close()
        await asyncio.gather(*tasks)

    assert isinstance(second.outcome(2), Delivered)


async def test_another_line_asks_when_the_one_that_asked_is_gone(relay: TalkingRelay) -> None:
    one = courier(relay.address(connections=2))
    await relay.stop()
    first, second = ListTray([letter(1)], stays=True), ListTray([letter(2)], stays=True)
    tasks = [asyncio.create_task(line.work(tray)) for line, tray in zip(one.lines(), (first, second), strict=True)]

    async with asyncio.timeout(10):
        await first.has_ended(1)
        await second.has_ended(1)
        await asyncio.sleep(0.1)
        tasks[0].cancel()
        await relay.start()
        await relay.has_heard("EHLO")
        second.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    assert tasks[0].cancelled()


async def test_a_line_cancelled_while_it_connects_gives_its_letter_back(relay: TalkingRelay) -> None:
    hang = Hang()
    relay.misbehave("connect", hang)
    tray = ListTray([letter(1)], stays=True)
    task = asyncio.create_task(courier(relay.address()).lines()[0].work(tray))
    await hang.reached.wait()

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert isinstance(tray.outcome(), NotTried)


async def test_a_cancelled_line_leaves_nothing_running(relay: TalkingRelay) -> None:
    task = asyncio.create_task(courier(relay.address()).lines()[0].work(ListTray(stays=True)))
    await asyncio.sleep(0.01)

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.sleep(0)

    assert asyncio.all_tasks() == {asyncio.current_task()}
