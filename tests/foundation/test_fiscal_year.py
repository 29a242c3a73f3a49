"""Fiscal years begin and end to the second, in the town's time, and bear the name that offices give them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.fiscal_year import MONTHS, FiscalYear

TOKYO = ZoneInfo("Asia/Tokyo")
MOMENTS = st.integers(631_152_000, 3_786_912_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("2019-03-31T14:59:59.999999+00:00", 2018),
        ("2019-03-31T15:00:00+00:00", 2019),
        ("2020-03-31T23:59:59+09:00", 2019),
        ("2020-04-01T00:00:00+09:00", 2020),
        ("2020-01-01T00:00:00+09:00", 2019),
    ],
)
def test_a_moment_belongs_to_the_year_of_japan(moment: str, number: int) -> None:
    assert FiscalYear.of(datetime.fromisoformat(moment), TOKYO).number == number


@pytest.mark.parametrize(
    ("number", "label"),
    [
        (1988, "昭和63年度"),
        (1989, "平成元年度"),
        (2018, "平成30年度"),
        (2019, "令和元年度"),
        (2020, "令和2年度"),
        (2026, "令和8年度"),
    ],
)
def test_a_year_bears_the_era_that_offices_give_it(number: int, label: str) -> None:
    assert FiscalYear(number, TOKYO).label == label


def test_its_days_are_the_first_of_april_and_the_last_of_march() -> None:
    year = FiscalYear(2019, TOKYO)

    assert (year.first_day, year.last_day) == (date(2019, 4, 1), date(2020, 3, 31))


@given(MOMENTS)
def test_every_moment_lies_in_its_year_and_in_one_of_its_months(at: datetime) -> None:
    year = FiscalYear.of(at, TOKYO)

    assert year.begin <= at < year.end
    assert MONTHS[year.month_of(at)] == at.astimezone(TOKYO).month


@given(st.integers(1990, 2090))
def test_between_two_years_no_moment_is_lost_and_none_is_twice(number: int) -> None:
    year, following = FiscalYear(number, TOKYO), FiscalYear(number + 1, TOKYO)

    assert year.end == following.begin
    assert FiscalYear.of(year.end - timedelta(microseconds=1), TOKYO) == year
    assert FiscalYear.of(year.end, TOKYO) == following
