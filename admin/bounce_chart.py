"""The bars of the watch page: from numbers to places on the paper, all drawings to one measure.

Across it is per cent of whatever width there is, upwards it is rem, so that the letters keep their size on any screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

BAR_SHARE = 0.6  # of the width of its week
TALLEST = 4.0
SHORTEST = 0.125  # one among thousands is still to be seen
HEAD = 1.5  # for the number on top of the tallest
FOOT = 1.5  # for the weeks below
HEIGHT = HEAD + TALLEST + FOOT


@dataclass(frozen=True)
class Bar:
    """`left`, `middle` and `width` in per cent, `top` and `height` in rem; a week without errors has no height."""

    left: float
    middle: float
    width: float
    top: float
    height: float
    number: str
    week: str

    @property
    def number_at(self) -> float:
        """The line on which the number stands."""
        return round(self.top - 0.25, 3)


def bars(numbers: Sequence[int], weeks: Sequence[date], *, largest: int) -> tuple[Bar, ...]:
    """One a week; `largest` is the number whose bar is the tallest in all drawings of the page."""
    share = 100 / max(1, len(numbers))
    return tuple(
        _bar(number, index * share, share, height=_height(number, largest), week=week)
        for index, (number, week) in enumerate(zip(numbers, week_names(weeks), strict=True))
    )


def week_names(weeks: Sequence[date]) -> list[str]:
    """`11/16`, the Monday; the last one is not over."""
    return [f"{each.month}/{each.day}" for each in weeks[:-1]] + ["今週"] * bool(weeks)


def short(number: int) -> str:
    """`9,999`, then `1.2万`, so that it fits over its bar; nothing for none."""
    if number < 10_000:
        return f"{number:,}" if number else ""
    return f"{number / 10_000:.1f}万" if number < 1_000_000 else f"{number // 10_000:,}万"


def _bar(number: int, left: float, share: float, *, height: float, week: str) -> Bar:
    return Bar(
        left=round(left + share * (1 - BAR_SHARE) / 2, 3),
        middle=round(left + share / 2, 3),
        width=round(share * BAR_SHARE, 3),
        top=round(HEAD + TALLEST - height, 3),
        height=height,
        number=short(number),
        week=week,
    )


def _height(number: int, largest: int) -> float:
    if number <= 0 or largest <= 0:
        return 0.0
    return round(max(SHORTEST, TALLEST * min(number, largest) / largest), 3)
