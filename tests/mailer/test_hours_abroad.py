"""Delivery hours as residents of other languages are told them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from foundation.catalogue import without_readings
from foundation.languages import Language
from mailer.delivery_hours import DeliveryHours
from mailer.holidays import ClosingDays
from tests.support.spoken import unread

ODD = "mon-fri 09:00-12:00; mon-fri 13:00-24:00; sun 00:00-09:30"


def told(text: str, language: Language) -> str:
    hours = DeliveryHours.parse(text, zone=ZoneInfo("Asia/Tokyo"), closing_days=ClosingDays(()), grace=timedelta(0))
    return hours.describe(language)


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("mon-fri 09:00-17:00", Language.JAPANESE, "月曜日〜金曜日 午前9時〜午後5時"),
        ("mon-fri 09:00-17:00", Language.PLAIN_JAPANESE, "月曜日から 金曜日までの 午前 9時から 午後 5時まで"),
        ("mon-fri 09:00-17:00", Language.ENGLISH, "Monday to Friday, 9:00 a.m. to 5:00 p.m."),
        ("mon-fri 09:00-17:00", Language.CHINESE, "星期一至星期五 上午9点至下午5点"),
        (
            ODD,
            Language.ENGLISH,
            "Monday to Friday, 9:00 a.m. to 12:00 noon and 1:00 p.m. to 12:00 midnight; Sunday, 12:00 mid",
        ),
        (ODD, Language.CHINESE, "星期一至星期五 上午9点至中午12点和下午1点至晚上12点；星期日 凌晨0点至上午9点30分"),
    ],
)
def test_hours_are_told_in_the_words_of_the_language(text: str, language: Language, words: str) -> None:
    assert without_readings(told(text, language)).startswith(words)


def test_hours_in_plain_japanese_have_all_their_readings() -> None:
    for text in ("mon-fri 09:00-17:00", ODD, "always"):
        assert unread(told(text, Language.PLAIN_JAPANESE)) == ""


def test_a_service_without_hours_says_so_in_every_language() -> None:
    assert len({told("always", language) for language in Language}) == len(Language)
