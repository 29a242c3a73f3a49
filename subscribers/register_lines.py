"""The lines of a file from elsewhere: whatever its octets are, a line is never longer in memory than it may be."""

import csv
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

LONGEST_LINE = 16 * 1024  # octets; an address, its choices and a few columns that are not taken need a hundredth
_BLOCK = 256 * 1024


class RawLine(NamedTuple):
    """`octets` is None for a line that is too long; `size` counts them with the end of the line. One that `is_cut` is
    the last and has no end."""

    number: int
    size: int
    octets: bytes | None
    is_cut: bool


def raw_lines(file: BinaryIO) -> Iterator[RawLine]:
    """A line ends by LF, by CR LF, or by a CR alone, in a quoted cell too: a quotation mark that is never closed harms
    one line and not the rest of the file."""
    rest, dropped, number = b"", 0, 0
    while True:
        block = file.read(_BLOCK)
        pieces = (rest + block).splitlines(keepends=True)
        # A CR at the end of a block may be the half of a CR LF.
        rest = pieces.pop() if block and pieces and not pieces[-1].endswith(b"\n") else b""
        for piece in pieces:
            number += 1
            is_long = dropped > 0 or len(piece) > LONGEST_LINE
            is_cut = not block and not piece.endswith((b"\n", b"\r"))
            yield RawLine(number, dropped + len(piece), None if is_long else piece, is_cut)
            dropped = 0
        if len(rest) > LONGEST_LINE:
            dropped += len(rest) - 1
            rest = rest[-1:]
        if not block:
            return


def decoded(octets: bytes) -> str:
    """UTF-8 where the line is, else CP932: in a file of both, each line is read as it is written. What is neither stays
    as U+FFFD, and harms only the cell in which it stands."""
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp932", "replace")


def cells_of(text: str, separator: str) -> list[str] | None:
    """None where the quotation marks do not close."""
    bare = text.rstrip("\r\n")
    if '"' not in bare:
        return bare.split(separator)
    try:
        return next(csv.reader([bare], delimiter=separator, strict=True), [])
    except csv.Error:
        return None
