"""The bars of the watch page: as tall as their numbers, all by one measure, none beyond the paper."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.residents.bar_chart import HEAD, HEIGHT, SHORTEST, TALLEST, short
from admin.residents.bounce_chart import bars, week_names

MONDAYS = tuple(date(2026, 10, 5) + timedelta(weeks=number) for number in range(8))


def test_a_bar_is_as_tall_as_its_number() -> None:
    drawn = bars([0, 5, 10, 0, 0, 0, 0, 20], MONDAYS, largest=20)

    assert [bar.height for bar in drawn] == [0, TALLEST / 4, TALLEST / 2, 0, 0, 0, 0, TALLEST]
    assert [bar.number for bar in drawn] == ["", "5", "10", "", "", "", "", "20"]


def test_one_among_thousands_is_still_seen() -> None:
    drawn = bars([1, 0, 0, 0, 0, 0, 0, 0], MONDAYS, largest=90_000)

    assert drawn[0].height == SHORTEST


def test_weeks_are_named_by_their_monday_and_the_last_is_not_over() -> None:
    assert week_names(MONDAYS) == ["10/5", "10/12", "10/19", "10/26", "11/2", "11/9", "11/16", "今週"]
    assert week_names(()) == []


@pytest.mark.parametrize(
    ("number", "text"), [(0, ""), (9_999, "9,999"), (12_345, "1.2万"), (999_999, "100.0万"), (1_234_567, "123万")]
)
def test_a_number_fits_over_its_bar(number: int, text: str) -> None:
    assert short(number) == text


@given(numbers=st.lists(st.integers(0, 10**7), min_size=8, max_size=8), largest=st.integers(0, 10**7))
def test_no_bar_leaves_the_paper_or_its_week(numbers: list[int], largest: int) -> None:
    drawn = bars(numbers, MONDAYS, largest=largest)

    for index, bar in enumerate(drawn):
        assert 12.5 * index <= bar.left < bar.middle < bar.left + bar.width <= 12.5 * (index + 1)
        assert HEAD <= bar.top <= bar.top + bar.height < HEIGHT
