"""What both ways of speaking SMTP make of each answer a relay may give, or not give."""

from datetime import timedelta

import pytest

from mailer.bounce_report.bounce_class import BounceClass
from mailer.courier import Deferred, Delivered, Refused
from tests.contracts.conftest import Run
from tests.support.smtp_relay import Close, CloseAfterAccepting, Hang, Trick
from tests.support.talking_relay import TalkingRelay
from tests.support.trays import ListTray, letter


async def test_unknown_user_at_rcpt_is_gone_and_at_the_end_filtered(relay: TalkingRelay, run: Run) -> None:
    # docomo says the same of an address that is no more and of a text that it filters.
    relay.misbehave("rcpt", "550 Unknown user a@docomo.ne.jp", after=1)
    relay.misbehave("end", "550 Unknown user a@docomo.ne.jp", after=1)
    tray = ListTray([letter(number) for number in (1, 2, 3, 4)])

    await run(tray)

    gone, filtered = tray.outcome(2), tray.outcome(3)
    assert isinstance(gone, Refused)
    assert (gone.bounce_class, gone.counted) == (BounceClass.GONE, True)
    assert isinstance(filtered, Refused)
    assert (filtered.bounce_class, filtered.counted) == (BounceClass.FILTERED, False)
    assert isinstance(tray.outcome(1), Delivered)
    assert isinstance(tray.outcome(4), Delivered)
    assert relay.connections == 1


@pytest.mark.parametrize("phase", ["rcpt", "data", "end"])
@pytest.mark.parametrize(
    ("answer", "hint", "found"),
    [
        ("450 4.2.0 Greylisted, try again in 5 minutes", timedelta(minutes=5), BounceClass.UNKNOWN),
        ("451 4.3.0 Not now", None, BounceClass.UNKNOWN),
        ("452 4.2.2 Over quota", None, BounceClass.FULL),
        ("552 5.2.2 Mailbox full", None, BounceClass.FULL),
    ],
)
async def test_a_refusal_for_now_defers_and_the_connection_serves_on(
    relay: TalkingRelay, run: Run, phase: str, answer: str, hint: timedelta | None, found: BounceClass
) -> None:
    relay.misbehave(phase, answer)
    tray = ListTray([letter(1), letter(2)])

    await run(tray)

    assert tray.outcome(1) == Deferred(answer, hint, found)
    assert isinstance(tray.outcome(2), Delivered)
    assert relay.connections == 1


@pytest.mark.parametrize("phase", ["rcpt", "data", "end"])
@pytest.mark.parametrize("answer", ["554 5.7.1 Not this text", "550-5.1.1 No such\r\n550 5.1.1 user\r\n"])
async def test_a_refusal_for_good_refuses_and_the_connection_serves_on(
    relay: TalkingRelay, run: Run, phase: str, answer: str
) -> None:
    relay.misbehave(phase, answer)
    tray = ListTray([letter(1), letter(2)])

    await run(tray)

    outcome = tray.outcome(1)
    assert isinstance(outcome, Refused)
    assert outcome.reply in ("554 5.7.1 Not this text", "550 5.1.1 No such 5.1.1 user")
    assert isinstance(tray.outcome(2), Delivered)
    assert relay.connections == 1


async def test_every_letter_may_be_refused_on_one_connection(relay: TalkingRelay, run: Run) -> None:
    relay.misbehave("rcpt", "550 5.1.1 No such user", times=30)
    tray = ListTray([letter(number) for number in range(30)])

    await run(tray)

    assert all(isinstance(tray.outcome(number), Refused) for number in range(30))
    assert relay.connections == 1


@pytest.mark.parametrize("phase", ["rcpt", "data", "end"])
async def test_a_421_defers_and_the_next_letter_goes_on_a_new_connection(
    relay: TalkingRelay, run: Run, phase: str
) -> None:
    relay.misbehave(phase, "421 4.3.2 Shutting down, come back in 00:05:00")
    tray = ListTray([letter(1), letter(2)])

    await run(tray)

    outcome = tray.outcome(1)
    assert isinstance(outcome, Deferred)
    assert outcome.hint == timedelta(minutes=5)
    assert tray.outcomes[2] == [Delivered("250 2.0.0 taken")]
    assert relay.connections == 2


@pytest.mark.parametrize(
    ("phase", "trick"),
    [
        ("rcpt", Close()),
        ("data", Close()),
        ("end", Close()),
        ("end", CloseAfterAccepting()),
        ("rcpt", "what?"),
        ("data", b"\xff\xfe\x00\x01"),
        ("end", "2x0 fine"),
        ("end", "199 hm"),
        ("rcpt", "354 too early"),
        ("end", b"x" * 70_000),
    ],
)
async def test_a_line_lost_in_the_middle_defers_and_the_next_letter_goes_on_a_new_one(
    relay: TalkingRelay, run: Run, phase: str, trick: Trick
) -> None:
    relay.misbehave(phase, trick)
    tray = ListTray([letter(1), letter(2)])

    await run(tray)

    [outcome] = tray.outcomes[1]
    assert isinstance(outcome, Deferred)
    assert outcome.unanswered is (phase == "end"), "only then the whole content was out"
    assert tray.outcomes[2] == [Delivered("250 2.0.0 taken")]
    assert relay.connections == 2


@pytest.mark.parametrize("phase", ["rcpt", "data", "end"])
async def test_a_server_that_falls_silent_defers_after_the_timeout(relay: TalkingRelay, run: Run, phase: str) -> None:
    relay.misbehave(phase, Hang())
    tray = ListTray([letter(1), letter(2)])

    await run(tray)

    assert isinstance(tray.outcome(1), Deferred)
    assert tray.outcomes[2] == [Delivered("250 2.0.0 taken")]


# After MAIL, 421 may speak of the recipient.
BETWEEN_LETTERS = [("mail", "421 4.4.2 So many letters")]
BETWEEN_LETTERS += [(phase, "503 5.5.1 lost the thread") for phase in ("mail", "rcpt", "data")]


@pytest.mark.parametrize(
    ("phase", "trick"), [*BETWEEN_LETTERS, *((phase, Close()) for phase in ("mail", "rcpt", "data"))]
)
async def test_a_kept_connection_that_ends_costs_no_letter_its_try(
    relay: TalkingRelay, run: Run, phase: str, trick: Trick
) -> None:
    relay.misbehave(phase, trick, after=1)
    tray = ListTray([letter(1), letter(2), letter(3)])

    await run(tray)

    assert all(tray.outcomes[number] == [Delivered("250 2.0.0 taken")] for number in (1, 2, 3))
    assert [len(relay.accepted), relay.connections] == [3, 2]


async def test_an_answer_of_ten_kilobytes_does_no_harm(relay: TalkingRelay, run: Run) -> None:
    relay.misbehave("rcpt", "550 5.1.1 " + "no " * 3400)
    tray = ListTray([letter(1), letter(2)])

    await run(tray)

    outcome = tray.outcome(1)
    assert isinstance(outcome, Refused if relay.pipelining else Deferred)  # for aiosmtplib it is no answer
    assert len(outcome.reply) <= 1000
    assert isinstance(tray.outcome(2), Delivered)


async def test_an_answer_in_no_known_charset_is_still_an_answer_that_a_database_takes(
    relay: TalkingRelay, run: Run
) -> None:
    relay.misbehave("rcpt", b"550 5.1.1 \x83\x86\x81[\x00\x83U\x1b")
    tray = ListTray([letter(1)])

    await run(tray)

    outcome = tray.outcome(1)
    assert isinstance(outcome, Refused)
    assert outcome.reply.isprintable()
    outcome.reply.encode()
