"""The standing phrases of one language, the same in every notice: marks, notes, the frame around Japanese text."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bulletins.notice_file import line_in_message, line_of
from bulletins.translation import Wordbook
from foundation.strict_table import KeyInvalid, StrictTable
from foundation.templating import TemplateBroken


@dataclass(frozen=True)
class Frame:
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
class PlacePhrases:
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
    before_chome: str


@dataclass(frozen=True)
class WeatherPhrases:
    """Warnings as the Meteorological Agency names them: level, what it is about, how grave."""

    level: str
    name: str
    both: str
    issued: str
    about: str
    phenomena: Mapping[str, str]
    grades: Mapping[str, str]


@dataclass(frozen=True)
class LooksPhrases:
    """`{colour}` and `{garment}` are filled in; `solid` is of one colour all over."""

    between: str
    way: str
    solid: str
    colours: Mapping[str, str]
    garments: Mapping[str, str]
    words: Wordbook


@dataclass(frozen=True)
class TextPhrases:
    """`space` stands between sentences, `both` between hazards. `beware` is the graver word (警戒), `careful` 注意."""

    space: str
    issued_at: str
    beware: str
    careful: str
    both: str
    hazards: Mapping[str, str]


@dataclass(frozen=True)
class Phrases:
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
        phrases = _phrases(table)
        table.finish()
    except KeyInvalid as problem:
        raise TemplateBroken(path, line_of(source, problem.key), str(problem)) from problem
    return phrases


def _phrases(table: StrictTable) -> Phrases:
    return Phrases(
        closing=table.text("closing"),
        drill_line=table.text("drill_line"),
        drill_mark=table.text("drill_mark"),
        follow_up=table.text("follow_up"),
        numbered_follow_up=table.text("numbered_follow_up"),
        details=table.text("details"),
        label=table.text("label"),
        extension=table.text("extension"),
        frame=_frame(table.table("frame")),
        places=_places(table.table("places")),
        weather=_weather(table.table("weather")),
        looks=_looks(table.table("looks")),
        texts=_running(table.table("texts")),
        titles=_texts(table.table("titles")),
        standing_notes=_texts(table.table("standing_notes")),
        words=Wordbook(_texts(table.table("words"))),
    )


def _frame(table: StrictTable) -> Frame:
    return Frame(
        subject=table.text("subject"),
        opening=table.text("opening"),
        urgent=table.text("urgent"),
        when=table.text("when"),
        contact=table.text("contact"),
        text=table.text("text"),
        other_title=table.text("other_title"),
    )


def _places(table: StrictTable) -> PlacePhrases:
    return PlacePhrases(
        chome=table.text("chome"),
        block=table.text("block"),
        blocks=table.text("blocks"),
        in_city=table.text("in_city"),
        part=table.text("part"),
        near=table.text("near"),
        whole=table.text("whole"),
        between=table.text("between"),
        finer=table.text("finer"),
        before_chome=table.text("before_chome", ""),
    )


def _weather(table: StrictTable) -> WeatherPhrases:
    return WeatherPhrases(
        level=table.text("level"),
        name=table.text("name"),
        both=table.text("both"),
        issued=table.text("issued"),
        about=table.text("about"),
        phenomena=_texts(table.table("phenomena")),
        grades=_texts(table.table("grades")),
    )


def _looks(table: StrictTable) -> LooksPhrases:
    return LooksPhrases(
        between=table.text("between"),
        way=table.text("way"),
        solid=table.text("solid"),
        colours=_texts(table.table("colours")),
        garments=_texts(table.table("garments")),
        words=Wordbook(_texts(table.table("words"))),
    )


def _running(table: StrictTable) -> TextPhrases:
    return TextPhrases(
        space=table.text("space", ""),
        issued_at=table.text("issued_at"),
        beware=table.text("beware"),
        careful=table.text("careful"),
        both=table.text("both"),
        hazards=_texts(table.table("hazards")),
    )


def _texts(table: StrictTable) -> Mapping[str, str]:
    return {name: table.text(name) for name in table.names()}
