"""Weekdays, days to come, and what is old."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulletins.checks.dates import event_in_future, event_stale, weekday_differs, year_stale
from foundation.era import day_and_weekday
from tests.bulletins.samples import FRIDAY, draft, plain


@pytest.mark.parametrize(
    "text",
    [
        "11月20日(土)",
        "11月20日（月曜日）",
        "2025年11月20日(金)",
        "令和7年11月20日(金)",
        "2月30日(金)",
        "１１月２０日(土)",
    ],
)
def test_a_wrong_weekday_is_told(text: str) -> None:
    (finding,) = weekday_differs(plain(text=f"{text}に行います。"))

    assert finding.rule == "weekday-differs"


@pytest.mark.parametrize(
    "text", ["11月20日(金)", "11月20日（金曜日）", "令和8年11月20日(金)", "1月8日(金)", "11月20日", "11月20日(仮)"]
)
def test_a_right_weekday_is_not(text: str) -> None:
    assert weekday_differs(plain(text=f"{text}に行います。")) == []


@settings(max_examples=25)
@given(st.integers(min_value=-150, max_value=150))
def test_a_day_within_five_months_is_never_told_wrongly(days: int) -> None:
    day = date(2026, 11, 20) + timedelta(days=days)

    assert weekday_differs(plain(text=f"{day_and_weekday(day)}に行います。")) == []


def test_an_event_that_is_still_to_come_is_told() -> None:
    example = draft("crime").notice.example

    (finding,) = event_in_future(draft("crime", {**example, "happened_at": "2026-11-20T18:31"}))

    assert finding.field == "happened_at"
    assert event_in_future(draft("crime", {**example, "happened_at": "2026-11-20T18:30"})) == []


@pytest.mark.parametrize("name", ["event", "programme", "j-alert-test", "drill", "plain"])
def test_what_announces_may_lie_ahead(name: str) -> None:
    assert event_in_future(draft(name)) == []


def test_an_event_of_last_year_is_told() -> None:
    example = draft("crime").notice.example

    (finding,) = event_stale(draft("crime", {**example, "happened_at": "2025-11-20T14:00"}))

    assert finding.field == "happened_at"


def test_an_announcement_of_what_has_passed_is_told() -> None:
    assert event_stale(draft("event", at=FRIDAY + timedelta(days=30)))
    assert event_stale(draft("event")) == []


def test_a_programme_that_still_runs_is_not_stale() -> None:
    assert event_stale(draft("programme", at=FRIDAY + timedelta(days=30))) == []
    assert event_stale(draft("programme", at=FRIDAY + timedelta(days=90)))


@pytest.mark.parametrize("text", ["令和7年度の", "2025年の", "平成30年", "令和元年"])
def test_an_old_year_is_told(text: str) -> None:
    assert bool(year_stale(plain(text=f"{text}お知らせです。"))) == ("年度" not in text)


@pytest.mark.parametrize("text", ["令和8年11月", "2026年", "2027年1月", "1990年代", "昭和の"])
def test_this_year_and_later_are_fine(text: str) -> None:
    assert year_stale(plain(text=f"{text}お知らせです。")) == []
