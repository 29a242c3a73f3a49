"""The register as a CSV file: an older system's list comes in, our own goes out. Nothing is ever sent from here."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from foundation.spreadsheet import harmless
from subscribers.register_columns import EXPORTED, HeadInvalid, Meaning, meanings
from subscribers.register_entry import Entry
from subscribers.register_lines import RawLine, cells_of, decoded, raw_lines
from subscribers.town import Town

_JOINT = ";"
_BLOCK = 1 << 20
_SAMPLE = 200  # lines, by which the encoding is named for people
# What is no text at all is told by its first octets, with what to do instead.
_SAVE_AS = "表計算ソフトで開き、「CSV UTF-8」として保存しなおしてください。"
_OTHER_KINDS = {
    b"PK\x03\x04": f"Excelのブック（xlsx）か圧縮ファイルです。{_SAVE_AS}",
    b"\xd0\xcf\x11\xe0": f"古い形のExcelのブック（xls）です。{_SAVE_AS}",
    b"%PDF": "PDFです。以前の事業者に、CSVでの引き渡しを頼んでください。",
    b"\x1f\x8b": "圧縮ファイルです。展開してから選んでください。",
    b"\xff\xfe": f"文字コードがUTF-16です。{_SAVE_AS}",
    b"\xfe\xff": f"文字コードがUTF-16です。{_SAVE_AS}",
}


class FileInvalid(Exception):
    """The file as a whole cannot be read as a register."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file: its number, its octets with the end of the line, and its cells, or the reason why it has
    none."""

    number: int
    size: int
    cells: Sequence[str] | None
    fault: str = ""


@dataclass(frozen=True)
class Told:
    """What a person said of a list that nobody could guess: each maps a word as it stands there to one of ours."""

    columns: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Beginning:
    """What people are shown of a file: its headings, the first line below them, and the encoding."""

    headings: tuple[str, ...]
    example: tuple[str, ...]
    encoding: str


@dataclass(frozen=True)
class RegisterFile:
    """A file in UTF-8 or CP932; lines are read one by one, so that a broken one harms no other."""

    path: Path
    encoding: str
    separator: str
    meanings: tuple[Meaning, ...]

    @classmethod
    def open(cls, path: Path, town: Town, told: Told | None = None) -> "RegisterFile":
        """Raises FileInvalid without a header line in which a mail address is found, OSError where there is no such
        file."""
        sample = _sample(path)
        headings, separator = _head(sample[0])
        try:
            found = meanings(headings, town, (told or Told()).columns)
        except HeadInvalid as fault:
            raise FileInvalid(str(fault)) from fault
        return cls(path, _encoding(sample), separator, found)

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that are not taken over, such as names of people."""
        return tuple(each.heading for each in self.meanings if each.heading and not each.is_taken)

    def fingerprint(self) -> str:
        """Of all that the file holds."""
        hashed = blake2b(digest_size=16)
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                hashed.update(block)
        return hashed.hexdigest()

    def lines(self) -> Iterator[Line]:
        """Without the header and without empty lines; the header is line 1."""
        with self.path.open("rb") as file:
            for raw in raw_lines(file):
                if raw.number > 1 and (line := self._line(raw)) is not None:
                    yield line

    def _line(self, raw: RawLine) -> Line | None:
        if raw.octets is None:
            return Line(raw.number, raw.size, None, "行が長すぎます。")
        text = decoded(raw.octets)
        if not text.strip(" \t\r\n,"):
            return None
        if "\0" in text:
            return Line(raw.number, raw.size, None, "使えない文字（NUL）が入っています。")
        cells = cells_of(text, self.separator)
        if cells is None:
            return Line(raw.number, raw.size, None, "CSVとして読めません（引用符の閉じ忘れなど）。")
        if len(cells) > len(self.meanings):
            return Line(raw.number, raw.size, None, "列の数が見出しより多くなっています。")
        if raw.is_cut and len(cells) < len(self.meanings):
            return Line(raw.number, raw.size, None, "行が途中で切れています。")
        return Line(raw.number, raw.size, cells)


def beginning(path: Path) -> Beginning:
    """Raises FileInvalid for what is no CSV."""
    sample = _sample(path)
    headings, separator = _head(sample[0])
    first = decoded(sample[1].octets) if len(sample) > 1 and sample[1].octets is not None else ""
    cells = [cell.strip() for cell in cells_of(first, separator) or ()]
    example = (cells + [""] * len(headings))[: len(headings)]
    return Beginning(tuple(headings), tuple(example), _encoding(sample))


def header_line() -> str:
    return _written([column.value for column in EXPORTED])


def entry_line(entry: Entry, town: Town) -> str:
    """Times are the town's own, ISO 8601 with offset. No cell is a formula; the reader takes the sign off again."""
    return _written(
        [
            entry.address.text,
            _JOINT.join(entry.choices.topics),
            _JOINT.join(entry.choices.areas),
            entry.language or "",
            entry.state.value,
            entry.place or "",
            entry.since.astimezone(town.zone).isoformat(timespec="seconds"),
            entry.reason.value if entry.reason else "",
        ]
    )


def _written(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return line.getvalue()


def _sample(path: Path) -> list[RawLine]:
    with path.open("rb") as file:
        begin = file.read(4)
        for sign, words in _OTHER_KINDS.items():
            if begin.startswith(sign):
                raise FileInvalid(words)
        file.seek(0)
        sample = list(islice(raw_lines(file), _SAMPLE))
    if not sample:
        raise FileInvalid("ファイルが空です。")
    return sample


def _head(raw: RawLine) -> tuple[list[str], str]:
    text = "" if raw.octets is None else decoded(raw.octets)
    if not text.strip() or "\0" in text:
        raise FileInvalid("1行目（見出し）を読めません。CSVのファイルか、確かめてください。")
    separator = "\t" if "\t" in text and "," not in text else ","
    cells = cells_of(text, separator)
    if cells is None:
        raise FileInvalid("1行目（見出し）を読めません。CSVとして読めません（引用符の閉じ忘れなど）。")
    return [cell.strip() for cell in cells], separator


def _encoding(sample: Sequence[RawLine]) -> str:
    """For people: each line is read as it is written."""
    for raw in sample:
        try:
            (raw.octets or b"").decode("utf-8")
        except UnicodeDecodeError:
            return "CP932（Shift_JIS）"
    return "UTF-8"
