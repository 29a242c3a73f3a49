"""Tables as CSV files that Excel opens with a double click, in which no cell is ever a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

# What Excel, LibreOffice and Google take for the beginning of a formula; in Japan also by the full-width sign.
_FORMULA = tuple("=+-@＝＋－＠")
_BREAKS = tuple("\t\r\n")

Cell = str | int | None


def as_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, by which Excel knows it; CRLF as RFC 4180 has it. None is an empty cell."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: Cell) -> Cell:
    """A text that a spreadsheet would carry out begins with an apostrophe: it is read as it stands."""
    if isinstance(cell, str) and (cell.startswith(_BREAKS) or cell.lstrip().startswith(_FORMULA)):
        return f"'{cell}"
    return cell
