"""Whether a paper fits onto one sheet, reckoned before anybody prints: lines as the style sheet sets them.

The measures are those of templates/style/handout.css, in points and millimetres. It is reckoned a little too wide
rather than too narrow: what is said to fit is one sheet in every browser.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from foundation.plain_text import full_width
from liaisons.paper_source import Item

MM = 25.4 / 72  # a point
WIDTH = 180.0  # of the text on the sheet
_TOKEN = re.compile(r"[!-~]+|\s|.")
_SPARE = 1.0  # characters a line, which the rules of line breaking may cost


class Look(StrEnum):
    """`round-up` is ミニ広報紙, `one` is 交番速報."""

    ROUND_UP = "round-up"
    ONE = "one"

    @property
    def label(self) -> str:
        return {Look.ROUND_UP: "ミニ広報紙", Look.ONE: "交番速報"}[self]

    @property
    def most(self) -> int:
        return {Look.ROUND_UP: 6, Look.ONE: 1}[self]


@dataclass(frozen=True)
class Type:
    """Letters of `points`, lines `height` times as far apart, in a column of `width` mm."""

    points: float
    height: float
    width: float = WIDTH

    @property
    def line(self) -> float:
        """mm."""
        return self.points * MM * self.height

    def of(self, text: str) -> float:
        """How far down a text reaches, in mm."""
        most = self.width / (self.points * MM) - _SPARE
        return sum(_rows(line, most) for line in text.splitlines()) * self.line


@dataclass(frozen=True)
class Measures:
    """`room` is what is left between head and foot; `around` what an item takes besides its text."""

    room: float
    lead: Type
    headline: Type
    place: Type
    what: Type
    advice: Type
    around: float
    around_advice: float


MEASURES = {
    Look.ROUND_UP: Measures(
        room=198,
        lead=Type(14, 1.5),
        headline=Type(18, 1.35),
        place=Type(13, 1.5),
        what=Type(14, 1.5),
        advice=Type(14, 1.5, WIDTH - 6),
        around=6.5,
        around_advice=2,
    ),
    Look.ONE: Measures(
        room=193,
        lead=Type(18, 1.5),
        headline=Type(32, 1.25),
        place=Type(20, 1.4),
        what=Type(20, 1.5),
        advice=Type(21, 1.45, WIDTH - 18),
        around=11.5,
        around_advice=14.5,
    ),
}


@dataclass(frozen=True)
class Fit:
    """`over` is how many lines of text are too many; 0 where it fits."""

    over: int

    @property
    def fits(self) -> bool:
        return self.over == 0


def fit(look: Look, lead: str, items: Sequence[Item]) -> Fit:
    measures = MEASURES[look]
    needed = (measures.lead.of(lead) + 3 if lead else 0) + sum(_parts(measures, items))
    return Fit(max(0, math.ceil((needed - measures.room) / measures.what.line)))


def _parts(measures: Measures, items: Sequence[Item]) -> Iterator[float]:
    for item in items:
        yield measures.around + measures.headline.of(item.headline)
        yield measures.place.of(f"場所：{item.place}") if item.place else 0
        yield measures.what.of(item.what)
        yield measures.around_advice + measures.advice.of(item.advice) if item.advice else 0


def _rows(line: str, most: float) -> int:
    """Words of Latin letters and figures stay whole where they can."""
    rows, used = 1, 0.0
    for token in _TOKEN.findall(line):
        width = full_width(token)
        if used + width > most:
            more = max(1, math.ceil(width / most)) if width > most else 1
            rows, used = rows + more, min(width, most) if width <= most else width % most
        else:
            used += width
    return rows
