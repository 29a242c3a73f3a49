"""Reads one notice: notice.toml, subject.txt, body.txt."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from bulletins.categories import CategoryTree
from bulletins.notice_fields import CHOOSING, HOLDING_MOMENTS, HOLDING_SEVERAL, Field, FieldKind
from bulletins.notice_source import BODY, DATA, SUBJECT, NoticeSource, read_folder
from bulletins.notice_templates import Kind, NoticeTemplate
from foundation.strict_table import KeyInvalid, StrictTable
from foundation.template_grammar import Uses
from foundation.templating import TemplateBroken, TextTemplate, TextTemplates
from subscribers.town import Town

_E = TypeVar("_E", bound=Enum)
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_SPAN = re.compile(r"([1-9]\d{0,3})([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
# What every template may use besides its own fields; `subject` is the finished subject, in the body only.
_TOWN_NAME = "town"
_SUBJECT_NAME = "subject"
ALWAYS_NOTED = "no_reply"
_SHORT = 1000


@dataclass(frozen=True)
class _Reader:
    """Help texts, choices, defaults and examples may speak of the town: `{{ town.police.name }}`."""

    path: Path
    town: Town
    templates: TextTemplates

    def words(self, table: StrictTable, key: str, text: str) -> str:
        """Raises KeyInvalid, naming the key that the text stands under."""
        if len(text) <= _SHORT and "{" not in text and "\n" not in text:
            return text  # Most say themselves; to compile them all takes half of a start.
        try:
            return self.templates.compile_text(text, self.path).render(town=self.town)
        except TemplateBroken as problem:
            raise KeyInvalid(table.key(key), problem.reason) from problem

    def line(self, table: StrictTable, key: str, *, several_lines: bool = False) -> str:
        return self.words(table, key, table.text(key, "", several_lines=several_lines))


def read_notice(folder: Path, town: Town) -> NoticeTemplate:
    """Raises TemplateBroken, naming file and line, for anything that would fail later."""
    return read_source(read_folder(folder), town)


def read_source(source: NoticeSource, town: Town) -> NoticeTemplate:
    """Raises TemplateBroken, as `read_notice` does."""
    path = source.place / DATA
    try:
        raw = tomllib.loads(source.toml)
    except tomllib.TOMLDecodeError as problem:
        raise TemplateBroken(path, line_in_message(str(problem)), str(problem)) from problem
    except (RecursionError, ValueError) as problem:
        raise TemplateBroken(path, 1, "cannot be read") from problem
    table = StrictTable(raw)
    try:
        notice = _notice(table, source, town)
        table.finish()
    except KeyInvalid as problem:
        raise TemplateBroken(path, line_of(source.toml, problem.key), str(problem)) from problem
    return notice


def _notice(table: StrictTable, source: NoticeSource, town: Town) -> NoticeTemplate:
    templates = TextTemplates(narrow=True)
    reader = _Reader(source.place / DATA, town, templates)
    fields = _fields(table, reader)
    names = frozenset(field.name for field in fields)
    subject = templates.compile_text(source.subject, source.place / SUBJECT)
    body = templates.compile_text(source.body, source.place / BODY)
    refuse_misused(subject, source.subject, fields, names)
    refuse_misused(body, source.body, fields, names | {_SUBJECT_NAME})
    return NoticeTemplate(
        name=source.name,
        version=source.version,
        title=table.text("title"),
        help=reader.line(table, "help"),
        kind=_one_of(table, "kind", Kind),
        order=table.number("order", 1000),
        fields=fields,
        categories=_categories(table, CategoryTree(town)),
        topics=_known(table, "topics", frozenset(topic.key for topic in town.topics)),
        to_all=table.flag("to_all", default=False),
        statistic_class=_statistic_class(table, CategoryTree(town)),
        required_parts=_known(table, "required_parts", names),
        standing_notes=_standing_notes(table, town),
        expires_after=_span(table, "expires_after"),
        looks_ahead=table.flag("looks_ahead", default=False),
        fine_place=table.flag("fine_place", default=False),
        redact=table.flag("redact", default=False),
        example=_example(table, reader, names),
        zone=town.zone,
        subject=subject,
        body=body,
    )


def refuse_misused(template: TextTemplate, source: str, fields: tuple[Field, ...], known: frozenset[str]) -> None:
    """Names that are no field, and fields that would come out as no reader could bear. Raises TemplateBroken."""
    unknown = sorted(template.names - known - {_TOWN_NAME})
    if unknown:
        raise TemplateBroken(template.path, _line_naming(source, unknown[0]), _not_a_field(unknown[0]))
    uses = template.uses or Uses()
    kinds = {field.name: field.kind for field in fields}
    for name, line in uses.printed.items():
        if kinds.get(name) in HOLDING_SEVERAL:
            way = f"{{% for item in {name} %}}・{{{{ item }}}}{{% endfor %}}"
            raise TemplateBroken(template.path, line, f"「{name}」にはいくつも入るので、{way} のように書いてください")
        if kinds.get(name) in HOLDING_MOMENTS:
            ways = {FieldKind.DATE: "day", FieldKind.TIME: "clock"}.get(kinds[name], "day }}、{{ " + name + " | clock")
            reason = f"「{name}」は日時なので、{{{{ {name} | {ways} }}}} のように書いてください"
            raise TemplateBroken(template.path, line, reason)
    for name, line in uses.looped.items():
        if kinds.get(name) not in HOLDING_SEVERAL:
            raise TemplateBroken(template.path, line, f"「{name}」には1つしか入らないので、くり返せません")


def _fields(table: StrictTable, reader: _Reader) -> tuple[Field, ...]:
    fields: list[Field] = []
    for item in table.tables("fields"):
        field = _field(item, reader)
        if field.name in {other.name for other in fields} or field.name == _TOWN_NAME:
            raise KeyInvalid(item.key("name"), f"「{field.name}」は使えない名前か、二度目の名前です")
        fields.append(field)
    return tuple(fields)


def _field(item: StrictTable, reader: _Reader) -> Field:
    kind = _one_of(item, "kind", FieldKind)
    name = item.text("name")
    if not _FIELD_NAME.fullmatch(name):
        raise KeyInvalid(item.key("name"), "英小文字で始まる英小文字・数字・下線で書いてください")
    choices = tuple(reader.words(item, "choices", choice) for choice in item.texts("choices", ()))
    default = reader.line(item, "default", several_lines=True)
    if kind in CHOOSING and not choices:
        raise KeyInvalid(item.key("choices"), "選択肢を並べてください")
    if kind is FieldKind.CHOICE and default and default not in choices:
        raise KeyInvalid(item.key("default"), "選択肢のどれかを書いてください")
    required = item.flag("required", default=False)
    return Field(name, item.text("label"), kind, required, choices, reader.line(item, "help"), default)


def _one_of(table: StrictTable, key: str, kinds: type[_E]) -> _E:
    value = table.text(key)
    for kind in kinds:
        if kind.value == value:
            return kind
    raise KeyInvalid(table.key(key), f"{'・'.join(k.value for k in kinds)} のどれかを書いてください")


def _categories(table: StrictTable, tree: CategoryTree) -> tuple[str, ...]:
    categories = table.texts("categories")
    if not categories or not tree.has(categories[0]):
        raise KeyInvalid(table.key("categories"), "最初の一つは、市の設定にある配信内容にしてください")
    for prefix in categories:
        if not tree.under(prefix):
            raise KeyInvalid(table.key("categories"), f"「{prefix}」は市の設定にありません")
    return categories


def _statistic_class(table: StrictTable, tree: CategoryTree) -> str:
    name = table.text("statistic_class", "")
    if name and name not in tree.statistic_classes():
        raise KeyInvalid(table.key("statistic_class"), f"「{name}」は市の設定の統計区分にありません")
    return name


def _known(table: StrictTable, key: str, known: frozenset[str]) -> tuple[str, ...]:
    names = table.texts(key, ())
    for name in names:
        if name not in known:
            raise KeyInvalid(table.key(key), f"「{name}」は知らない名前です")
    return names


def _standing_notes(table: StrictTable, town: Town) -> tuple[str, ...]:
    """Notes may be added, but that nobody reads replies is said by every notice."""
    notes = _known(table, "standing_notes", frozenset(town.standing_notes))
    if ALWAYS_NOTED not in notes:
        raise KeyInvalid(table.key("standing_notes"), f"「{ALWAYS_NOTED}」は外せません")
    return notes


def _span(table: StrictTable, key: str) -> timedelta:
    found = _SPAN.fullmatch(table.text(key))
    if not found:
        raise KeyInvalid(table.key(key), "90m・24h・3d のように書いてください")
    return int(found[1]) * _UNITS[found[2]]


def _example(table: StrictTable, reader: _Reader, names: frozenset[str]) -> Mapping[str, object]:
    example = table.table("example", required=False)
    values: dict[str, object] = {}
    for name in example.names():
        if name not in names:
            raise KeyInvalid(example.key(name), _not_a_field(name))
        value = example.any(name)
        if isinstance(value, str):
            values[name] = reader.words(example, name, value)
        else:
            values[name] = [reader.words(example, name, item) for item in example.texts(name)]
    return MappingProxyType(values)


def _not_a_field(name: str) -> str:
    return f"「{name}」という項目は notice.toml の [[fields]] にありません"


def line_of(source: str, key: str) -> int:
    """The line of `kind` or `fields[2].label` in a TOML source; the line of its table, or 1, where it is missing."""
    *tables, last = key.split(".")
    lines = source.splitlines()
    first, end = 1, len(lines)
    if tables:
        name, _, number = tables[0].rstrip("]").partition("[")
        heads = [i for i, line in enumerate(lines, 1) if re.match(rf"\[+{re.escape(name)}\]", line.strip())]
        index = int(number or 1) - 1
        if index < len(heads):
            first = heads[index]
            end = next((i - 1 for i in range(first + 1, end + 1) if lines[i - 1].startswith("[")), end)
    for number_of_line in range(first, end + 1):
        if re.match(rf"\[*{re.escape(last)}\b", lines[number_of_line - 1].strip()):
            return number_of_line
    return first


def _line_naming(source: str, name: str) -> int:
    lines = source.splitlines()
    return next((i for i, line in enumerate(lines, 1) if re.search(rf"\b{re.escape(name)}\b", line)), 1)


def line_in_message(message: str) -> int:
    found = re.search(r"line (\d+)", message)
    return int(found[1]) if found else 1
