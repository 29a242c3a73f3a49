"""When a letter is tried again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.retry import GAPS, LONGEST_HINT, SPREAD, hint_in, next_try

AT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
FAR = AT + timedelta(days=30)

seeds = st.integers(0, 2**63)
attempts = st.integers(1, 500)
hints = st.none() | st.timedeltas(timedelta(hours=-1), timedelta(days=400))


def test_the_gaps_grow_from_a_minute_to_four_hours() -> None:
    moments = [next_try(attempt=attempt, at=AT, expires_at=FAR) for attempt in range(1, 12)]

    minutes = [(moment - AT) / timedelta(minutes=1) for moment in moments if moment is not None]
    assert minutes == [1, 3, 10, 20, 40, 60, 120, 180, 240, 240, 240]


@given(attempts, seeds, hints, st.timedeltas(timedelta(0), timedelta(days=3)))
@settings(max_examples=100)
def test_the_next_try_is_later_and_before_the_expiry(
    attempt: int, seed: int, hint: timedelta | None, left: timedelta
) -> None:
    moment = next_try(attempt=attempt, at=AT, expires_at=AT + left, hint=hint, seed=seed)

    assert moment is None or AT + timedelta(minutes=1) <= moment < AT + left


@given(seeds, st.timedeltas(timedelta(0), timedelta(days=7)))
@settings(max_examples=50)
def test_tries_grow_apart_and_end(seed: int, life: timedelta) -> None:
    expires_at = AT + life
    moments = [AT]
    while (moment := next_try(attempt=len(moments), at=moments[-1], expires_at=expires_at, seed=seed)) is not None:
        moments.append(moment)

    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert gaps == sorted(gaps)
    assert len(moments) <= len(GAPS) + life // GAPS[-1] + 1
    assert moments[-1] < expires_at or moments == [AT]


def test_a_try_at_the_expiry_itself_is_not_made() -> None:
    assert next_try(attempt=1, at=AT, expires_at=AT + timedelta(minutes=1)) is None
    assert next_try(attempt=1, at=AT, expires_at=AT + timedelta(minutes=1, microseconds=1)) is not None
    assert next_try(attempt=1, at=AT, expires_at=AT - timedelta(days=1)) is None


def test_letters_that_failed_together_do_not_return_together() -> None:
    moments = [next_try(attempt=4, at=AT, expires_at=FAR, seed=seed) for seed in range(1000)]

    delays = sorted((moment - AT).total_seconds() for moment in moments if moment is not None)
    assert len({round(delay) for delay in delays}) > 200
    assert delays[0] >= 1200
    assert delays[-1] < 1200 * (1 + SPREAD)
    assert next_try(attempt=4, at=AT, expires_at=FAR, seed=7) == moments[7]


def test_a_longer_hint_is_kept_to_and_a_shorter_one_is_not() -> None:
    patient = next_try(attempt=1, at=AT, expires_at=FAR, hint=timedelta(minutes=5))
    hasty = next_try(attempt=3, at=AT, expires_at=FAR, hint=timedelta(minutes=5))

    assert patient == AT + timedelta(minutes=5)
    assert hasty == AT + timedelta(minutes=10)


def test_a_hint_of_weeks_does_not_end_the_tries() -> None:
    assert next_try(attempt=1, at=AT, expires_at=FAR, hint=timedelta(days=400)) == AT + LONGEST_HINT


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="from 1"):
        next_try(attempt=0, at=AT, expires_at=FAR)
    with pytest.raises(ValueError, match="time zone"):
        next_try(attempt=1, at=AT.replace(tzinfo=None), expires_at=FAR)
    with pytest.raises(ValueError, match="time zone"):
        next_try(attempt=1, at=AT, expires_at=FAR.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("reply", "asked"),
    [
        ("450 4.2.0 Greylisted, please try again in 5 minutes", timedelta(minutes=5)),
        ("451 4.7.1 Try again in 300 seconds", timedelta(minutes=5)),
        ("421 too many connections, retry after 1 hour", timedelta(hours=1)),
        ("451 4.7.1 Greylisting in action, please come back in 00:04:37", timedelta(minutes=4, seconds=37)),
        ("450 4.7.1 Please try again in 90s", timedelta(seconds=90)),
        ("450 Greylisted for 2 mins.", timedelta(minutes=2)),
        ("421 4.7.0 Please wait 10 min before you send more", timedelta(minutes=10)),
        ("450 try again in 400 hours", LONGEST_HINT),
        ("450 try again in 0 seconds", None),
        ("450 4.2.1 mailbox busy, try again later", None),
        ("452 4.2.2 over quota of 5 m", None),
        ("421 4.7.28 rate limited, see rule 3 hours", None),
        ("450 try again in 5 moons", None),
        ("", None),
    ],
)
def test_a_servers_words_are_read(reply: str, asked: timedelta | None) -> None:
    assert hint_in(reply) == asked


@given(st.text() | st.from_regex(r"(?i)(again|retry|wait)[ a-z]{0,50}[0-9]{0,9}[:0-9]{0,9} ?[smh]?"))
@settings(max_examples=100)
def test_any_words_give_a_hint_within_a_day_or_none(reply: str) -> None:
    hint = hint_in(reply)

    assert hint is None or timedelta(0) < hint <= LONGEST_HINT
