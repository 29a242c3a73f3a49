"""What every courier promises, asked of the practice mailbox and of the relay with a real server behind it."""

import email
import email.policy
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailer.courier import Courier, Delivered, Envelope
from mailer.letter import Composer, Letter, Recipient
from mailer.practice_mailbox import PracticeMailbox, newest_letters
from mailer.relay import RelayCourier
from tests.support.mail_engine import AT, HEAD, KEYRING
from tests.support.smtp_relay import SmtpRelay

COMPOSER = Composer(HEAD, KEYRING)


@dataclass
class Side:
    """A courier, and what arrived on its other side: (recipient, octets) in order."""

    courier: Courier
    arrived: Callable[[], list[tuple[str, bytes]]]


@pytest.fixture(params=["practice", "relay"])
async def side(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Side]:
    if request.param == "practice":
        yield Side(PracticeMailbox(tmp_path / "mailbox"), lambda: _in_mailbox(tmp_path / "mailbox"))
        return
    async with SmtpRelay() as relay:
        courier = RelayCourier([relay.address(connections=2)], greeting_name="mail.example.jp")
        yield Side(courier, lambda: [(letter.recipient, letter.octets) for letter in relay.accepted])
        for line in courier.lines():
            await line.hang_up()


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


async def test_a_delivered_letter_has_arrived_to_the_octet(side: Side) -> None:
    line = side.courier.lines()[0]
    one = envelope()

    outcome = await line.deliver(one)

    assert isinstance(outcome, Delivered)
    assert side.arrived() == [("a@example.jp", one.octets)]


async def test_a_line_serves_one_letter_after_another(side: Side) -> None:
    line = side.courier.lines()[0]

    for number in (1, 2, 3):
        assert isinstance(await line.deliver(envelope(number, recipient=f"a{number}@example.jp")), Delivered)

    assert [recipient for recipient, _ in side.arrived()] == ["a1@example.jp", "a2@example.jp", "a3@example.jp"]


async def test_a_carrier_address_travels_quoted(side: Side) -> None:
    line = side.courier.lines()[0]

    outcome = await line.deliver(envelope(recipient='"a..b."@docomo.ne.jp'))

    assert isinstance(outcome, Delivered)
    [(recipient, octets)] = side.arrived()
    # aiosmtpd takes the quotes off that stood on the wire.
    assert recipient.replace('"', "") == "a..b.@docomo.ne.jp"
    assert b'\r\nTo: "a..b."@docomo.ne.jp\r\n' in octets


async def test_lines_that_begin_with_a_dot_or_from_arrive_as_written(side: Side) -> None:
    line = side.courier.lines()[0]
    octets = b"From: a@example.jp\r\n\r\n.\r\n..two\r\nFrom here\r\n"

    await line.deliver(Envelope(7, "b@mail.example.jp", "a@example.jp", "example.jp", octets))

    assert side.arrived() == [("a@example.jp", octets)]


async def test_a_line_that_hung_up_can_be_used_again(side: Side) -> None:
    line = side.courier.lines()[0]
    await line.deliver(envelope(1))
    await line.hang_up()
    await line.hang_up()

    outcome = await line.deliver(envelope(2))

    assert isinstance(outcome, Delivered)
    assert len(side.arrived()) == 2


async def test_the_same_letter_tried_twice_is_the_same_message(side: Side) -> None:
    line = side.courier.lines()[0]

    await line.deliver(envelope())
    await line.deliver(envelope())

    identities = {
        email.message_from_bytes(octets, policy=email.policy.default)["Message-ID"] for _, octets in side.arrived()
    }
    assert identities == {COMPOSER.message_id(1)}
