"""Days and times in the many ways they are written, counted from Friday, 20 November 2026."""

from datetime import date, time

import pytest

from bulletins.police_text.lines import normal
from bulletins.police_text.moments import clock_in, day_in

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "day", "clock"),
    [
        ("11月20日(金)、午前7時50分ごろ", FRIDAY, time(7, 50)),
        ("11月20日午後3時10分頃", FRIDAY, time(15, 10)),
        ("１１月１９日（木曜日）　午後０時５分ころ", date(2026, 11, 19), time(12, 5)),
        ("令和8年11月19日 15時10分", date(2026, 11, 19), time(15, 10)),
        ("平成30年6月5日(火)、午前7時50分ごろ", date(2018, 6, 5), time(7, 50)),
        ("令和元年12月1日 午前0時", date(2019, 12, 1), time(0, 0)),
        ("2026年11月2日(月) 9:05", date(2026, 11, 2), time(9, 5)),
        ("2026/11/2 09：05", date(2026, 11, 2), time(9, 5)),
        ("R8.11.19 21:40", date(2026, 11, 19), time(21, 40)),
        ("11/19(木) 午後9時半", date(2026, 11, 19), time(21, 30)),
        ("本日午前10時ころ", FRIDAY, time(10, 0)),
        ("今朝、7時30分ごろ", FRIDAY, time(7, 30)),
        ("昨日、正午ごろ", date(2026, 11, 19), time(12, 0)),
        ("一昨日の午後5時", date(2026, 11, 18), time(17, 0)),
        ("18日午後8時", date(2026, 11, 18), time(20, 0)),
        ("25日午後8時", date(2026, 10, 25), time(20, 0)),
        ("六月五日 午前七時五十分", date(2026, 6, 5), time(7, 50)),
        ("十一月二十日、午後十一時", FRIDAY, time(23, 0)),
        ("12月31日 午後11時50分", date(2026, 12, 31), time(23, 50)),
        ("1月3日 午前1時", date(2027, 1, 3), time(1, 0)),
    ],
)
def test_a_day_and_a_time_are_read(text: str, day: date, clock: time) -> None:
    found = day_in(normal(text), base=FRIDAY)
    hour = clock_in(normal(text), after=found.span[1] if found else 0)

    assert found is not None
    assert hour is not None
    assert (found.day, hour.clock, found.doubt) == (day, clock, "")


@pytest.mark.parametrize(
    "text", ["2月30日", "13月1日", "令和0年13月1日", "24時間以内", "3日間", "電話番号は042-000-0110", ""]
)
def test_what_is_no_day_is_not_read_as_one(text: str) -> None:
    assert day_in(text, base=FRIDAY) is None


def test_a_weekday_that_does_not_fit_is_told() -> None:
    found = day_in("11月20日(木)", base=FRIDAY)

    assert found is not None
    assert found.day == FRIDAY
    assert "11月20日(金)" in found.doubt


def test_a_weekday_tells_the_year_of_a_day_long_ago() -> None:
    found = day_in("6月5日(木)", base=FRIDAY)

    assert found is not None
    assert found.day == date(2025, 6, 5)


@pytest.mark.parametrize("text", ["午後25時", "12:75", "24時間", "3時間", "8時点"])
def test_what_is_no_time_is_not_read_as_one(text: str) -> None:
    assert clock_in(text) is None
