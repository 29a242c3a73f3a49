"""The clock and what it refuses."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.clock import NaiveMoment, SystemClock, aware
from tests.support.clock import HandClock

TOKYO = ZoneInfo("Asia/Tokyo")


def test_the_system_clock_tells_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


@given(st.datetimes(timezones=st.just(TOKYO)).filter(lambda at: 1 < at.year < 9999))
def test_a_moment_stays_the_same_moment(at: datetime) -> None:
    # Compared in UTC: a wall clock that is turned back shows one hour twice, and equality then asks for both.
    assert aware(at).timestamp() == at.timestamp()
    assert aware(at).tzinfo is UTC


def test_a_moment_without_its_zone_is_refused() -> None:
    with pytest.raises(NaiveMoment):
        aware(datetime(2026, 11, 20, 10, 0))  # noqa: DTZ001 -- the naive moment is what is refused


def test_the_clock_of_the_tests_stands_still_until_it_is_moved() -> None:
    clock = HandClock(datetime(2026, 11, 20, 10, 0, tzinfo=TOKYO))

    assert clock.now() == clock.now() == datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    clock.move(timedelta(hours=1))
    assert clock.now() == datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
