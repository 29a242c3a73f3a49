"""Reads what a notice is in one language: subject.txt, body.txt, words.toml in a folder below the notice's own."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from bulletins.notice_fields import CHOOSING, HOLDING_MOMENTS, HOLDING_SEVERAL, Field
from bulletins.notice_file import line_in_message, line_of, refuse_misused
from bulletins.notice_source import BODY, SUBJECT, read_text
from bulletins.notice_templates import NoticeTemplate
from bulletins.tongue import Tongue
from bulletins.translation import Translation, Wordbook
from foundation.strict_table import KeyInvalid, StrictTable
from foundation.templating import TemplateBroken, TextTemplate

WORDS = "words.toml"
# What a translation's texts may use besides the fields: the names of those of which something stays Japanese.
BELOW = "below"
_OF_ALL = frozenset({"town", "subject", BELOW})


def read_translation(folder: Path, notice: NoticeTemplate, tongue: Tongue) -> Translation:
    """Raises TemplateBroken, naming file and line, for anything that would fail or be left unsaid later."""
    labels, words = _words(folder / WORDS, notice, tongue)
    subject, body = (_text(folder / name, notice, tongue) for name in (SUBJECT, BODY))
    translation = Translation(tongue.language, subject, body, labels, words)
    for field in _told(notice):
        if field.kind in CHOOSING | HOLDING_MOMENTS and field.name not in translation.names:
            raise TemplateBroken(folder / BODY, 1, f"「{field.name}」が、訳のどこにも入っていません")
    return translation


def _text(path: Path, notice: NoticeTemplate, tongue: Tongue) -> TextTemplate:
    source = read_text(path)
    template = tongue.templates.compile_text(source, path)
    known = {field.name for field in notice.fields} | {BELOW}
    if path.name == BODY:
        known.add("subject")
    refuse_misused(template, source, notice.fields, frozenset(known))
    return template


def _words(path: Path, notice: NoticeTemplate, tongue: Tongue) -> tuple[Mapping[str, str], Wordbook]:
    source = read_text(path)
    try:
        table = StrictTable(tomllib.loads(source))
    except tomllib.TOMLDecodeError as problem:
        raise TemplateBroken(path, line_in_message(str(problem)), str(problem)) from problem
    try:
        labels = _labels(table.table("labels"), notice)
        told = table.table("words", required=False)
        words = Wordbook(
            {
                _of_town(each, path, tongue, home=True): _of_town(
                    told.text(each, several_lines=True), path, tongue, home=False
                )
                for each in told.names()
            }
        )
        table.finish()
    except KeyInvalid as problem:
        raise TemplateBroken(path, line_of(source, problem.key), str(problem)) from problem
    for field, japanese in _standing(notice):
        if tongue.said(field.kind, japanese, words) is None:
            raise TemplateBroken(path, line_of(source, "words."), f"「{japanese}」の訳がありません")
    return labels, words


def _labels(table: StrictTable, notice: NoticeTemplate) -> Mapping[str, str]:
    for name in table.names():
        if notice.field(name) is None:
            raise KeyInvalid(table.key(name), f"「{name}」という項目は notice.toml の [[fields]] にありません")
    free = [field for field in _told(notice) if field.kind not in CHOOSING | HOLDING_MOMENTS]
    return {field.name: table.text(field.name) for field in free}


def _of_town(text: str, path: Path, tongue: Tongue, *, home: bool) -> str:
    if "{{" not in text:
        return text
    return tongue.templates.compile_text(text, path).render(town=tongue.home if home else tongue.town)


def _told(notice: NoticeTemplate) -> Iterator[Field]:
    """The fields that the Japanese mail shows: some are only asked for."""
    names = notice.subject.names | notice.body.names
    return (field for field in notice.fields if field.name in names)


def _standing(notice: NoticeTemplate) -> Iterator[tuple[Field, str]]:
    """What a form offers or starts with, so that it must be known in every language."""
    for field in _told(notice):
        several = field.kind in HOLDING_SEVERAL
        default = field.default.split("\n") if several else [field.default]
        for japanese in (*field.choices, *(each.strip() for each in default)):
            if japanese:
                yield field, japanese
