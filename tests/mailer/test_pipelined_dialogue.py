"""The pipelined dialogue on the wire: what travels together, and what is never said too early."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from foundation.setting_values import Relay, Security
from mailer.courier import Deferred, Delivered, NotTried, Refused, Unwanted
from mailer.dialogue import Patience
from mailer.relay import RelayCourier
from tests.support.smtp_relay import Hang, Trick
from tests.support.talking_relay import TalkingRelay
from tests.support.trays import ListTray, letter

QUICK = Patience(opening=2.0, answer=2.0, end=2.0, idle=2.0, first_probe=0.05, longest_probe=0.1)


@pytest.fixture
async def relay() -> AsyncIterator[TalkingRelay]:
    async with TalkingRelay() as relay:
        yield relay


async def work(relay: TalkingRelay, tray: ListTray) -> None:
    [line] = RelayCourier([relay.address()], greeting_name="mail.example.jp", patience=QUICK).lines()
    async with asyncio.timeout(20):
        await line.work(tray)


async def test_the_next_envelope_travels_with_the_letter_before(relay: TalkingRelay) -> None:
    await work(relay, ListTray([letter(number) for number in range(20)]))

    # EHLO, the first envelope, the goodbye; what lies between costs one round trip a letter.
    assert len(relay.accepted) == 20
    assert relay.waits <= 4


async def test_nothing_travels_together_to_a_relay_that_does_not_offer_it(relay: TalkingRelay) -> None:
    relay.pipelining = False

    await work(relay, ListTray([letter(number) for number in range(5)]))

    assert relay.waits == len(relay.heard) == 2 + 5 * 3


async def test_an_envelope_travels_in_one_piece_after_a_refusal(relay: TalkingRelay) -> None:
    relay.misbehave("rcpt", "550 5.1.1 No such user", times=20)

    await work(relay, ListTray([letter(number) for number in range(20)]))

    assert relay.waits <= 20 + 3


async def test_an_invitation_without_a_recipient_is_answered_with_a_lone_dot(relay: TalkingRelay) -> None:
    relay.invites_always = True
    relay.misbehave("rcpt", "550 5.1.1 No such user", times=2, after=1)
    tray = ListTray([letter(number) for number in (1, 2, 3, 4)])

    await work(relay, tray)

    assert [type(tray.outcome(number)) for number in (1, 2, 3, 4)] == [Delivered, Refused, Refused, Delivered]
    assert relay.empty_letters == 2
    assert len(relay.accepted) == 2
    assert "RSET" not in relay.verbs()
    assert relay.connections == 1


@pytest.mark.parametrize("answer", ["554 5.5.1 no valid recipients", "250 2.0.0 taken for nobody", "451 4.3.0 hm"])
async def test_what_is_said_to_the_lone_dot_changes_nothing(relay: TalkingRelay, answer: str) -> None:
    relay.invites_always = True
    relay.misbehave("rcpt", "450 4.2.0 Not now")
    relay.misbehave("end", answer)
    tray = ListTray([letter(1), letter(2)])

    await work(relay, tray)

    assert tray.outcomes[1] == [Deferred("450 4.2.0 Not now")]
    assert tray.outcomes[2] == [Delivered("250 2.0.0 taken")]


@pytest.mark.parametrize(("phase", "answer"), [("end", "what?"), ("data", "421 4.3.2 bye"), ("data", "250 2.0.0 sure")])
async def test_a_relay_that_loses_the_thread_after_a_refusal_is_met_anew(
    relay: TalkingRelay, phase: str, answer: str
) -> None:
    relay.invites_always = True
    relay.misbehave("rcpt", "550 5.1.1 No such user")
    relay.misbehave(phase, answer)
    tray = ListTray([letter(1), letter(2)])

    await work(relay, tray)

    assert [type(each) for each in tray.outcomes[1]] == [Refused]
    assert tray.outcomes[2] == [Delivered("250 2.0.0 taken")]
    assert relay.connections == 2


async def test_a_transaction_left_open_is_reset_before_the_next_and_then_no_more(relay: TalkingRelay) -> None:
    relay.misbehave("rcpt", "550 5.1.1 No such user")
    tray = ListTray([letter(1), letter(2)], stays=True)
    task = asyncio.create_task(work(relay, tray))
    await tray.has_ended(2)

    tray.put(letter(3))
    await tray.has_ended(3)
    tray.close()
    await task

    envelope = ["MAIL", "RCPT", "DATA"]
    assert relay.verbs()[1:] == [*envelope, "RSET", *envelope, *envelope, "QUIT"]
    assert isinstance(tray.outcome(3), Delivered)


@pytest.mark.parametrize("answer", ["502 5.5.1 no", "421 4.3.2 bye", "what?"])
async def test_a_refused_reset_moves_the_letter_to_a_new_connection(relay: TalkingRelay, answer: str) -> None:
    relay.misbehave("rcpt", "550 5.1.1 No such user")
    relay.misbehave("rset", answer)
    tray = ListTray([letter(1), letter(2)])

    await work(relay, tray)

    assert tray.outcomes[2] == [Delivered("250 2.0.0 taken")]
    assert relay.connections == 2


@pytest.mark.parametrize(
    "end",
    ["421 4.3.2 Shutting down", "what?", b"250 2.0.0 taken\r\nand so on\r\n", b"250 2.0.0 taken\r\n250 twice\r\n"],
)
async def test_the_letter_announced_behind_the_last_one_goes_on_a_new_connection(
    relay: TalkingRelay, end: Trick
) -> None:
    relay.misbehave("end", end)
    tray = ListTray([letter(1), letter(2), letter(3)])

    await work(relay, tray)

    is_taken = isinstance(end, bytes)
    assert [type(each) for each in tray.outcomes[1]] == [Delivered if is_taken else Deferred]
    assert isinstance(tray.outcome(3), Delivered)
    assert len(tray.outcomes[2]) == 1


async def test_words_that_nobody_asked_for_end_an_idle_connection_and_no_letter(relay: TalkingRelay) -> None:
    relay.misbehave("end", b"250 2.0.0 taken\r\n421 4.4.2 idle too long\r\n", after=1)
    tray = ListTray([letter(1), letter(2)], stays=True)
    task = asyncio.create_task(work(relay, tray))
    await tray.has_ended(2)

    tray.put(letter(3))
    await tray.has_ended(3)
    tray.close()
    await task

    assert [tray.outcomes[number] for number in (2, 3)] == [[Delivered("250 2.0.0 taken")]] * 2
    assert relay.connections == 2


async def test_a_letter_halted_while_it_was_announced_is_dropped_with_the_connection(relay: TalkingRelay) -> None:
    tray = ListTray([letter(1), letter(2), letter(3)])
    tray.when_ended = lambda envelope: tray.unwanted.add(2) if envelope.number == 1 else None

    await work(relay, tray)

    assert tray.outcomes[2] == [Unwanted()]
    assert len(relay.accepted) == 2
    assert relay.connections == 2


async def test_a_line_cancelled_before_a_text_went_out_leaves_no_fate_open(relay: TalkingRelay) -> None:
    hang = Hang()
    relay.misbehave("rcpt", hang, after=1)
    tray = ListTray([letter(1), letter(2), letter(3)])
    task = asyncio.create_task(work(relay, tray))
    await hang.reached.wait()

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert isinstance(tray.outcome(2), NotTried)
    assert {number for word, number in tray.happened if word == "take"} == set(tray.outcomes)


async def test_content_waits_while_the_transport_is_full(relay: TalkingRelay) -> None:
    octets = b"From: a\r\n\r\n" + b"0123456789abcdef\r\n" * 200_000
    tray = ListTray([letter(1, octets=octets), letter(2, octets=octets), letter(3)])

    await work(relay, tray)

    assert [len(each.octets) for each in relay.accepted[:2]] == [len(octets)] * 2
    assert isinstance(tray.outcome(3), Delivered)


async def test_a_server_that_answers_unread_letters_does_not_fill_our_memory() -> None:
    is_over = asyncio.Event()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.close()  # one connection is enough
        writer.write(b"220 hello\r\n")
        await reader.readline()
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # the reader's own side of it
        writer.write(b"250-x\r\n250 PIPELINING\r\n")
        await asyncio.sleep(0.05)
        for _ in range(40):
            writer.write(b"250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n")
            await asyncio.sleep(0.005)
            if writer.is_closing():
                break
        writer.transport.abort()
        is_over.set()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    address = Relay("127.0.0.1", server.sockets[0].getsockname()[1], Security.CLEAR, None, None, 1)
    [line] = RelayCourier([address], greeting_name="mail.example.jp", patience=QUICK).lines()
    octets = b"From: a\r\n\r\n" + b"0123456789abcdef\r\n" * 200_000
    tray = ListTray([letter(number, octets=octets) for number in range(30)], stays=True)
    task = asyncio.create_task(line.work(tray))
    await is_over.wait()

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    server.close()

    # The system's own buffers hold some; then it is told that the answers made no sense.
    assert sum(word == "may_go" for word, _ in tray.happened) <= 6
