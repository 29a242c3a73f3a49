"""Bars: from numbers to places on the paper, all drawings to one measure.

Across it is per cent of whatever width there is, upwards it is rem, so that the letters keep their size on any screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

BAR_SHARE = 0.6  # of the width of its place
TALLEST = 4.0
SHORTEST = 0.125  # one among thousands is still to be seen
HEAD = 1.5  # for the number on top of the tallest
FOOT = 1.5  # for the names below
HEIGHT = HEAD + TALLEST + FOOT


@dataclass(frozen=True)
class Bar:
    """`left`, `middle` and `width` in per cent, `top` and `height` in rem; none has no height."""

    left: float
    middle: float
    width: float
    top: float
    height: float
    number: str
    name: str

    @property
    def number_at(self) -> float:
        """The line on which the number stands."""
        return round(self.top - 0.25, 3)


def bars(numbers: Sequence[int], names: Sequence[str], *, largest: int) -> tuple[Bar, ...]:
    """One a name, which stands below; `largest` is the number whose bar is the tallest in all drawings of the page."""
    share = 100 / max(1, len(numbers))
    return tuple(
        _bar(number, index * share, share, height=_height(number, largest), name=name)
        for index, (number, name) in enumerate(zip(numbers, names, strict=True))
    )


def short(number: int) -> str:
    """`9,999`, then `1.2万`, so that it fits over its bar; nothing for none."""
    if number < 10_000:
        return f"{number:,}" if number else ""
    return f"{number / 10_000:.1f}万" if number < 1_000_000 else f"{number // 10_000:,}万"


def _bar(number: int, left: float, share: float, *, height: float, name: str) -> Bar:
    return Bar(
        left=round(left + share * (1 - BAR_SHARE) / 2, 3),
        middle=round(left + share / 2, 3),
        width=round(share * BAR_SHARE, 3),
        top=round(HEAD + TALLEST - height, 3),
        height=height,
        number=short(number),
        name=name,
    )


def _height(number: int, largest: int) -> float:
    if number <= 0 or largest <= 0:
        return 0.0
    return round(max(SHORTEST, TALLEST * min(number, largest) / largest), 3)
