"""The town that runs the service, as its file describes it: names, contacts, areas, topics, standing lines."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from foundation.plain_text import one_line
from foundation.strict_table import KeyInvalid, StrictTable
from subscribers.place_kinds import Place, place_kind
from subscribers.town_forwarding import Forwarding, read_forwarding
from subscribers.town_words import read_further_names, read_translations

_T = TypeVar("_T")

_KEY = re.compile(r"[a-z][a-z0-9-]{0,31}")
_NOTE_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_CLOSING_DAY = re.compile(r"\d\d-\d\d(\.\.\d\d-\d\d)?|\d{4}-\d\d-\d\d(\.\.\d{4}-\d\d-\d\d)?")
_MAIL = re.compile(r"[^\s@<>,;:\"]+@[a-z0-9.-]+\.[a-z]{2,}")
# U+FF0D joins the levels of a category path, as the printed bulletins have it.
CATEGORY_SEPARATOR = "\uff0d"
# Every notice may carry these, so the file must say how the town words them.
_NEEDED_NOTES = ("no_reply", "attribution")


class TownInvalid(Exception):
    """The town file cannot be used; the text is one line that names the file and the key."""

    def __init__(self, path: Path, key: str, reason: str) -> None:
        super().__init__(one_line(f"{path}: {key}: {reason}"))
        self.key = key


@dataclass(frozen=True)
class Contact:
    """Where residents ask about the service (not about a case)."""

    name: str
    phone: str
    mail: str


@dataclass(frozen=True)
class Police:
    """The police station, and its own mail service that bulletins may draw on."""

    name: str
    phone: str
    mail_service: str


@dataclass(frozen=True)
class Topic:
    """配信区分."""

    key: str
    label: str
    help: str


@dataclass(frozen=True)
class Area:
    """知りたい地域: one choice of a resident; `towns` are the names that lie in it."""

    key: str
    label: str
    towns: tuple[str, ...]


@dataclass(frozen=True)
class TownName:
    """町: `chome` is how many 丁目 it has, 0 for none; `area` is an area's key."""

    name: str
    chome: int
    reading: str
    area: str


@dataclass(frozen=True)
class Sentences:
    """Standing sentences of the residents' pages and letters."""

    privacy: str
    cost: str
    no_enquiries: str


@dataclass(frozen=True)
class Town:
    """What the file says; `categories` is first level → second level → names of the third.

    `standing_notes` are the ※ lines of bulletins; `note_overrides` replaces some of them for one notice.
    `translations` is language → Japanese words → theirs, for residents' pages and letters.
    `hours` is empty where the service's setting holds; `closing_days` are like `12-29..01-03`, `2026-11-23`.
    """

    name: str
    prefecture: str
    service_name: str
    section: str
    from_address: str
    from_name: str
    zone: ZoneInfo
    hours: str
    closing_days: tuple[str, ...]
    neighbours: tuple[str, ...]
    contact: Contact
    police: Police
    topics: tuple[Topic, ...]
    areas: tuple[Area, ...]
    towns: tuple[TownName, ...]
    places: tuple[Place, ...]
    sentences: Sentences
    standing_notes: Mapping[str, str]
    note_overrides: Mapping[str, Mapping[str, str]]
    categories: Mapping[str, Mapping[str, tuple[str, ...]]]
    statistic_classes: Mapping[str, str]
    other_statistic_class: str
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    further_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    forwarding: Forwarding = field(default_factory=Forwarding)

    def standing_note(self, key: str, notice: str) -> str:
        """The line as this notice has it. Raises KeyError for a note the town does not know."""
        return self.note_overrides.get(notice, {}).get(key) or self.standing_notes[key]


def load_town(path: Path) -> Town:
    """Raises TownInvalid where the file cannot be read, lacks a key or has one that is not known."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise TownInvalid(path, "-", f"読み込めません（{problem}）") from problem
    except tomllib.TOMLDecodeError as problem:
        raise TownInvalid(path, "-", f"TOML の書き方に誤りがあります（{problem}）") from problem
    table = StrictTable(raw)
    try:
        town = _town(table)
        town = replace(town, translations=read_translations(table, town))
        table.finish()
    except KeyInvalid as problem:
        raise TownInvalid(path, problem.key, problem.reason) from problem
    return town


def _town(table: StrictTable) -> Town:
    towns = _towns(table)
    notes, overrides = _notes(table)
    categories = _categories(table.table("categories"))
    statistics = table.table("statistic_classes")
    return Town(
        name=table.text("name"),
        prefecture=table.text("prefecture"),
        service_name=table.text("service_name"),
        section=table.text("section"),
        from_address=_matching(table, "from_address", _MAIL, "メールアドレスを書いてください"),
        from_name=table.text("from_name"),
        zone=_zone(table),
        hours=table.text("hours", ""),
        closing_days=_closing_days(table),
        neighbours=table.texts("neighbours", ()),
        contact=_contact(table.table("contact")),
        police=_police(table.table("police")),
        topics=_topics(table),
        areas=_areas(table, towns),
        towns=towns,
        places=tuple(Place(_key(t), t.text("label"), place_kind(t)) for t in table.tables("places", required=False)),
        sentences=_sentences(table.table("sentences")),
        standing_notes=notes,
        note_overrides=overrides,
        categories=categories,
        other_statistic_class=statistics.text("default"),
        statistic_classes=_statistic_classes(statistics, categories),
        further_names=read_further_names(table),
        forwarding=read_forwarding(table),
    )


def _contact(table: StrictTable) -> Contact:
    mail = _matching(table, "mail", _MAIL, "メールアドレスを書いてください")
    return Contact(table.text("name"), table.text("phone"), mail)


def _police(table: StrictTable) -> Police:
    return Police(table.text("name"), table.text("phone"), table.text("mail_service", ""))


def _sentences(table: StrictTable) -> Sentences:
    return Sentences(table.text("privacy"), table.text("cost"), table.text("no_enquiries"))


def _zone(table: StrictTable) -> ZoneInfo:
    name = table.text("zone", "Asia/Tokyo")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as problem:
        raise KeyInvalid(table.key("zone"), "Asia/Tokyo のような時間帯の名前を書いてください") from problem


def _closing_days(table: StrictTable) -> tuple[str, ...]:
    days = table.texts("closing_days", ())
    for day in days:
        if not _CLOSING_DAY.fullmatch(day):
            raise KeyInvalid("closing_days", f"「{day}」は 12-29..01-03 や 2026-11-23 の形で書いてください")
    return days


def _several(table: StrictTable, name: str, make: Callable[[StrictTable], _T]) -> tuple[_T, ...]:
    return tuple(make(item) for item in table.tables(name))


def _key(table: StrictTable) -> str:
    return _matching(table, "key", _KEY, "英小文字で始まる英小文字・数字・ハイフンで書いてください")


def _matching(table: StrictTable, name: str, pattern: re.Pattern[str], reason: str) -> str:
    value = table.text(name)
    if not pattern.fullmatch(value):
        raise KeyInvalid(table.key(name), reason)
    return value


def _topics(table: StrictTable) -> tuple[Topic, ...]:
    topics = _several(table, "topics", lambda t: Topic(_key(t), t.text("label"), t.text("help", "")))
    _refuse_repeated("topics", [topic.key for topic in topics])
    return topics


def _towns(table: StrictTable) -> tuple[TownName, ...]:
    towns = _several(
        table,
        "towns",
        lambda t: TownName(t.text("name"), t.number("chome", 0), t.text("reading"), t.text("area")),
    )
    _refuse_repeated("towns", [town.name for town in towns])
    return towns


def _areas(table: StrictTable, towns: tuple[TownName, ...]) -> tuple[Area, ...]:
    areas = _several(table, "areas", lambda t: (_key(t), t.text("label")))
    keys = [key for key, _ in areas]
    _refuse_repeated("areas", keys)
    for number, town in enumerate(towns, start=1):
        if town.area not in keys:
            raise KeyInvalid(f"towns[{number}].area", f"「{town.area}」という地域は [[areas]] にありません")
    return tuple(Area(k, label, tuple(t.name for t in towns if t.area == k)) for k, label in areas)


def _refuse_repeated(key: str, names: list[str]) -> None:
    for number, name in enumerate(names, start=1):
        if name in names[: number - 1]:
            raise KeyInvalid(f"{key}[{number}]", f"「{name}」が二度出てきます")


def _notes(table: StrictTable) -> tuple[Mapping[str, str], Mapping[str, Mapping[str, str]]]:
    notes_table = table.table("standing_notes")
    for needed in _NEEDED_NOTES:
        notes_table.text(needed)
    notes: dict[str, str] = {}
    overrides: dict[str, Mapping[str, str]] = {}
    for name in notes_table.names():
        if notes_table.has_table(name):
            own = notes_table.table(name)
            overrides[name] = {key: own.text(key) for key in own.names() if key in notes_table.names()}
        elif _NOTE_KEY.fullmatch(name):
            notes[name] = notes_table.text(name)
    if "{source}" not in notes["attribution"]:
        raise KeyInvalid("standing_notes.attribution", "情報源の名前が入る場所に {source} と書いてください")
    return MappingProxyType(notes), MappingProxyType(overrides)


def _categories(table: StrictTable) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    tree: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for first in table.names():
        branch = table.table(first)
        tree[first] = MappingProxyType({second: branch.texts(second) for second in branch.names()})
    return MappingProxyType(tree)


def _statistic_classes(
    table: StrictTable, categories: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> Mapping[str, str]:
    """A path that is not in the tree stays unread, and is refused with the other unknown keys."""
    join = CATEGORY_SEPARATOR.join
    known = set(categories)
    known |= {join((first, second)) for first in categories for second in categories[first]}
    known |= {join((a, b, c)) for a in categories for b in categories[a] for c in categories[a][b]}
    return MappingProxyType({path: table.text(path) for path in table.names() if path in known})
