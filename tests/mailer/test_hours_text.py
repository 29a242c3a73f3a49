"""Delivery hours as a setting and as words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.hours_text import HoursInvalid, hours_in_japanese, read_hours


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mon-fri 09:00-17:00", "月曜日〜金曜日 午前9時〜午後5時"),
        ("Mon-Fri 9:00-17:15", "月曜日〜金曜日 午前9時〜午後5時15分"),
        ("mon-fri 09:00-17:00; sat 09:00-12:00", "月曜日〜金曜日 午前9時〜午後5時、土曜日 午前9時〜正午"),
        ("mon-fri 09:00-12:00, mon-fri 13:00-17:00", "月曜日〜金曜日 午前9時〜正午と午後1時〜午後5時"),
        ("mon 09:00-12:00;mon 12:00-17:00;mon 10:00-11:00", "月曜日 午前9時〜午後5時"),
        ("sat-mon 00:00-24:00", "月曜日 午前0時〜午後12時、土曜日〜日曜日 午前0時〜午後12時"),
        ("mon-sun 08:30-20:00", "月曜日〜日曜日 午前8時30分〜午後8時"),
    ],
)
def test_hours_are_read_and_told(text: str, told: str) -> None:
    week = read_hours(text)

    assert week is not None
    assert hours_in_japanese(week) == told


def test_always_has_no_week() -> None:
    assert read_hours(" Always ") is None


@pytest.mark.parametrize(
    "text",
    [
        "", ";", "mon-fri", "09:00-17:00", "mon-fri 09:00-17:00;", "mon-fry 09:00-17:00", "mon-fri 17:00-09:00",
        "mon 09:00-09:00", "mon 09:60-10:00", "mon 09:00-24:01", "mon 09:00-17:00 always", "月-金 09:00-17:00",
        "mon ９:００-17:00",
    ],
)  # fmt: skip
def test_odd_hours_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(HoursInvalid) as refusal:
        read_hours(text)

    assert repr(text) in str(refusal.value)
    assert "\n" not in str(refusal.value)


@given(st.text() | st.from_regex(r"\A[a-z]{3}(-[a-z]{3})? [0-9:]{1,5}-[0-9:]{1,5}[;,]?\Z"))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        week = read_hours(text)
    except HoursInvalid:
        return

    assert week is None or len(week) == 7
