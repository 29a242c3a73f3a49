"""The register as a CSV file: an older system's list comes in, our own goes out. Nothing is ever sent from here."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from foundation.addresses import Address, AddressInvalid
from subscribers.choices import Choices, ChoiceUnknown
from subscribers.tables import StopReason, SubscriberState
from subscribers.town import Town

# `reason` is our own addition: why an address is stopped, so that an export can come back whole.
COLUMNS = ("address", "topics", "areas", "language", "state", "place", "registered_at", "reason")
_JOINT = ";"
_PLACE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,16}")
_STATES = {"": SubscriberState.ACTIVE, "active": SubscriberState.ACTIVE, "stopped": SubscriberState.STOPPED}


class FileInvalid(Exception):
    """The file as a whole cannot be read as a register."""


class LineInvalid(ValueError):
    """A line cannot be taken; the text is the reason, in Japanese."""


@dataclass(frozen=True)
class Line:
    """One line of the file: its number, and its fields by column, or the reason why it has none."""

    number: int
    octets: int
    fields: Mapping[str, str] | None
    fault: str = ""


@dataclass(frozen=True)
class Entry:
    """One address as the file has it."""

    address: Address
    choices: Choices
    language: str | None
    place: str | None
    state: SubscriberState
    reason: StopReason | None
    since: datetime


@dataclass(frozen=True)
class RegisterFile:
    """A file in UTF-8 or CP932; lines are read one by one, so that a broken one harms no other."""

    path: Path
    encoding: str
    columns: tuple[str, ...]

    @classmethod
    def open(cls, path: Path) -> "RegisterFile":
        """Raises FileInvalid without a header line that names `address`, OSError where there is no such file."""
        encoding = _encoding(path)
        with path.open("rb") as file:
            head = file.readline().decode(encoding, "replace")
        try:
            columns = tuple(name.strip().lower() for name in _cells(head))
        except LineInvalid as fault:
            raise FileInvalid(f"1行目（見出し）を読めません。{fault}") from fault
        if "address" not in columns:
            raise FileInvalid("1行目に見出しが必要です。メールアドレスの列は address としてください。")
        known = [name for name in columns if name in COLUMNS]
        if len(set(known)) != len(known):
            raise FileInvalid("1行目の見出しに、同じ名前の列が二つあります。")
        return cls(path, encoding, columns)

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that are not taken over, such as names of people."""
        return tuple(name for name in self.columns if name and name not in COLUMNS)

    def lines(self) -> Iterator[Line]:
        """Without the header and without empty lines; the header is line 1."""
        with self.path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                text = raw.decode("utf-8" if self.encoding == "utf-8-sig" else self.encoding, "replace")
                if number > 1 and text.strip(" \t\r\n,"):
                    yield self._line(number, len(raw), text)

    def _line(self, number: int, octets: int, text: str) -> Line:
        try:
            cells = _cells(text)
        except LineInvalid as fault:
            return Line(number, octets, None, str(fault))
        if len(cells) > len(self.columns):
            return Line(number, octets, None, "列の数が見出しより多くなっています。")
        return Line(number, octets, dict(zip(self.columns, map(str.strip, cells), strict=False)))


def read_entry(fields: Mapping[str, str], town: Town, *, at: datetime) -> Entry:
    """Raises LineInvalid. Topics and areas may stand by key or by label; `at` is the moment of the import."""
    try:
        address = Address.parse(fields.get("address", ""))
    except AddressInvalid as fault:
        raise LineInvalid(str(fault)) from fault
    state, reason = _state(fields)
    return Entry(
        address=address,
        choices=_choices(fields, town),
        language=_matching(fields, "language", _LANGUAGE),
        place=_matching(fields, "place", _PLACE),
        state=state,
        reason=reason,
        since=_since(fields.get("registered_at", ""), town, at=at),
    )


def header_line() -> str:
    return _written(COLUMNS)


def entry_line(entry: Entry, town: Town) -> str:
    """Times are the town's own, ISO 8601 with offset."""
    return _written(
        (
            entry.address.text,
            _JOINT.join(entry.choices.topics),
            _JOINT.join(entry.choices.areas),
            entry.language or "",
            entry.state.value,
            entry.place or "",
            entry.since.astimezone(town.zone).isoformat(timespec="seconds"),
            entry.reason.value if entry.reason else "",
        )
    )


def _written(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def _encoding(path: Path) -> str:
    """UTF-8 when every line is; what is neither shows itself line by line."""
    with path.open("rb") as file:
        for line in file:
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return "cp932"
    return "utf-8-sig"


def _cells(text: str) -> list[str]:
    try:
        return next(csv.reader([text.rstrip("\r\n")], strict=True), [])
    except csv.Error as problem:
        raise LineInvalid("CSVとして読めません（引用符の閉じ忘れなど）。") from problem


def _choices(fields: Mapping[str, str], town: Town) -> Choices:
    topics = {topic.label: topic.key for topic in town.topics}
    areas = {area.label: area.key for area in town.areas}
    try:
        return Choices.of(town, _split(fields.get("topics", ""), topics), _split(fields.get("areas", ""), areas))
    except ChoiceUnknown as unknown:
        raise LineInvalid(f"この市にない配信区分または地域です：{unknown}") from unknown


def _split(text: str, labels: Mapping[str, str]) -> list[str]:
    words = (word.strip() for word in text.split(_JOINT))
    return [labels.get(word, word) for word in words if word]


def _matching(fields: Mapping[str, str], column: str, pattern: re.Pattern[str]) -> str | None:
    text = fields.get(column, "").lower()
    if text and not pattern.fullmatch(text):
        raise LineInvalid(f"{column} の書き方が正しくありません。")
    return text or None


def _state(fields: Mapping[str, str]) -> tuple[SubscriberState, StopReason | None]:
    """A stop without a reason counts as the resident's own wish: nobody else may undo it, and it is erased in time."""
    state = _STATES.get(fields.get("state", "").lower())
    if state is None:
        raise LineInvalid("state は active か stopped にしてください。")
    if state is SubscriberState.ACTIVE:
        return state, None
    try:
        return state, StopReason(fields.get("reason", "").lower() or StopReason.LEFT)
    except ValueError as problem:
        raise LineInvalid(f"reason は {'・'.join(StopReason)} のどれかにしてください。") from problem


def _since(text: str, town: Town, *, at: datetime) -> datetime:
    """A date alone is that day's midnight; a time without offset is the town's."""
    if not text:
        return at
    plain = text.replace("/", "-")
    try:
        moment = datetime.fromisoformat(plain) if ":" in plain else datetime.combine(date.fromisoformat(plain), time())
        since = (moment if moment.tzinfo else moment.replace(tzinfo=town.zone)).astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise LineInvalid("registered_at は 2024-04-01 や 2024-04-01T09:00:00+09:00 の形にしてください。") from problem
    if since > at:
        raise LineInvalid("registered_at が未来の日時になっています。")
    return since
