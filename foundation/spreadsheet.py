"""Tables as CSV files that Excel opens with a double click, in which no cell is ever a formula."""

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence

# What Excel, LibreOffice and Google take for the beginning of a formula; in Japan also by the full-width sign.
_FORMULA = tuple("=+-@＝＋－＠")
_BREAKS = tuple("\t\r\n")

Cell = str | int | None
BYTE_ORDER_MARK = BOM_UTF8


def as_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, by which Excel knows it; CRLF as RFC 4180 has it. None is an empty cell."""
    return BOM_UTF8 + b"".join(csv_line(row) for row in rows)


def csv_line(row: Sequence[Cell]) -> bytes:
    """One more line of a file that is written as it is read."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([harmless(cell) for cell in row])
    return text.getvalue().encode()


def harmless(cell: Cell) -> Cell:
    """A text that a spreadsheet would carry out begins with an apostrophe: it is read as it stands."""
    if isinstance(cell, str) and (cell.startswith(_BREAKS) or cell.lstrip().startswith(_FORMULA)):
        return f"'{cell}"
    return cell
