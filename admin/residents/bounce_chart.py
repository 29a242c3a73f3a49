"""The bars of the watch page: one a week."""

from collections.abc import Sequence
from datetime import date

from admin.residents import bar_chart
from admin.residents.bar_chart import Bar


def bars(numbers: Sequence[int], weeks: Sequence[date], *, largest: int) -> tuple[Bar, ...]:
    """`largest` is the number whose bar is the tallest in all drawings of the page."""
    return bar_chart.bars(numbers, week_names(weeks), largest=largest)


def week_names(weeks: Sequence[date]) -> list[str]:
    """`11/16`, the Monday; the last one is not over."""
    return [f"{each.month}/{each.day}" for each in weeks[:-1]] + ["今週"] * bool(weeks)
