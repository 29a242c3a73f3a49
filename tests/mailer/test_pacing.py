"""Pacing: the next moments, the growing holds, and which answers are about us."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.pacing import BURST, HOLDS, LONGEST_HOLD, hold_until, is_complaint, room, share, take
from tests.support.mail_engine import AT

SECOND = timedelta(seconds=1)
RATES = st.integers(1, 60_000)
COUNTS = st.integers(0, 300)
GAPS = st.timedeltas(timedelta(0), timedelta(minutes=3))


def test_without_a_limit_everything_goes_at_once() -> None:
    slots = take(AT + SECOND, at=AT, per_minute=None, count=1000)

    assert slots.moment(999) == AT
    assert slots.next_free == AT


def test_a_system_left_alone_gets_a_second_at_once_and_then_an_even_pace() -> None:
    slots = take(None, at=AT, per_minute=600, count=40)

    assert [slots.moment(k) for k in (0, 10)] == [AT, AT]
    assert slots.moment(11) == AT + 0.1 * SECOND
    assert slots.moment(39) == AT + 2.9 * SECOND
    assert slots.next_free == AT + 4 * SECOND


def test_a_slow_pace_has_no_burst() -> None:
    slots = take(None, at=AT, per_minute=10, count=3)

    assert [slots.moment(k) for k in range(3)] == [AT, AT + 5 * SECOND, AT + 11 * SECOND]


def test_the_next_taker_comes_after_the_last() -> None:
    first = take(None, at=AT, per_minute=600, count=100)
    second = take(first.next_free, at=AT + SECOND, per_minute=600, count=1)

    assert second.moment(0) == first.moment(99) + 0.1 * SECOND
    assert first.next_free + 0.1 * SECOND == second.next_free


def test_time_that_passed_unused_is_not_saved_up() -> None:
    slots = take(AT - timedelta(hours=1), at=AT, per_minute=600, count=100)

    assert slots.next_free == AT + 10 * SECOND


def test_a_slot_that_was_not_taken_is_not_there() -> None:
    slots = take(None, at=AT, per_minute=600, count=2)

    for k in (-1, 2):
        with pytest.raises(IndexError):
            slots.moment(k)


@settings(max_examples=150)
@given(st.lists(st.tuples(GAPS, COUNTS), max_size=8), RATES)
def test_no_stretch_of_time_gets_more_than_its_share_and_a_second(
    takings: list[tuple[timedelta, int]], per_minute: int
) -> None:
    at, free_at, moments = AT, None, []
    for gap, count in takings:
        at += gap
        slots = take(free_at, at=at, per_minute=per_minute, count=count)
        taken = [slots.moment(k) for k in range(count)]
        assert all(moment >= at for moment in taken)
        moments += taken
        free_at = slots.next_free

    assert moments == sorted(moments)
    for length in (1, 2, 7, 100, len(moments)):
        for first, last in zip(moments, moments[length - 1 :], strict=False):
            allowed = ((last - first + BURST).total_seconds() + 1e-5) * per_minute / 60 + 1
            assert length <= allowed


@settings(max_examples=150)
@given(st.none() | st.timedeltas(timedelta(minutes=-1), timedelta(minutes=1)), RATES, GAPS)
def test_room_is_how_many_slots_lie_inside(free: timedelta | None, per_minute: int, within: timedelta) -> None:
    free_at = None if free is None else AT + free

    fitting = room(free_at, at=AT, per_minute=per_minute, within=within)

    assert fitting is not None
    slots = take(free_at, at=AT, per_minute=per_minute, count=fitting + 1)
    hair = timedelta(microseconds=2)
    assert fitting == 0 or slots.moment(fitting - 1) <= AT + within + hair
    assert slots.moment(fitting) > AT + within - hair


def test_room_is_endless_without_a_limit_and_none_before_now() -> None:
    assert room(AT, at=AT, per_minute=None, within=SECOND) is None
    assert room(None, at=AT, per_minute=600, within=-SECOND) == 0
    assert room(AT + timedelta(minutes=1), at=AT, per_minute=600, within=SECOND) == 0
    assert room(None, at=AT, per_minute=600, within=SECOND) == 21
    assert room(AT + 0.7 * SECOND, at=AT, per_minute=600, within=0 * SECOND) == 4, "0.3 / 0.1 is not quite 3"


@pytest.mark.parametrize(("total", "senders", "each"), [(10, 1, 10), (10, 3, 3), (2, 5, 1), (10, 0, 10)])
def test_senders_share_what_may_be_under_way(total: int, senders: int, each: int) -> None:
    assert share(total, senders=senders) == each


def test_holds_grow_and_end_at_a_quarter_of_an_hour() -> None:
    holds = [(hold_until(n, at=AT) - AT).total_seconds() for n in range(1, 9)]

    assert holds == [30, 60, 120, 300, 600, 900, 900, 900]


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        (timedelta(seconds=10), timedelta(seconds=30)),
        (timedelta(minutes=7), timedelta(minutes=7)),
        (timedelta(hours=9), LONGEST_HOLD),
        (timedelta(hours=-1), timedelta(seconds=30)),
    ],
)
def test_a_longer_hint_is_kept_to_but_not_for_hours(asked: timedelta, granted: timedelta) -> None:
    assert hold_until(1, at=AT, hint=asked) == AT + granted


@given(st.integers(1, 10**6), st.none() | st.timedeltas())
def test_every_hold_lies_ahead_and_ends(complaints: int, hint: timedelta | None) -> None:
    until = hold_until(complaints, at=AT, hint=hint)

    assert AT + HOLDS[0] <= until <= AT + LONGEST_HOLD


def test_what_makes_no_sense_is_refused() -> None:
    naive = datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None)

    for wrong in (
        lambda: take(None, at=naive, per_minute=1, count=1),
        lambda: take(naive, at=AT, per_minute=1, count=1),
        lambda: take(None, at=AT, per_minute=1, count=-1),
        lambda: take(None, at=AT, per_minute=0, count=1),
        lambda: hold_until(1, at=naive),
        lambda: hold_until(0, at=AT),
    ):
        with pytest.raises(ValueError, match=r"zone|count|rate"):
            wrong()


ABOUT_US = [
    "421 4.7.0 Try again later, closing connection",
    "421 4.7.28 Gmail has detected an unusual rate of mail from your IP address",
    "421 Service not available, closing transmission channel",
    "421 4.3.2 Too busy",
    "421 too many connections, retry after 1 hour",
    "450 4.7.1 Error: too much mail from 192.0.2.1",
    "450 4.2.1 Peak SMTP relay limit exceeded for this customer",
    "450 4.2.1 Message rate limit exceeded",
    "451 4.7.1 Please try again later",
    "451 4.7.650 The mail server has been temporarily rate limited",
    "451 4.3.2 Please try again later",
    "451 4.4.5 System congestion",
    "451 Resources temporarily unavailable. Please try again later [#4.16.5]",
    "451 Message temporarily deferred - [160]",
    "452 4.5.3 Too many recipients",
    "452 4.3.2 Connection rate limit exceeded",
    "450 Too many messages from your host",
    "450 too many concurrent SMTP sessions",
    "454 Throttling failure: maximum sending rate exceeded",
    "450 You are sending too fast, slow down",
    "451 Server busy, come back",
]
NOT_ABOUT_US = [
    "250 2.0.0 rate limit",
    "550 5.7.1 too many connections",
    "552 5.2.2 Mailbox full",
    "450 4.2.2 Mailbox full",
    "452 4.2.2 The email account that you tried to reach is over quota",
    "452 4.2.2 The recipient's inbox is out of storage space, sending rate",
    "450 4.2.0 Greylisted, try again in 5 minutes",
    "451 4.7.1 Greylisting in action, please come back in 00:04:37",
    "450 4.7.1 <a@example.jp>: Recipient address rejected: Gray-listed",
    "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages",
    "450 4.2.1 mailbox busy, try again later",
    "450 4.2.1 Mailbox temporarily disabled",
    "450 4.1.1 User unknown in virtual mailbox table",
    "450 4.1.8 Sender address rejected: Domain not found",
    "450 4.2.0 Mailbox unavailable",
    "451 4.3.0 Temporary lookup failure",
    "452 4.3.1 Insufficient system storage",
    "421 4.4.2 Idle too long",
    "451 not now",
    "4512 too many connections",
    "TimeoutError: too many connections",
    "SMTPServerDisconnected: Connection lost",
    "",
]


@pytest.mark.parametrize("reply", ABOUT_US)
def test_an_answer_about_our_pace_is_a_complaint(reply: str) -> None:
    assert is_complaint(reply)
    assert is_complaint(reply.replace(" ", "-", 1) + "\n" + reply.lower())


@pytest.mark.parametrize("reply", NOT_ABOUT_US)
def test_an_answer_about_one_mailbox_or_the_line_is_none(reply: str) -> None:
    assert not is_complaint(reply)


@settings(max_examples=200)
@given(st.text(max_size=200) | st.from_regex(r"4[25][0-9][ -].{0,80}", fullmatch=True))
def test_any_words_are_judged(reply: str) -> None:
    assert is_complaint(reply) in (True, False)
