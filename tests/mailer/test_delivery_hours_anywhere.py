"""Delivery hours as properties: any week, any zone, any moment, the clock put forward or back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.delivery_hours import DeliveryHours
from mailer.holidays import ClosingDays
from mailer.wall_clock import moments_at

# Tokyo; an hour, half an hour, and a change at midnight; a day that was skipped.
ZONES = [
    "Asia/Tokyo",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "America/St_Johns",
    "Pacific/Apia",
]
CLOSING = ClosingDays(["12-29..01-03"])
NEW_YORK = ZoneInfo("America/New_York")

minutes = st.integers(0, 24 * 60)
days = st.sampled_from(["mon-fri", "mon-sun", "sat-sun", "sun", "sat", "wed"])


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def hours(draw: st.DrawFn) -> DeliveryHours:
    spans = []
    for _ in range(draw(st.integers(1, 3))):
        start, end = sorted(draw(st.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1])))
        spans.append(f"{draw(days)} {clock(start)}-{clock(end)}")
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    grace = timedelta(minutes=draw(st.integers(0, 180)))
    return DeliveryHours.parse(";".join(spans), zone=zone, closing_days=CLOSING, grace=grace)


# Days around which those zones change their clocks, and any others.
changes = st.sampled_from(
    [date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 4), date(2011, 12, 30), date(2010, 11, 7)]
)
START = datetime(1990, 1, 1, tzinfo=UTC)
moments = st.builds(START.__add__, st.timedeltas(timedelta(0), timedelta(days=40_000))) | st.builds(
    lambda day, off: datetime(day.year, day.month, day.day, tzinfo=UTC) + off,
    changes,
    st.timedeltas(timedelta(days=-2), timedelta(days=2)),
)


@given(hours(), moments)
@settings(max_examples=150)
def test_the_next_opening_is_open_and_never_before(office: DeliveryHours, at: datetime) -> None:
    opening = office.next_opening(at)

    assert opening >= at
    assert office.is_open(opening)
    assert (opening == at) is office.is_open(at)


@given(hours(), moments, st.integers(0, 999))
@settings(max_examples=150)
def test_nothing_is_open_before_the_next_opening_nor_closed_before_the_closing(
    office: DeliveryHours, at: datetime, part: int
) -> None:
    opening = office.next_opening(at)
    closing = office.closing_after(at)

    if opening > at:
        assert not office.is_open(at + (opening - at) * part // 1000)
    assert closing is not None
    assert closing > opening
    assert office.is_open(opening + (closing - opening) * part // 1000)
    assert not office.is_open(closing)


@given(hours(), moments, st.timedeltas(timedelta(0), timedelta(hours=2)))
@settings(max_examples=150)
def test_a_start_is_inside_never_early_and_never_across_the_closing(
    office: DeliveryHours, at: datetime, hold: timedelta
) -> None:
    start = office.start_for(at, hold=hold)

    assert start >= at
    assert office.is_open(start)
    if office.is_open(at):
        closing = office.closing_after(at)
        assert closing is not None
        assert start < closing
        assert start <= at + hold
    else:
        assert start == office.next_opening(at)


@given(hours(), moments)
@settings(max_examples=150)
def test_the_grace_is_the_time_after_a_closing(office: DeliveryHours, at: datetime) -> None:
    closing = office.closing_after(at)
    assert closing is not None
    reopened = office.next_opening(closing)

    for after in (timedelta(0), office.grace - timedelta(microseconds=1), office.grace):
        moment = closing + max(after, timedelta(0))
        if moment < reopened:
            assert office.may_finish(moment) is (moment < closing + office.grace)


def test_hours_that_the_clock_skips_open_at_the_jump() -> None:
    office = DeliveryHours.parse("sun 02:30-04:00", zone=NEW_YORK, closing_days=CLOSING, grace=timedelta(0))
    midnight = datetime(2026, 3, 8, 5, tzinfo=UTC)

    assert office.next_opening(midnight) == datetime(2026, 3, 8, 7, tzinfo=UTC)  # 03:00, an hour early
    assert office.closing_after(midnight) == datetime(2026, 3, 8, 8, tzinfo=UTC)


def test_hours_that_the_clock_passes_twice_open_twice() -> None:
    office = DeliveryHours.parse("sun 01:00-01:30", zone=NEW_YORK, closing_days=CLOSING, grace=timedelta(0))
    first = datetime(2026, 11, 1, 5, tzinfo=UTC)

    assert office.next_opening(first) == first
    assert office.closing_after(first) == first + timedelta(minutes=30)
    assert office.next_opening(first + timedelta(minutes=30)) == first + timedelta(hours=1)


def test_hours_close_when_the_clock_is_put_back_before_their_beginning() -> None:
    office = DeliveryHours.parse("sun 01:30-03:00", zone=NEW_YORK, closing_days=CLOSING, grace=timedelta(0))
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)

    assert office.next_opening(first - timedelta(hours=1)) == first
    assert office.closing_after(first) == first + timedelta(minutes=30)  # the clock reads 01:00 again
    assert office.next_opening(first + timedelta(minutes=30)) == first + timedelta(hours=1)


def test_a_clock_put_back_over_midnight_returns_to_yesterdays_hours() -> None:
    st_johns = ZoneInfo("America/St_Johns")
    office = DeliveryHours.parse("sat 23:30-24:00", zone=st_johns, closing_days=CLOSING, grace=timedelta(0))
    sunday = datetime(2010, 11, 7, 0, 0, 30, tzinfo=st_johns)  # in half a minute it is 23:01 on Saturday

    assert office.next_opening(sunday) == datetime(2010, 11, 7, 3, tzinfo=UTC)


def test_a_minute_of_sunday_before_the_clock_returns_to_saturday_is_seen_first() -> None:
    st_johns = ZoneInfo("America/St_Johns")
    week = "sat 23:15-23:30; sun 00:00-00:01"
    office = DeliveryHours.parse(week, zone=st_johns, closing_days=CLOSING, grace=timedelta(0))
    saturday = datetime(2010, 11, 6, 23, 40, tzinfo=st_johns)

    assert office.next_opening(saturday) == datetime(2010, 11, 7, 2, 30, tzinfo=UTC)
    assert office.next_opening(datetime(2010, 11, 7, 2, 31, tzinfo=UTC)) == datetime(2010, 11, 7, 2, 45, tzinfo=UTC)


def test_a_winter_morning_opens_an_hour_later_in_universal_time() -> None:
    office = DeliveryHours.parse("mon-fri 09:00-17:00", zone=NEW_YORK, closing_days=CLOSING, grace=timedelta(0))

    assert office.next_opening(datetime(2026, 10, 30, 21, tzinfo=UTC)) == datetime(2026, 11, 2, 14, tzinfo=UTC)
    assert office.next_opening(datetime(2026, 10, 30, 12, tzinfo=UTC)) == datetime(2026, 10, 30, 13, tzinfo=UTC)


@given(st.sampled_from(ZONES), changes, st.integers(0, 24 * 60))
@settings(max_examples=100)
def test_the_moments_of_a_wall_time_come_in_order(zone: str, day: date, minute: int) -> None:
    found = moments_at(day, minute, ZoneInfo(zone))

    assert list(found) == sorted(found)
    assert len(found) in (1, 3)


@pytest.mark.parametrize("minute", [0, 24 * 60])
def test_midnight_may_be_named_from_both_sides(minute: int) -> None:
    day = datetime(2026, 11, 20, tzinfo=UTC).date()

    found = moments_at(day, minute, ZoneInfo("Asia/Tokyo"))

    assert found == (datetime(2026, 11, 19, 15, tzinfo=UTC) + timedelta(minutes=minute),)
