"""What every courier promises, asked of the practice mailbox and of relays with another's server behind them."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailer.courier import Courier, Delivered, Envelope, Unwanted
from mailer.letter import Composer, Letter, Recipient
from mailer.practice_mailbox import PracticeMailbox, newest_letters
from mailer.relay import RelayCourier
from tests.support.mail_engine import AT, HEAD, KEYRING
from tests.support.smtp_relay import SmtpRelay
from tests.support.trays import ListTray

COMPOSER = Composer(HEAD, KEYRING)


@dataclass
class Side:
    """A courier, and what arrived on its other side: (recipient, octets) in order."""

    courier: Courier
    arrived: Callable[[], list[tuple[str, bytes]]]

    async def work(self, tray: ListTray) -> None:
        """By one line."""
        async with asyncio.timeout(20):
            await self.courier.lines()[0].work(tray)


@pytest.fixture(params=["practice", "pipelined", "plain"])
async def side(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Side]:
    if request.param == "practice":
        yield Side(PracticeMailbox(tmp_path / "mailbox"), lambda: _in_mailbox(tmp_path / "mailbox"))
        return
    async with SmtpRelay(pipelining=request.param == "pipelined") as relay:
        courier = RelayCourier([relay.address(connections=2)], greeting_name="mail.example.jp")
        yield Side(courier, lambda: [(letter.recipient, letter.octets) for letter in relay.accepted])


def _in_mailbox(folder: Path) -> list[tuple[str, bytes]]:
    found = []
    for letter in sorted(newest_letters(folder), key=lambda each: each.key):
        head, _, rest = letter.path.read_bytes().partition(b"\nFrom:")
        delivered_to = head.partition(b"Delivered-To: ")[2].decode()
        found.append((delivered_to, b"From:" + rest.replace(b"\n", b"\r\n")))
    return found


def envelope(number: int = 1, *, recipient: str = "a@example.jp", body: str = "本文\n") -> Envelope:
    octets = COMPOSER.octets(Letter("件名", body), Recipient(number, recipient, None), at=AT)
    return Envelope(number, COMPOSER.return_path(number), recipient, "example.jp", octets)


async def test_letters_arrive_in_their_order_to_the_octet(side: Side) -> None:
    letters = [envelope(number, recipient=f"a{number}@example.jp") for number in (1, 2, 3)]
    tray = ListTray(letters)

    await side.work(tray)

    assert side.arrived() == [(letter.recipient, letter.octets) for letter in letters]
    assert all(isinstance(tray.outcome(number), Delivered) for number in (1, 2, 3))


async def test_each_letter_taken_has_one_end_before_the_next_goes(side: Side) -> None:
    tray = ListTray([envelope(number) for number in (1, 2, 3)])

    await side.work(tray)

    told = [each for each in tray.happened if each[0] != "take"]
    assert told == [(word, number) for number in (1, 2, 3) for word in ("may_go", "ended")]


async def test_a_letter_no_longer_wanted_does_not_arrive(side: Side) -> None:
    tray = ListTray([envelope(1), envelope(2, recipient="a2@example.jp")], unwanted={1})

    await side.work(tray)

    assert tray.outcome(1) == Unwanted()
    assert [recipient for recipient, _ in side.arrived()] == ["a2@example.jp"]


async def test_a_carrier_address_travels_quoted(side: Side) -> None:
    tray = ListTray([envelope(recipient='"a..b."@docomo.ne.jp')])

    await side.work(tray)

    assert isinstance(tray.outcome(), Delivered)
    [(recipient, octets)] = side.arrived()
    # aiosmtpd takes the quotes off that stood on the wire.
    assert recipient.replace('"', "") == "a..b.@docomo.ne.jp"
    assert b'\r\nTo: "a..b."@docomo.ne.jp\r\n' in octets


async def test_lines_that_begin_with_a_dot_or_from_arrive_as_written(side: Side) -> None:
    octets = b"From: a@example.jp\r\n\r\n.\r\n..two\r\nFrom here\r\n"

    await side.work(ListTray([Envelope(7, "b@mail.example.jp", "a@example.jp", "example.jp", octets)]))

    assert side.arrived() == [("a@example.jp", octets)]


async def test_a_line_works_again_after_it_ended(side: Side) -> None:
    await side.work(ListTray([envelope(1)]))
    tray = ListTray([envelope(2)])

    await side.work(tray)

    assert isinstance(tray.outcome(2), Delivered)
    assert len(side.arrived()) == 2


async def test_a_line_waits_for_letters_and_ends_when_its_tray_does(side: Side) -> None:
    tray = ListTray(stays=True)
    task = asyncio.create_task(side.work(tray))
    tray.put(envelope(1))
    await tray.has_ended(1)
    tray.put(envelope(2))
    await tray.has_ended(2)

    tray.close()
    await task

    assert len(side.arrived()) == 2
    assert side.courier.troubles() == {}


async def test_the_same_letter_tried_twice_is_the_same_message(side: Side) -> None:
    await side.work(ListTray([envelope(), envelope()]))

    identities = {
        email.message_from_bytes(octets, policy=email.policy.default)["Message-ID"] for _, octets in side.arrived()
    }
    assert identities == {COMPOSER.message_id(1)}
