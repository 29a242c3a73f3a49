"""Closing days: what the calendar and the town say, in any year."""

from datetime import date

import jpholiday
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.holidays import KNOWN_YEARS, ClosingDays, ClosingDaysInvalid, national_holiday

YEAR_END = ClosingDays(["12-29..01-03"])


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "元日"),
        (date(2026, 5, 6), "振替休日（憲法記念日）"),
        (date(2026, 9, 21), "敬老の日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2026, 9, 23), "秋分の日"),
        (date(2026, 11, 23), "勤労感謝の日"),
        (date(2027, 3, 22), "振替休日（春分の日）"),
        (date(2026, 12, 28), None),
        (date(2026, 12, 29), "年末年始"),
        (date(2026, 12, 31), "年末年始"),
        (date(2027, 1, 3), "年末年始"),
        (date(2027, 1, 4), None),
        (date(2026, 11, 21), "土曜日"),
        (date(2026, 11, 22), "日曜日"),
        (date(2026, 11, 24), None),
    ],
)
def test_each_day_off_is_told_by_its_reason(day: date, name: str | None) -> None:
    assert YEAR_END.name(day) == name


def test_a_weekend_is_not_a_closing_day_by_itself() -> None:
    saturday = date(2026, 11, 21)

    assert not YEAR_END.closed(saturday)


@pytest.mark.parametrize(
    ("pattern", "closed", "working"),
    [
        ("08-14", [date(2026, 8, 14), date(2031, 8, 14)], [date(2026, 8, 13)]),
        ("2026-08-14", [date(2026, 8, 14)], [date(2025, 8, 14), date(2029, 8, 14)]),
        ("2026-08-12..2026-08-14", [date(2026, 8, 12), date(2026, 8, 14)], [date(2026, 8, 17), date(2027, 8, 13)]),
        ("08-12 .. 08-14", [date(2026, 8, 13)], [date(2026, 8, 17)]),
        ("02-29", [date(2028, 2, 29)], [date(2028, 2, 28), date(2027, 3, 1)]),
    ],
)
def test_the_town_closes_on_the_days_of_its_patterns(pattern: str, closed: list[date], working: list[date]) -> None:
    days = ClosingDays([pattern])

    assert [days.name(day) for day in closed] == ["閉庁日"] * len(closed)
    assert not any(days.closed(day) for day in working)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "tomorrow",
        "13-01",
        "02-30",
        "8-14",
        "2026-02-29",
        "08-12..2026-08-14",
        "2026-08-14..2026-08-12",
        "..",
        "１２-２９",
    ],
)
def test_an_odd_pattern_is_refused_in_one_line_that_says_what_is_allowed(pattern: str) -> None:
    with pytest.raises(ClosingDaysInvalid, match="allowed: 08-14, ") as refusal:
        ClosingDays([pattern])

    assert repr(pattern) in str(refusal.value)
    assert "\n" not in str(refusal.value)


@given(st.dates())
@settings(max_examples=200)
def test_no_day_of_the_calendar_raises(day: date) -> None:
    assert YEAR_END.closed(day) <= (YEAR_END.name(day) is not None)


@pytest.mark.parametrize("year", [1, KNOWN_YEARS.start - 1, KNOWN_YEARS.stop, 9999])
def test_a_year_nobody_knows_has_its_fixed_dates_and_the_towns_own_days(year: int) -> None:
    assert national_holiday(date(year, 11, 23)) == "勤労感謝の日"
    assert national_holiday(date(year, 3, 20)) is None
    assert YEAR_END.closed(date(year, 12, 31))


def test_a_year_that_the_calendar_fails_on_falls_back_to_fixed_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(day: date) -> str | None:
        raise ValueError(f"no equinox in {day.year}")

    monkeypatch.setattr(jpholiday, "is_holiday_name", fail)

    assert national_holiday(date(2999, 5, 3)) == "憲法記念日"
    assert national_holiday(date(2999, 5, 6)) is None
