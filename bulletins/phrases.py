"""The standing phrases of one language, the same in every notice: marks, notes, the frame around Japanese text."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from bulletins.notice_file import line_in_message, line_of
from bulletins.translation import Wordbook
from foundation.strict_table import KeyInvalid, StrictTable
from foundation.templating import TemplateBroken


@dataclass(frozen=True)
class Section:
    """A table of the file: its fields are its keys, and are read by their types."""


S = TypeVar("S", bound=Section)


@dataclass(frozen=True)
class Frame(Section):
    """Around a text that is in Japanese as a whole. `{title}`, `{town}`, `{contact}`, `{day}`, `{clock}` are filled in;
    `urgent` stands in notices that go to all."""

    subject: str
    opening: str
    urgent: str
    when: str
    contact: str
    text: str
    other_title: str


@dataclass(frozen=True)
class PlacePhrases(Section):
    """`{n}` is a number, `{place}` and `{city}` what was said already; `between` joins places, `finer` the blocks of
    one."""

    chome: str
    block: str
    blocks: str
    in_city: str
    part: str
    near: str
    whole: str
    between: str
    finer: str
    before_chome: str = ""


@dataclass(frozen=True)
class WeatherPhrases(Section):
    """Warnings as the Meteorological Agency names them: level, what it is about, how grave."""

    level: str
    name: str
    both: str
    issued: str
    about: str
    phenomena: Mapping[str, str]
    grades: Mapping[str, str]


@dataclass(frozen=True)
class LooksPhrases(Section):
    """`{colour}` and `{garment}` are filled in; `solid` is of one colour all over."""

    between: str
    way: str
    solid: str
    colours: Mapping[str, str]
    garments: Mapping[str, str]
    words: Wordbook


@dataclass(frozen=True)
class TextPhrases(Section):
    """`space` stands between sentences, `both` between hazards. `beware` is the graver word (警戒), `careful` 注意."""

    issued_at: str
    beware: str
    careful: str
    both: str
    hazards: Mapping[str, str]
    space: str = ""


@dataclass(frozen=True)
class Phrases(Section):
    """`follow_up` stands before the first one's subject, `numbered_follow_up` with its number before the others'."""

    closing: str
    drill_line: str
    drill_mark: str
    follow_up: str
    numbered_follow_up: str
    details: str
    label: str
    extension: str
    frame: Frame
    places: PlacePhrases
    weather: WeatherPhrases
    looks: LooksPhrases
    texts: TextPhrases
    titles: Mapping[str, str]
    standing_notes: Mapping[str, str]
    words: Wordbook


def read_phrases(path: Path) -> Phrases:
    """Raises TemplateBroken, naming file and line."""
    try:
        source = path.read_text(encoding="utf-8")
        table = StrictTable(tomllib.loads(source))
    except (OSError, UnicodeDecodeError) as problem:
        raise TemplateBroken(path, 1, f"cannot be read: {problem}") from problem
    except tomllib.TOMLDecodeError as problem:
        raise TemplateBroken(path, line_in_message(str(problem)), str(problem)) from problem
    try:
        phrases = _section(Phrases, table)
        table.finish()
    except KeyInvalid as problem:
        raise TemplateBroken(path, line_of(source, problem.key), str(problem)) from problem
    return phrases


def _section(kind: type[S], table: StrictTable) -> S:
    """Every field from the key of its name; one that has a default may be left out."""
    return kind(**{each.name: _phrase(each, table) for each in fields(kind)})


def _phrase(each: Field[Any], table: StrictTable) -> object:
    if each.type is str:
        return table.text(each.name, None if each.default is MISSING else each.default)
    below = table.table(each.name)
    if isinstance(each.type, type) and issubclass(each.type, Section):
        return _section(each.type, below)
    words = {name: below.text(name) for name in below.names()}
    return Wordbook(words) if each.type is Wordbook else words
