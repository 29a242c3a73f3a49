"""The form of a notice template: from its texts to what the page shows, and from what was posted back to texts."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from starlette.datastructures import FormData

from admin.frame.form_reading import Posted, number
from admin.frame.span_words import life_words
from admin.notices.notice_words import KIND_WORDS
from bulletins.categories import CategoryTree
from bulletins.notice_fields import CHOOSING, HOLDING_MOMENTS, HOLDING_SEVERAL, FieldKind
from bulletins.notice_file import ALWAYS_NOTED
from bulletins.notice_source import BODY, DATA, SUBJECT, NoticeSource
from bulletins.notice_trial import EXAMPLE, Fault
from foundation.toml_text import written
from subscribers.town import CATEGORY_SEPARATOR, Town

_LIVES = {"1h": 1, "3h": 3, "6h": 6, "12h": 12, "24h": 24, "3d": 72}
_SUGGESTING = frozenset({FieldKind.LINE, FieldKind.PLACE})
_OF_FIELD = re.compile(r"fields\[(\d+)\](?:\.([a-z_]+))?")
# What the form calls a key of notice.toml, where the two differ.
_CALLED = {"expires_after": "expires", "standing_notes": "notes"}
_SHOWN = frozenset({"title", "help", "order", "expires", "categories", "topics", "notes"})
_HIGHEST_ORDER = 9999
_WHERE = {SUBJECT: "件名", BODY: "本文"}


@dataclass(frozen=True)
class FieldBlock:
    """What the form shows of one field; its inputs are called `field-NAME-…`."""

    name: str
    kind: str
    label: str
    several_lines: bool
    has_choices: bool
    has_default: bool

    def input(self, what: str) -> str:
        return input_name(self.name, what)


@dataclass(frozen=True)
class NoticeForm:
    """`typed` holds everything that stands in the inputs; the pairs are what can be chosen."""

    typed: Posted
    fields: tuple[FieldBlock, ...]
    lives: tuple[tuple[str, str], ...]
    paths: tuple[tuple[str, str], ...]
    prefixes: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...]
    always: str


def input_name(field: str, what: str) -> str:
    return f"field-{field}-{what}"


def form_of(source: NoticeSource, typed: Posted | None, town: Town) -> NoticeForm:
    """With nothing typed yet, the inputs hold what the source says."""
    raw = tomllib.loads(source.toml)
    typed = typed or typed_of(source, town)
    life = typed.text("expires")
    paths = CategoryTree(town).paths()
    # Short ones to choose from, and whichever longer ones the notice names already.
    prefixes = dict.fromkeys((*(prefix for path in paths for prefix in _prefixes(path)), *raw["categories"]))
    return NoticeForm(
        typed=typed,
        fields=tuple(_block(item) for item in raw["fields"]),
        lives=tuple((each, life_words(timedelta(hours=hours))) for each, hours in _LIVES.items())
        + (((life, life),) if life and life not in _LIVES else ()),
        paths=tuple((path, path) for path in paths),
        prefixes=tuple((each, each) for each in prefixes),
        notes=tuple((key, line) for key, line in town.standing_notes.items() if key != ALWAYS_NOTED),
        always=town.standing_note(ALWAYS_NOTED, source.name),
    )


def typed_of(source: NoticeSource, town: Town) -> Posted:
    """A source as if somebody had typed it."""
    raw = tomllib.loads(source.toml)
    example: Mapping[str, object] = raw.get("example", {})
    pairs: list[tuple[str, str]] = [
        ("title", raw["title"]),
        ("help", raw.get("help", "")),
        ("order", str(raw.get("order", 1000))),
        ("subject", source.subject.strip("\n")),
        ("body", source.body.strip("\n")),
        ("expires", raw["expires_after"]),
        ("category", raw["categories"][0]),
        *(("categories", each) for each in raw["categories"][1:]),
        *(("topics", each) for each in raw.get("topics", ())),
        *(("notes", each) for each in raw["standing_notes"]),
    ]
    if not raw.get("topics") or len(raw["topics"]) == len(town.topics):
        pairs.append(("topics_all", "1"))
    for place, item in enumerate(raw["fields"], 1):
        value = example.get(item["name"], "")
        told = {
            "label": item["label"],
            "help": item.get("help", ""),
            "required": "1" if item.get("required") else "",
            "choices": "\n".join(item.get("choices", ())),
            "default": item.get("default", ""),
            "example": "\n".join(value) if isinstance(value, list) else str(value),
            "place": str(place),
        }
        pairs += [(input_name(item["name"], what), text) for what, text in told.items()]
    return Posted(FormData([*pairs]))


def source_of(base: NoticeSource, typed: Posted) -> NoticeSource:
    """The base with what was typed. What the form does not show (the kind, whom it reaches) stays as it was."""
    raw = tomllib.loads(base.toml)
    fields = sorted((dict(item) for item in raw["fields"]), key=lambda item: _place(typed, item["name"]))
    example: dict[str, object] = {}
    for item in fields:
        _field(item, typed, example)
    topics = [] if typed.has("topics_all") else typed.texts("topics")
    chosen = dict.fromkeys((typed.text("category"), *typed.texts("categories")))
    order = typed.text("order").strip()
    raw |= {
        "title": typed.text("title").strip(),
        "help": _line(typed.text("help")),
        # What is no number is kept as it is, for the trial to refuse.
        "order": int(order) if number(order) and int(order) <= _HIGHEST_ORDER else order,
        "categories": list(chosen),
        "topics": raw.get("topics", []) if raw.get("to_all") else topics,
        "standing_notes": _notes(raw["standing_notes"], typed.texts("notes")),
        "expires_after": typed.text("expires"),
        "fields": fields,
        "example": example,
    }
    subject, body = _line(typed.text("subject")), _lf(typed.text("body")).strip("\n") + "\n"
    return replace(base, toml=written(raw), subject=subject, body=body)


def errors_of(source: NoticeSource, faults: Sequence[Fault]) -> dict[str, str]:
    """A sentence for each input that is at fault, by its name."""
    errors: dict[str, str] = {}
    for fault in faults:
        name = _input_at(source, fault)
        where = _WHERE.get(fault.part, "")
        at = f"{where}の{fault.line}行目：" if where and fault.line else ""
        errors.setdefault(name, f"{at}{fault.message}")
    return errors


def _input_at(source: NoticeSource, fault: Fault) -> str:
    if fault.part == SUBJECT:
        return "subject"
    if fault.part == EXAMPLE and fault.key:
        return input_name(fault.key, "example")
    if fault.part == DATA:
        found = _OF_FIELD.match(fault.key)
        if found:
            names = [item["name"] for item in tomllib.loads(source.toml)["fields"]]
            return input_name(names[int(found[1]) - 1], found[2] or "label")
        called = _CALLED.get(fault.key, fault.key)
        return called if called in _SHOWN else "title"
    return "body"


def _block(item: Mapping[str, Any]) -> FieldBlock:
    kind = FieldKind(item["kind"])
    return FieldBlock(
        name=item["name"],
        kind=KIND_WORDS[kind],
        label=item["label"],
        several_lines=kind is FieldKind.TEXT or kind in HOLDING_SEVERAL,
        has_choices=kind in CHOOSING or kind in _SUGGESTING,
        has_default=kind not in HOLDING_MOMENTS,
    )


def _field(item: dict[str, Any], typed: Posted, example: dict[str, object]) -> None:
    block = _block(item)
    item["label"] = typed.text(block.input("label")).strip()
    item["required"] = typed.has(block.input("required"))
    item["help"] = _line(typed.text(block.input("help")))
    if block.has_choices:
        item["choices"] = _lines(typed.text(block.input("choices")))
    if block.has_default:
        item["default"] = _lf(typed.text(block.input("default"))).strip("\n")
    value = _lf(typed.text(block.input("example"))).strip("\n")
    if value and FieldKind(item["kind"]) in HOLDING_SEVERAL:
        example[item["name"]] = _lines(value)
    elif value:
        example[item["name"]] = value


def _place(typed: Posted, field: str) -> int:
    return number(typed.text(input_name(field, "place")).strip()) or 0


def _notes(before: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """The order stays, what is new comes before the note that every notice ends with."""
    wanted = [key for key in chosen if key != ALWAYS_NOTED]
    kept = [key for key in before if key in wanted]
    return [*kept, *(key for key in wanted if key not in kept), ALWAYS_NOTED]


def _prefixes(path: str) -> tuple[str, ...]:
    levels = path.split(CATEGORY_SEPARATOR)
    return tuple(CATEGORY_SEPARATOR.join(levels[:length]) for length in (1, 2))


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n")


def _line(text: str) -> str:
    return _lf(text).strip()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in _lf(text).split("\n") if line.strip()]
