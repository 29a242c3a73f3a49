"""Dates in each language: none can be taken for another day or another half of it."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from markupsafe import escape

from foundation.catalogue import Told, without_readings
from foundation.languages import Language
from foundation.spoken_dates import day_told, moment_told, time_told
from tests.support.spoken import unread

FRIDAY = datetime(2026, 11, 27, 9, 30, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (Language.JAPANESE, "令和8年11月27日(金) 午前9時30分"),
        (Language.PLAIN_JAPANESE, "2026年 11月27日 金曜日 午前 9時30分"),
        (Language.ENGLISH, "Friday, November 27, 2026, 9:30 a.m."),
        (Language.CHINESE, "2026年11月27日（星期五） 上午9点30分"),
    ],
)
def test_a_moment_is_told_as_the_language_writes_it(language: Language, told: str) -> None:
    assert without_readings(moment_told(FRIDAY, language=language)) == told


@pytest.mark.parametrize(
    ("at", "japanese", "plain", "english", "chinese"),
    [
        (time(0), "午前0時", "午前 0時", "12:00 midnight", "凌晨0点"),
        (time(0, 5), "午前0時5分", "午前 0時5分", "12:05 a.m.", "凌晨0点05分"),
        (time(12), "正午", "昼の 12時", "12:00 noon", "中午12点"),
        (time(12, 30), "午後0時30分", "午後 0時30分", "12:30 p.m.", "中午12点30分"),
        (time(23, 59), "午後11時59分", "午後 11時59分", "11:59 p.m.", "晚上11点59分"),
    ],
)
def test_noon_is_not_taken_for_midnight(at: time, japanese: str, plain: str, english: str, chinese: str) -> None:
    told = [without_readings(time_told(at, language=language)) for language in Language]

    assert told == [japanese, plain, english, chinese]


def test_no_two_days_of_a_year_are_told_alike() -> None:
    days = [date(2028, 1, 1) + timedelta(days=count) for count in range(366)]

    for language in Language:
        assert len({day_told(day, language=language) for day in days}) == 366


def test_every_character_of_a_plain_date_has_its_reading() -> None:
    for minute in range(0, 366 * 24 * 60, 24 * 60 + 23):
        told = moment_told(FRIDAY + timedelta(minutes=minute), language=Language.PLAIN_JAPANESE)
        assert unread(told) == ""


def test_a_page_shows_the_readings_of_a_date_and_escapes_the_rest() -> None:
    shown = escape(day_told(FRIDAY.date(), language=Language.PLAIN_JAPANESE))
    assert '<span class="nowrap">27<ruby>日<rp>（</rp><rt>にち</rt><rp>）</rp></ruby></span>' in shown
    assert shown.count("<ruby>") == 3
    assert escape(Told("｜市《し》<b>")) == "<ruby>市<rp>（</rp><rt>し</rt><rp>）</rp></ruby>&lt;b&gt;"
    assert escape(Told("市<b>", in_japanese=True)) == '<span lang="ja">市&lt;b&gt;</span>'
