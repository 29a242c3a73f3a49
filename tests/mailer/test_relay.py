"""The relay: what comes of each answer a real server may give, or not give."""

import asyncio
from collections.abc import AsyncIterator

import pytest

import mailer.relay
from foundation.setting_values import Security
from mailer.bounce_report.bounce_class import BounceClass
from mailer.courier import Deferred, Delivered, Envelope, Line, NotTried, Refused
from mailer.relay import RelayCourier
from tests.support.smtp_relay import Close, CloseAfterAccepting, Hang, SmtpRelay

OCTETS = b"From: anzen@mail.example.jp\r\nMessage-ID: <x@mail.example.jp>\r\n\r\ntext\r\n"


@pytest.fixture
async def relay() -> AsyncIterator[SmtpRelay]:
    async with SmtpRelay() as relay:
        yield relay


@pytest.fixture
async def line(relay: SmtpRelay) -> AsyncIterator[Line]:
    [line] = RelayCourier([relay.address()], greeting_name="mail.example.jp").lines()
    yield line
    await line.hang_up()


def envelope(recipient: str = "a@docomo.ne.jp") -> Envelope:
    return Envelope(1, "b-token@mail.example.jp", recipient, recipient.rpartition("@")[2], OCTETS)


async def test_docomo_unknown_user_at_rcpt_is_gone_and_counts(relay: SmtpRelay, line: Line) -> None:
    relay.misbehave("rcpt", "550 Unknown user a@docomo.ne.jp")

    outcome = await line.deliver(envelope())

    assert isinstance(outcome, Refused)
    assert (outcome.bounce_class, outcome.counted) == (BounceClass.GONE, True)


async def test_docomo_unknown_user_at_the_end_of_data_is_filtered_and_does_not_count(
    relay: SmtpRelay, line: Line
) -> None:
    relay.misbehave("end", "550 Unknown user a@docomo.ne.jp")

    outcome = await line.deliver(envelope())

    assert isinstance(outcome, Refused)
    assert (outcome.bounce_class, outcome.counted) == (BounceClass.FILTERED, False)


@pytest.mark.parametrize("phase", ["rcpt", "data", "end"])
@pytest.mark.parametrize("answer", ["450 4.2.0 Greylisted, try again in 5 minutes", "552 5.2.2 Mailbox full"])
async def test_a_refusal_for_now_defers(relay: SmtpRelay, line: Line, phase: str, answer: str) -> None:
    relay.misbehave(phase, answer)

    outcome = await line.deliver(envelope())

    assert isinstance(outcome, Deferred)
    assert outcome.reply == answer
    assert (outcome.hint is not None) == ("5 minutes" in answer)
    assert (outcome.bounce_class is BounceClass.FULL) == answer.startswith("552")


@pytest.mark.parametrize("answer", ["550 5.7.1 Sender refused", "451 4.7.1 Not now", "530 5.7.0 Sign in first"])
async def test_a_refused_sender_is_our_fault_and_fails_no_letter(relay: SmtpRelay, line: Line, answer: str) -> None:
    relay.misbehave("mail", answer, times=2)

    outcome = await line.deliver(envelope())

    assert isinstance(outcome, NotTried)
    assert isinstance(await line.deliver(envelope()), NotTried)
    assert isinstance(await line.deliver(envelope()), Delivered)


@pytest.mark.parametrize("answer", ["530 5.7.0 Must issue a STARTTLS command first", "503 5.5.1 need MAIL command"])
async def test_a_relay_that_wants_a_sign_in_only_at_rcpt_fails_no_letter(
    relay: SmtpRelay, line: Line, answer: str
) -> None:
    relay.misbehave("rcpt", answer)

    assert isinstance(await line.deliver(envelope()), NotTried)


async def test_a_failed_sign_in_fails_no_letter(relay: SmtpRelay) -> None:
    relay.misbehave("auth", "no", times=9)
    [line] = RelayCourier([relay.address(user="hansho")], greeting_name="mail.example.jp").lines()

    outcome = await line.deliver(envelope())

    assert isinstance(outcome, NotTried)
    assert "a password" not in outcome.reason
    assert relay.commands["mail"] == 0


async def test_a_sign_in_that_succeeds_delivers(relay: SmtpRelay) -> None:
    [line] = RelayCourier([relay.address(user="hansho")], greeting_name="mail.example.jp").lines()

    outcome = await line.deliver(envelope())
    await line.hang_up()

    assert isinstance(outcome, Delivered)
    assert relay.commands["auth"] == 1


async def test_a_closed_port_fails_no_letter(relay: SmtpRelay) -> None:
    address = relay.address()
    await relay.__aexit__(None, None, None)
    [line] = RelayCourier([address], greeting_name="mail.example.jp").lines()

    assert isinstance(await line.deliver(envelope()), NotTried)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_relay_without_the_tls_it_should_have_gets_no_letter_in_clear(
    relay: SmtpRelay, security: Security
) -> None:
    [line] = RelayCourier([relay.address(security=security)], greeting_name="mail.example.jp").lines()

    outcome = await line.deliver(envelope())

    assert isinstance(outcome, NotTried)
    assert relay.commands["mail"] == 0


async def test_a_relay_too_busy_to_greet_fails_no_letter(relay: SmtpRelay, line: Line) -> None:
    relay.misbehave("connect", "421 4.3.2 Too busy")

    assert isinstance(await line.deliver(envelope()), NotTried)
    assert isinstance(await line.deliver(envelope()), Delivered)


@pytest.mark.parametrize(
    ("phase", "trick"), [("rcpt", Close()), ("data", Close()), ("end", Close()), ("end", CloseAfterAccepting())]
)
async def test_a_line_lost_in_the_middle_defers_and_the_next_letter_goes_on_a_new_one(
    relay: SmtpRelay, line: Line, phase: str, trick: Close | CloseAfterAccepting
) -> None:
    relay.misbehave(phase, trick)

    outcome = await line.deliver(envelope())

    assert isinstance(outcome, Deferred)
    assert isinstance(await line.deliver(envelope()), Delivered)
    assert relay.connections == 2


@pytest.mark.parametrize("phase", ["rcpt", "end"])
async def test_a_server_that_falls_silent_defers_after_the_timeout(
    relay: SmtpRelay, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    monkeypatch.setattr(mailer.relay, "TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr(mailer.relay, "DATA_TIMEOUT_SECONDS", 0.3)
    [line] = RelayCourier([relay.address()], greeting_name="mail.example.jp").lines()
    relay.misbehave(phase, Hang())

    outcome = await line.deliver(envelope())

    assert isinstance(outcome, Deferred)
    assert isinstance(await line.deliver(envelope()), Delivered)
    await line.hang_up()


async def test_after_a_refusal_the_connection_serves_the_next_letter(relay: SmtpRelay, line: Line) -> None:
    relay.misbehave("rcpt", "550 5.1.1 No such user")
    relay.misbehave("end", "554 5.7.1 Not this text", times=1)

    await line.deliver(envelope())
    await line.deliver(envelope())
    outcome = await line.deliver(envelope())

    assert isinstance(outcome, Delivered)
    assert relay.connections == 1


async def test_a_kept_connection_that_went_stale_is_replaced_and_the_letter_goes_once(
    relay: SmtpRelay, line: Line
) -> None:
    await line.deliver(envelope())
    await relay.drop_everybody()

    outcome = await line.deliver(envelope())

    assert isinstance(outcome, Delivered)
    assert len(relay.accepted) == 2
    assert relay.connections == 2


async def test_a_421_between_letters_is_followed_on_a_new_connection(relay: SmtpRelay, line: Line) -> None:
    await line.deliver(envelope())
    relay.misbehave("mail", "421 4.4.2 Idle too long")

    outcome = await line.deliver(envelope())

    assert isinstance(outcome, Delivered)
    assert relay.connections == 2


async def test_an_answer_in_no_known_charset_is_still_an_answer(relay: SmtpRelay, line: Line) -> None:
    relay.misbehave("rcpt", b"550 5.1.1 \x83\x86\x81[\x83U")

    assert isinstance(await line.deliver(envelope()), Refused)


async def test_an_answer_that_is_none_defers_and_the_line_is_not_used_again(relay: SmtpRelay, line: Line) -> None:
    relay.misbehave("rcpt", "what?")

    assert isinstance(await line.deliver(envelope()), Deferred)
    assert isinstance(await line.deliver(envelope()), Delivered)
    assert relay.connections == 2


async def test_an_address_that_cannot_stand_on_the_wire_is_refused_without_a_word(relay: SmtpRelay, line: Line) -> None:
    outcome = await line.deliver(envelope("あ@example.jp"))

    assert isinstance(outcome, Refused)
    assert not outcome.counted
    assert relay.commands["rcpt"] == 0


async def test_a_cancelled_line_stops_at_once(relay: SmtpRelay, line: Line) -> None:
    relay.misbehave("rcpt", "550 5.1.1 No such user")
    hang = Hang()
    relay.misbehave("rcpt", hang)
    await line.deliver(envelope())
    task = asyncio.create_task(line.deliver(envelope()))
    await hang.reached.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
