"""The three-day rule: whom it stops, and whom it never does."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.setting_values import Counting
from subscribers.three_days import Acceptance, Failure, Rule, judge

TOKYO = ZoneInfo("Asia/Tokyo")
THREE = Rule()
ELAPSED = Rule(by=Counting.ELAPSED)
DAY = timedelta(hours=24)
# Three delivery days in one November week, and a moment when all of them have ripened.
TUESDAY, THURSDAY, FRIDAY = (date(2026, 11, day) for day in (24, 26, 27))
LATER = datetime(2026, 12, 7, tzinfo=UTC)


def noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 12, tzinfo=TOKYO)


def failed(on: date, *, late: timedelta = timedelta(0), excused: bool = False) -> Failure:
    return Failure(on=on, handed_at=noon(on), known_at=noon(on) + late, excused=excused)


def accepted(on: date) -> Acceptance:
    return Acceptance(handed_at=noon(on), on=on)


def test_three_dates_stop_an_address() -> None:
    verdict = judge([failed(TUESDAY), failed(THURSDAY), failed(FRIDAY)], [], rule=THREE, at=LATER)

    assert verdict.stop
    assert verdict.days == (TUESDAY, THURSDAY, FRIDAY)


def test_two_dates_do_not() -> None:
    verdict = judge([failed(TUESDAY), failed(THURSDAY)], [], rule=THREE, at=LATER)

    assert not verdict.stop
    assert verdict.days == (TUESDAY, THURSDAY)


def test_a_success_between_starts_the_count_anew() -> None:
    failures = [failed(TUESDAY), failed(THURSDAY), failed(FRIDAY)]

    verdict = judge(failures, [accepted(date(2026, 11, 25))], rule=THREE, at=LATER)

    assert not verdict.stop
    assert verdict.days == (THURSDAY, FRIDAY)


def test_a_revoked_success_clears_nothing() -> None:
    failures = [failed(TUESDAY), failed(THURSDAY, late=timedelta(days=5)), failed(FRIDAY)]

    assert not judge(failures[::2], [accepted(THURSDAY)], rule=THREE, at=LATER).stop
    assert judge(failures, [], rule=THREE, at=LATER).stop


def test_ten_bounces_on_one_date_count_once() -> None:
    verdict = judge([failed(TUESDAY)] * 10 + [failed(THURSDAY)], [], rule=THREE, at=LATER)

    assert not verdict.stop
    assert verdict.days == (TUESDAY, THURSDAY)


def test_a_date_with_a_success_on_it_does_not_count() -> None:
    morning = Acceptance(handed_at=noon(TUESDAY) - timedelta(hours=2), on=TUESDAY)
    failures = [failed(TUESDAY), failed(THURSDAY), failed(FRIDAY)]

    verdict = judge(failures, [morning], rule=THREE, at=LATER)

    assert not verdict.stop
    assert verdict.days == (THURSDAY, FRIDAY)


def test_a_failure_belongs_to_the_date_of_its_letter_however_late_it_is_reported() -> None:
    reported_together = [failed(day, late=noon(FRIDAY) - noon(day)) for day in (TUESDAY, THURSDAY, FRIDAY)]

    assert judge(reported_together, [], rule=THREE, at=noon(FRIDAY) + DAY).stop


def test_consequences_wait_a_day_for_the_breaker() -> None:
    failures = [failed(TUESDAY), failed(THURSDAY), failed(FRIDAY)]
    early = judge(failures, [], rule=THREE, at=noon(FRIDAY) + DAY - timedelta(seconds=1))

    assert not early.stop
    assert early.days == (TUESDAY, THURSDAY)
    assert early.ripening == (FRIDAY,)
    assert judge(failures, [], rule=THREE, at=noon(FRIDAY) + DAY).stop


def test_excused_failures_are_no_failures() -> None:
    verdict = judge([failed(TUESDAY), failed(THURSDAY), failed(FRIDAY, excused=True)], [], rule=THREE, at=LATER)

    assert not verdict.stop
    assert verdict.days == (TUESDAY, THURSDAY)
    assert verdict.ripening == ()


def test_nobody_is_stopped_while_a_younger_acceptance_is_pending() -> None:
    failures = [failed(TUESDAY), failed(THURSDAY), failed(FRIDAY)]
    saturday = date(2026, 11, 28)

    pending = judge(failures, [accepted(saturday)], rule=THREE, at=noon(saturday) + timedelta(hours=1))
    stood = judge(failures, [accepted(saturday)], rule=THREE, at=noon(saturday) + DAY)

    assert not pending.stop
    assert pending.days == (TUESDAY, THURSDAY, FRIDAY)
    assert not stood.stop
    assert stood.days == ()


def test_elapsed_time_stops_after_two_dates_three_days_after_the_first() -> None:
    failures = [failed(TUESDAY), failed(date(2026, 11, 25))]

    assert not judge(failures, [], rule=ELAPSED, at=noon(FRIDAY) - timedelta(seconds=1)).stop
    assert judge(failures, [], rule=ELAPSED, at=noon(FRIDAY)).stop


def test_elapsed_time_never_stops_by_one_date_alone() -> None:
    assert not judge([failed(TUESDAY)] * 10, [], rule=ELAPSED, at=LATER).stop


def test_elapsed_time_starts_anew_after_a_success() -> None:
    failures = [failed(TUESDAY), failed(THURSDAY)]

    assert not judge(failures, [accepted(date(2026, 11, 25))], rule=ELAPSED, at=LATER).stop


def test_moments_without_a_zone_and_empty_rules_are_refused() -> None:
    naive = LATER.replace(tzinfo=None)

    with pytest.raises(ValueError, match="time zone"):
        judge([], [], rule=THREE, at=naive)
    with pytest.raises(ValueError, match="time zone"):
        Failure(on=TUESDAY, handed_at=naive, known_at=LATER)
    with pytest.raises(ValueError, match="time zone"):
        Acceptance(handed_at=naive, on=TUESDAY)
    with pytest.raises(ValueError, match="one day"):
        Rule(days=0)


START = datetime(2026, 11, 1, tzinfo=UTC)
moments = st.integers(0, 14 * 24).map(lambda hours: START + timedelta(hours=hours))
lateness = st.integers(0, 96).map(lambda hours: timedelta(hours=hours))
rules = st.builds(Rule, days=st.integers(1, 5), by=st.sampled_from(Counting))


@st.composite
def failures(draw: st.DrawFn) -> Failure:
    handed_at = draw(moments)
    return Failure(
        on=handed_at.astimezone(TOKYO).date(),
        handed_at=handed_at,
        known_at=handed_at + draw(lateness),
        excused=draw(st.booleans()),
    )


acceptances = moments.map(lambda at: Acceptance(handed_at=at, on=at.astimezone(TOKYO).date()))
some_failures = st.lists(failures(), max_size=12)
some_acceptances = st.lists(acceptances, max_size=3)


@given(some_failures, some_acceptances, acceptances, rules, moments)
@settings(max_examples=200)
def test_one_more_success_never_stops_anybody(
    facts: list[Failure], good: list[Acceptance], more: Acceptance, rule: Rule, at: datetime
) -> None:
    before = judge(facts, good, rule=rule, at=at)
    after = judge(facts, [*good, more], rule=rule, at=at)

    assert after.stop <= before.stop
    assert set(after.days) <= set(before.days)


@given(some_failures, some_acceptances, st.integers(1, 5), moments)
@settings(max_examples=200)
def test_fewer_dates_than_the_rule_never_stop(
    facts: list[Failure], good: list[Acceptance], days: int, at: datetime
) -> None:
    verdict = judge(facts, good, rule=Rule(days=days), at=at)

    assert verdict.stop <= (len({failure.on for failure in facts if not failure.excused}) >= days)
    assert verdict.stop <= (len(verdict.days) >= days)


@given(some_failures, some_acceptances, rules, moments, st.randoms())
@settings(max_examples=100)
def test_the_order_of_the_facts_does_not_matter(
    facts: list[Failure], good: list[Acceptance], rule: Rule, at: datetime, chance: Random
) -> None:
    expected = judge(facts, good, rule=rule, at=at)

    chance.shuffle(facts)
    chance.shuffle(good)
    assert judge(facts, good, rule=rule, at=at) == expected


@given(some_failures, some_acceptances, rules, moments)
@settings(max_examples=100)
def test_excused_failures_change_nothing(
    facts: list[Failure], good: list[Acceptance], rule: Rule, at: datetime
) -> None:
    counted = [failure for failure in facts if not failure.excused]

    assert judge(facts, good, rule=rule, at=at) == judge(counted, good, rule=rule, at=at)


@given(some_failures, st.integers(1, 5), moments)
@settings(max_examples=100)
def test_ripe_failures_alone_stop_by_their_dates(facts: list[Failure], days: int, at: datetime) -> None:
    ripe = {failure.on for failure in facts if not failure.excused and failure.known_at + DAY <= at}

    verdict = judge(facts, [], rule=Rule(days=days), at=at)

    assert verdict.days == tuple(sorted(ripe))
    assert verdict.stop is (len(ripe) >= days)
