"""Dates and times in each language."""

from datetime import date, datetime, time, timedelta

import pytest

from foundation.catalogue import readings_in_brackets, without_readings
from foundation.era import clock_words, day_and_weekday, era_date
from foundation.languages import Language
from foundation.letter_dates import LETTER_DATES

FRIDAY = date(2026, 11, 27)


def test_every_language_has_its_dates() -> None:
    assert set(LETTER_DATES) == set(Language)


def test_a_day_is_named_in_each_language() -> None:
    days = {language: spoken.day(FRIDAY) for language, spoken in LETTER_DATES.items()}

    assert days[Language.JAPANESE] == day_and_weekday(FRIDAY) == "11月27日(金)"
    assert days[Language.ENGLISH] == "Friday, November 27"
    assert days[Language.CHINESE] == "11月27日（星期五）"
    assert readings_in_brackets(days[Language.PLAIN_JAPANESE]) == "11月（がつ）27日（にち） 金曜日（きんようび）"
    assert without_readings(days[Language.PLAIN_JAPANESE]) == "11月27日 金曜日"


def test_a_whole_date_has_its_year() -> None:
    whole = {language: spoken.whole(FRIDAY) for language, spoken in LETTER_DATES.items()}

    assert whole[Language.JAPANESE] == era_date(FRIDAY)
    assert whole[Language.ENGLISH] == "November 27, 2026"
    assert whole[Language.CHINESE] == "2026年11月27日"


@pytest.mark.parametrize(
    ("at", "english", "plain", "chinese"),
    [
        (time(0), "12:00 midnight", "午前 0時", "凌晨0点"),
        (time(0, 5), "12:05 a.m.", "午前 0時5分", "凌晨0点05分"),
        (time(5, 42), "5:42 a.m.", "午前 5時42分", "凌晨5点42分"),
        (time(9), "9:00 a.m.", "午前 9時", "上午9点"),
        (time(12), "12:00 noon", "昼の 12時", "中午12点"),
        (time(12, 30), "12:30 p.m.", "午後 0時30分", "中午12点30分"),
        (time(16, 20), "4:20 p.m.", "午後 4時20分", "下午4点20分"),
        (time(23, 59), "11:59 p.m.", "午後 11時59分", "晚上11点59分"),
    ],
)
def test_an_hour_is_named_in_each_language(at: time, english: str, plain: str, chinese: str) -> None:
    assert LETTER_DATES[Language.ENGLISH].clock(at) == english
    assert without_readings(LETTER_DATES[Language.PLAIN_JAPANESE].clock(at)) == plain
    assert LETTER_DATES[Language.CHINESE].clock(at) == chinese
    assert LETTER_DATES[Language.JAPANESE].clock(at) == clock_words(at)


def test_no_two_minutes_of_a_day_are_told_alike() -> None:
    midnight = datetime(2026, 1, 1, tzinfo=None)  # noqa: DTZ001 -- a time of the day, of no place

    for spoken in LETTER_DATES.values():
        told = {spoken.clock(midnight + timedelta(minutes=n)) for n in range(24 * 60)}
        assert len(told) == 24 * 60


def test_the_days_of_a_month_that_are_read_in_their_own_way_are_read_so() -> None:
    plain = LETTER_DATES[Language.PLAIN_JAPANESE]

    told = [readings_in_brackets(plain.day(date(2026, 12, day))).partition(" ")[0] for day in (1, 8, 14, 20, 21)]

    assert told == [
        "12月（がつ）1日（ついたち）",
        "12月（がつ）8日（ようか）",
        "12月（がつ）14日（じゅうよっか）",
        "12月（がつ）20日（はつか）",
        "12月（がつ）21日（にち）",
    ]
