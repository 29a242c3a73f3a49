"""Spans as one says them aloud."""

from datetime import timedelta

import pytest

from admin.frame.span_words import span_words, whole_minutes


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(), "0秒"),
        (timedelta(seconds=59.9), "59秒"),
        (timedelta(seconds=60), "1分"),
        (timedelta(seconds=61), "1分1秒"),
        (timedelta(minutes=9, seconds=59), "9分59秒"),
        (timedelta(minutes=10, seconds=59), "10分"),
        (timedelta(hours=1), "1時間"),
        (timedelta(hours=2, minutes=5, seconds=59), "2時間5分"),
        (timedelta(days=1), "1日"),
        (timedelta(days=1, hours=3, minutes=59), "1日と3時間"),
        (timedelta(days=1200), "1,200日"),
        (timedelta(seconds=-1), "0秒"),
    ],
)
def test_a_span_is_said_by_its_two_largest_parts_and_never_rounded_up(span: timedelta, said: str) -> None:
    assert span_words(span) == said


def test_minutes_for_a_spreadsheet_are_cut() -> None:
    assert whole_minutes(timedelta(hours=1, seconds=119)) == 61
