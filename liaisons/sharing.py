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


def texts(row: Row, bulletin: Bulletin, *, town_name: str, public_url: str) -> Texts:
    """What went to the liaisons alone has no page that could be named."""
    page = "" if bulletin.to_liaisons == ToLiaisons.ONLY else f"{public_url}{row.url}"
    source = f"（{town_name}からのお知らせ）"
    end = "\n".join(each for each in (source, page) if each)
    return Texts(f"{row.subject}\n{end}", f"{row.text}\n\n{end}")


def on_paper(row: Row, notice: str, town: Town) -> str:
    """The text without its first line, where that says the subject once more, and without those that speak of the mail
    or of the office, which stands at the foot of the sheet."""
    of_mail = {*town.standing_note("no_reply", notice).split("\n"), CLOSING + town.section}
    text = "\n".join(line for line in row.text.split("\n") if line not in of_mail).strip("\n")
    first, _, rest = text.partition("\n")
    return rest.strip("\n") if first.strip() == row.subject.strip() and rest.strip() else text


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
