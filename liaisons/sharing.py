"""What a liaison may take along by hand: texts for other channels, and how large the print sheet can be set."""

import unicodedata
from dataclasses import dataclass
from math import ceil

from bulletins.archive_rows import Row
from bulletins.liaison_edition import ToLiaisons
from bulletins.tables import Bulletin
from bulletins.wording import CLOSING
from subscribers.town import Town

STAMPS = 20  # households of one 回覧板
# Sizes of type from the largest, with how many full-width characters fill a line and how many lines the sheet, with
# boxes for stamps and without. Measured on A4 by the sheet's own style.
_SIZES = (
    ("large", 21, 14, 17),
    ("middle", 27, 18, 22),
    ("small", 35, 25, 30),
    ("tiny", 47, 34, 42),
    ("fine", 56, 41, 50),
)


@dataclass(frozen=True)
class Texts:
    """`short` fits a chat; `long` is the whole notice."""

    short: str
    long: str


def texts(row: Row, bulletin: Bulletin, town: Town, *, public_url: str) -> Texts:
    """What went to the liaisons alone has no page that could be named. Nobody answers a mail where it is pasted."""
    page = "" if bulletin.to_liaisons == ToLiaisons.ONLY else f"{public_url}{row.url}"
    source = f"（{town.name}からのお知らせ）"
    end = "\n".join(each for each in (source, page) if each)
    told = _without(row.text, _of_answers(bulletin.notice, town))
    return Texts(f"{row.subject}\n{end}", f"{told}\n\n{end}")


def on_paper(row: Row, notice: str, town: Town) -> str:
    """The text without its first line, where that says the subject once more, and without those that speak of the mail
    or of the office, which stands at the foot of the sheet."""
    text = _without(row.text, {*_of_answers(notice, town), CLOSING + town.section})
    first, _, rest = text.partition("\n")
    return rest.strip("\n") if first.strip() == row.subject.strip() and rest.strip() else text


def _of_answers(notice: str, town: Town) -> set[str]:
    return set(town.standing_note("no_reply", notice).split("\n"))


def _without(text: str, lines: set[str]) -> str:
    return "\n".join(line for line in text.split("\n") if line not in lines).strip("\n")


def type_size(text: str, *, stamps: bool) -> str:
    """The largest in which the text stands on one page; one that is longer than any gets the smallest."""
    for name, across, with_stamps, without in _SIZES:
        lines = sum(max(1, ceil(_width(line) / across)) for line in text.split("\n"))
        if lines <= (with_stamps if stamps else without):
            return name
    return _SIZES[-1][0]


def _width(line: str) -> float:
    """In full-width characters."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "FWA" else 0.55 for sign in line)
