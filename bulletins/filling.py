"""Cleans what a clerk typed into the fields of a notice, and says in kind words what cannot be taken."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time

from bulletins.notice_fields import CHOOSING, HOLDING_SEVERAL, LONGEST_LINE, LONGEST_TEXT, Field, FieldKind, Filled
from bulletins.notice_templates import NoticeTemplate
from foundation.plain_text import forbidden_character
from foundation.unfit import Unfit

_NUMBER = re.compile(r"\d{2,5}-\d{1,4}-\d{3,4}|\d{9,11}|#?\d{3,4}")
# A hyphen or star is a bullet only before a space: -5℃ is a temperature.
_BULLET = re.compile(r"(?:[・･•]\s*|[-*]\s+)")


class FieldsInvalid(Unfit):
    """Some fields of a notice cannot be taken as they are."""


class _Refused(Exception):
    """One value cannot be taken; the text says what to do."""


def fill(notice: NoticeTemplate, values: Mapping[str, object]) -> dict[str, Filled]:
    """A field that is not named takes its default, one that is sent empty stays empty. Raises FieldsInvalid."""
    filled, errors = _fill(notice, values)
    if errors:
        raise FieldsInvalid(errors)
    return filled


def fill_for_preview(notice: NoticeTemplate, values: Mapping[str, object]) -> tuple[dict[str, Filled], dict[str, str]]:
    """Never raises: what is missing or wrong shows as 〔label〕, which the checks refuse as a placeholder."""
    filled, errors = _fill(notice, values)
    for field in notice.fields:
        if field.name in errors:
            gap = f"〔{field.label}〕"
            filled[field.name] = (gap,) if field.kind in HOLDING_SEVERAL else gap
    return filled, errors


def _fill(notice: NoticeTemplate, values: Mapping[str, object]) -> tuple[dict[str, Filled], dict[str, str]]:
    errors = {
        name: f"「{_shown(name)}」という項目は、この定型文にはありません。"
        for name in values
        if notice.field(name) is None
    }
    filled: dict[str, Filled] = {}
    for field in notice.fields:
        value = values.get(field.name)
        try:
            filled[field.name] = _clean(field, field.default if value is None else value, notice)
        except _Refused as refused:
            errors[field.name] = str(refused)
    return filled, errors


def _shown(name: str) -> str:
    return "".join(c for c in name[:40] if forbidden_character(c) is None)


def _clean(field: Field, value: object, notice: NoticeTemplate) -> Filled:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise _Refused(f"「{field.label}」の日時に時間帯がありません。")
    if field.kind is FieldKind.DATETIME and isinstance(value, datetime):
        return value.astimezone(notice.zone)
    if field.kind in HOLDING_SEVERAL:
        cleaned: Filled = _several(field, value)
    else:
        cleaned = _single(field, _typed(field, value), notice)
    if field.required and not cleaned and not isinstance(cleaned, date | time):
        verb = "選んで" if field.kind in CHOOSING else "入力して"
        raise _Refused(f"「{field.label}」を{verb}ください。")
    return cleaned


def _typed(field: Field, value: object) -> str:
    """What a form or the API sends; dates and times of our own come back as they were written."""
    if isinstance(value, date | time):
        return value.isoformat()
    if not isinstance(value, str):
        raise _Refused(f"「{field.label}」は文字で入力してください。")
    return value.replace("\r\n", "\n") if field.kind is FieldKind.TEXT else value


def _single(field: Field, typed: str, notice: NoticeTemplate) -> Filled:
    several_lines = field.kind is FieldKind.TEXT
    _refuse_forbidden(field, typed, several_lines=several_lines)
    typed = typed.strip()
    _refuse_long(field, typed, LONGEST_TEXT if several_lines else LONGEST_LINE)
    if not typed:
        return field.empty()
    match field.kind:
        case FieldKind.DATE | FieldKind.TIME | FieldKind.DATETIME:
            return _moment(field, typed, notice)
        case FieldKind.CHOICE if typed not in field.choices:
            raise _Refused(f"「{field.label}」は一覧の中から選んでください。")
        case FieldKind.PHONE if not _NUMBER.search(unicodedata.normalize("NFKC", typed)):
            raise _Refused(f"「{field.label}」に電話番号を入れてください（例：042-000-0000）。")
        case FieldKind.TEXT:
            return "\n".join(line.rstrip() for line in typed.split("\n"))
        case _:
            return typed


def _several(field: Field, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        items = value.replace("\r\n", "\n").split("\n")
    elif isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        items = list(value)
    else:
        raise _Refused(f"「{field.label}」は1行に1つずつ文字で入力してください。")
    if field.kind is FieldKind.LIST:
        # Clerks paste lists with their bullets; the template sets its own.
        items = [_without_bullet(item.strip()) for item in items]
    cleaned = tuple(item.strip() for item in items if item.strip())
    for item in cleaned:
        _refuse_forbidden(field, item, several_lines=False)
        _refuse_long(field, item, LONGEST_LINE)
        if field.kind is FieldKind.CHOICES and item not in field.choices:
            raise _Refused(f"「{field.label}」は一覧の中から選んでください。")
    _refuse_long(field, "\n".join(cleaned), LONGEST_TEXT)
    return cleaned


def _without_bullet(item: str) -> str:
    found = _BULLET.match(item)
    return item[found.end() :] if found else item


def _moment(field: Field, typed: str, notice: NoticeTemplate) -> date | time | datetime:
    plain = unicodedata.normalize("NFKC", typed).replace("/", "-")
    try:
        if field.kind is FieldKind.DATE:
            return date.fromisoformat(plain)
        if field.kind is FieldKind.TIME:
            return time.fromisoformat(plain).replace(tzinfo=None)
        if ":" not in plain:
            raise ValueError("a day without a time")
        moment = datetime.fromisoformat(plain)
        # What the form sends has no zone: it is the town's own time.
        return moment.astimezone(notice.zone) if moment.tzinfo else moment.replace(tzinfo=notice.zone)
    except (ValueError, OverflowError) as problem:
        example = {"date": "2026-11-20", "time": "15:10"}.get(field.kind.value, "2026-11-20 15:10")
        raise _Refused(f"「{field.label}」は {example} のように入力してください。") from problem


def _refuse_forbidden(field: Field, text: str, *, several_lines: bool) -> None:
    character = forbidden_character(text, several_lines=several_lines)
    if character is None:
        return
    if character in "\r\n" and not several_lines:
        raise _Refused(f"「{field.label}」は改行せずに1行で入力してください。")
    raise _Refused(f"「{field.label}」に使えない文字（U+{ord(character):04X}）があります。消してください。")


def _refuse_long(field: Field, text: str, longest: int) -> None:
    if len(text) > longest:
        raise _Refused(f"「{field.label}」は{longest}文字までで入力してください（いま{len(text)}文字）。")
