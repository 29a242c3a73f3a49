"""The office's dates: eras at their borders, weekdays, hours."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.era import clock_words, day_and_weekday, era_date, era_year, weekday, western_year


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2018, 6, 5), "平成30年6月5日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2020, 1, 1), "令和2年1月1日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(1868, 1, 25), "明治元年1月25日"),
    ],
)
def test_a_date_bears_the_era_of_its_day(day: date, words: str) -> None:
    assert era_date(day) == words


def test_a_date_before_the_eras_is_refused() -> None:
    with pytest.raises(ValueError, match="1868-01-24"):
        era_date(date(1868, 1, 24))


@settings(max_examples=60)
@given(st.dates(min_value=date(1868, 1, 25), max_value=date(2100, 1, 1)))
def test_an_era_year_leads_back_to_the_western_year(day: date) -> None:
    words = era_year(day)

    number = words[2:-1]

    assert western_year(words[:2], 1 if number == "元" else int(number)) == day.year


@settings(max_examples=40)
@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_weekdays_follow_one_another(day: date) -> None:
    week = "月火水木金土日月"

    assert week[week.index(weekday(day)) + 1] == weekday(day + timedelta(days=1))


def test_an_unknown_era_is_refused() -> None:
    with pytest.raises(ValueError, match="慶応"):
        western_year("慶応", 3)


def test_a_day_shows_its_weekday_in_half_width_parentheses() -> None:
    assert day_and_weekday(date(2018, 6, 5)) == "6月5日(火)"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (time(7, 50), "午前7時50分"),
        (time(9, 0), "午前9時"),
        (time(0, 5), "午前0時5分"),
        (time(12, 0), "正午"),
        (time(12, 30), "午後0時30分"),
        (time(23, 59), "午後11時59分"),
    ],
)
def test_hours_are_told_in_morning_and_afternoon(at: time, words: str) -> None:
    assert clock_words(at) == words
