"""What both ways of speaking SMTP promise, pipelined or one command after another, asked with a real server."""

import asyncio

import pytest

from mailer.courier import Delivered, NotTried, Refused, Unwanted
from tests.contracts.conftest import Run
from tests.support.smtp_relay import Hang
from tests.support.talking_relay import TalkingRelay
from tests.support.trays import ListTray, letter


async def test_letters_arrive_in_their_order_over_one_connection(relay: TalkingRelay, run: Run) -> None:
    letters = [letter(number, f"a{number}@docomo.ne.jp") for number in (1, 2, 3)]
    tray = ListTray(letters)

    await run(tray)

    assert [each.recipient for each in relay.accepted] == [each.recipient for each in letters]
    assert [each.octets for each in relay.accepted] == [each.octets for each in letters]
    assert {each.sender for each in relay.accepted} == {"b-token@mail.example.jp"}
    assert all(tray.outcomes[number] == [Delivered("250 2.0.0 taken")] for number in (1, 2, 3))
    assert relay.connections == 1
    assert relay.verbs() == ["EHLO", *["MAIL", "RCPT", "DATA"] * 3, "QUIT"]


async def test_a_letter_has_ended_before_the_content_of_the_next_goes_out(relay: TalkingRelay, run: Run) -> None:
    tray = ListTray([letter(number) for number in range(1, 6)])

    await run(tray)

    told = [each for each in tray.happened if each[0] != "take"]
    assert told == [(word, number) for number in range(1, 6) for word in ("may_go", "ended")]


async def test_at_most_one_letter_more_is_taken_than_has_ended(relay: TalkingRelay, run: Run) -> None:
    tray = ListTray([letter(number) for number in range(1, 6)])

    await run(tray)

    in_hand = 0
    for word, _ in tray.happened:
        in_hand += {"take": 1, "ended": -1, "may_go": 0}[word]
        assert 0 <= in_hand <= 2


@pytest.mark.parametrize(
    "octets",
    [
        b".\r\n..two\r\n.three\r\n",
        b"From: a\r\n\r\n.\r\n",
        b"From: a\r\n\r\n" + b".dots at the start\r\n" * 3000,
        b"From: a\r\n\r\nFrom here\r\n\r\n\r\n",
    ],
    ids=["at once", "alone at the end", "many", "empty lines"],
)
async def test_a_text_arrives_to_the_octet(relay: TalkingRelay, run: Run, octets: bytes) -> None:
    tray = ListTray([letter(1, octets=octets), letter(2)])

    await run(tray)

    assert relay.accepted[0].octets == octets
    assert len(relay.accepted) == 2


@pytest.mark.parametrize("octets", [b"a\n.\nMAIL FROM:<evil@example.jp>\r\n", b"a\r.\rb\r\n", b"a\r\n.\n\r\nb\r\n"])
async def test_lone_line_ends_smuggle_nothing(relay: TalkingRelay, run: Run, octets: bytes) -> None:
    tray = ListTray([letter(1, octets=octets)])

    await run(tray)

    [accepted] = relay.accepted
    assert b"\n" not in accepted.octets.replace(b"\r\n", b"")
    assert b"\r" not in accepted.octets.replace(b"\r\n", b"")


async def test_a_text_without_a_last_line_end_gets_one(relay: TalkingRelay, run: Run) -> None:
    tray = ListTray([letter(1, octets=b"From: a\r\n\r\nno end")])

    await run(tray)

    assert relay.accepted[0].octets == b"From: a\r\n\r\nno end\r\n"


async def test_a_large_letter_passes_a_slow_reader(relay: TalkingRelay, run: Run) -> None:
    octets = b"From: a\r\n\r\n" + b"0123456789abcdef\r\n" * 60_000
    tray = ListTray([letter(1, octets=octets), letter(2)])

    await run(tray)

    assert relay.accepted[0].octets == octets
    assert isinstance(tray.outcome(2), Delivered)


@pytest.mark.parametrize(
    "recipient", ['"a..b."@docomo.ne.jp', '".a b<c>@d\\""@docomo.ne.jp', "a+b/c=d@x.jp", "a@[192.0.2.1]"]
)
async def test_an_odd_address_stands_on_the_wire_as_it_was_given(relay: TalkingRelay, run: Run, recipient: str) -> None:
    await run(ListTray([letter(1, recipient)]))

    assert f"RCPT TO:<{recipient}>" in [line for _, line in relay.heard]


@pytest.mark.parametrize(
    "recipient",
    ["あ@example.jp", "a b@example.jp", "a@b.jp>\r\nRSET", "a@b.jp> SIZE=1", '"a\r\n"@b.jp', '"a"b"@b.jp', "a@b.jp\n"],
)
async def test_an_address_that_cannot_stand_on_the_wire_is_refused_without_a_word(
    relay: TalkingRelay, run: Run, recipient: str
) -> None:
    tray = ListTray([letter(1, recipient), letter(2), letter(3, recipient), letter(4)])

    await run(tray)

    for number in (1, 3):
        [outcome] = tray.outcomes[number]
        assert isinstance(outcome, Refused)
        assert not outcome.counted
    assert len(relay.accepted) == 2
    assert relay.verbs().count("MAIL") == 2


async def test_a_null_sender_is_written_as_such(relay: TalkingRelay, run: Run) -> None:
    one = letter(1)

    await run(ListTray([type(one)(1, "", one.recipient, one.domain, one.octets)]))

    assert relay.accepted[0].sender == ""
    assert "MAIL FROM:<>" in [line for _, line in relay.heard]


async def test_answers_may_come_octet_by_octet(relay: TalkingRelay, run: Run) -> None:
    relay.dribbles = True
    relay.misbehave("end", "250-2.0.0 taken\r\n250 2.0.0 as 1234\r\n", after=1)
    tray = ListTray([letter(1), letter(2), letter(3)])

    await run(tray)

    assert [tray.outcomes[number] for number in (1, 2, 3)] == [
        [Delivered("250 2.0.0 taken")],
        [Delivered("250 2.0.0 taken 2.0.0 as 1234")],
        [Delivered("250 2.0.0 taken")],
    ]


async def test_a_letter_no_longer_wanted_does_not_go(relay: TalkingRelay, run: Run) -> None:
    tray = ListTray([letter(number) for number in (1, 2, 3, 4)], unwanted={1, 3})

    await run(tray)

    assert [tray.outcomes[number] for number in (1, 3)] == [[Unwanted()], [Unwanted()]]
    assert [isinstance(tray.outcome(number), Delivered) for number in (2, 4)] == [True, True]
    assert len(relay.accepted) == 2


@pytest.mark.parametrize("phase", ["rcpt", "data", "end"])
async def test_a_relay_that_wants_a_sign_in_only_later_fails_no_letter(
    relay: TalkingRelay, run: Run, phase: str
) -> None:
    relay.misbehave(phase, "530 5.7.0 Must issue a STARTTLS command first", after=1)
    tray = ListTray([letter(number) for number in (1, 2, 3)], again=True)

    await run(tray)

    assert tray.outcomes[1] == [Delivered("250 2.0.0 taken")]
    assert [type(each) for each in tray.outcomes[2]] == [NotTried, Delivered]
    assert isinstance(tray.outcome(3), Delivered)
    assert len(relay.accepted) == 3


async def test_mistakes_of_the_tray_are_raised_where_the_line_is_worked(relay: TalkingRelay, run: Run) -> None:
    def stumble(envelope: object) -> None:
        raise ZeroDivisionError

    tray = ListTray([letter(1)])
    tray.when_ended = stumble

    with pytest.raises(ZeroDivisionError):
        await run(tray)


async def test_a_cancelled_line_leaves_at_most_one_fate_open(relay: TalkingRelay, run: Run) -> None:
    hang = Hang()
    relay.misbehave("end", hang, after=1)
    tray = ListTray([letter(number) for number in (1, 2, 3, 4)])
    task = asyncio.ensure_future(run(tray))
    await hang.reached.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    taken = {number for word, number in tray.happened if word == "take"}
    assert taken - set(tray.outcomes) == {2}


async def test_an_idle_connection_is_closed_with_a_goodbye_and_opened_again(relay: TalkingRelay, run: Run) -> None:
    tray = ListTray([letter(1)], stays=True)
    task = asyncio.ensure_future(run(tray))
    await tray.has_ended(1)
    await relay.is_left_alone()

    tray.put(letter(2))
    await tray.has_ended(2)
    tray.close()
    await task

    assert relay.verbs(1)[-1] == "QUIT"
    assert isinstance(tray.outcome(2), Delivered)
    assert relay.connections == 2


async def test_a_kept_connection_that_went_stale_is_replaced_and_the_letter_goes_once(
    relay: TalkingRelay, run: Run
) -> None:
    tray = ListTray([letter(1)], stays=True)
    task = asyncio.ensure_future(run(tray))
    await tray.has_ended(1)
    relay.drop_everybody()

    tray.put(letter(2))
    await tray.has_ended(2)
    tray.close()
    await task

    assert tray.outcomes[2] == [Delivered("250 2.0.0 taken")]
    assert [len(relay.accepted), relay.connections] == [2, 2]
