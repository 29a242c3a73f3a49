"""A trial: whether a notice template serves, found out before it can harm anybody, in words that help to mend it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bulletins.checks.draft import DraftText, Finding, Level
from bulletins.checks.rules import run_checks
from bulletins.filling import FieldsInvalid, fill, fill_for_preview
from bulletins.notice_fields import FieldKind, Filled
from bulletins.notice_file import read_source
from bulletins.notice_source import BODY, DATA, SUBJECT, NoticeSource
from bulletins.notice_templates import NoticeTemplate
from bulletins.wording import CLOSING, Wording, write
from foundation.plain_text import forbidden_character
from foundation.templating import TemplateBroken, TextTemplates
from subscribers.town import Town

EXAMPLE = "example"
LONGEST = {DATA: 40_000, SUBJECT: 300, BODY: 8_000}
# What the service itself writes below every text, and the addresses that stand there.
_OURS = (CLOSING.rstrip("："), "配信停止", "登録内容の変更", "/stop/", "/me/", "kaijo-")
# An example has its own day.
_ABOUT_TODAY = frozenset({"event-in-future", "event-stale", "year-stale"})
_KEY = re.compile(r"([a-z_]+(?:\[\d+\])?(?:\.[a-z0-9_]+)?): (.*)", re.DOTALL)
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


@dataclass(frozen=True)
class Fault:
    """`part` is one of the three texts, or the example; `key` says where in notice.toml (`fields[2].label`), or
    which field of the example; `line` is 0 where it is the whole."""

    part: str
    message: str
    key: str = ""
    line: int = 0


@dataclass(frozen=True)
class Trial:
    """Without faults the notice may serve; `findings` are what the checks say of its example."""

    faults: tuple[Fault, ...]
    notice: NoticeTemplate | None = None
    written: Wording | None = None
    findings: tuple[Finding, ...] = ()


def proved(source: NoticeSource, town: Town) -> NoticeTemplate:
    """Read, and able to write its own example. Raises TemplateBroken."""
    notice = read_source(source, town)
    filled, _ = fill_for_preview(notice, notice.example)
    write(notice, filled, town)
    return notice


def tried(source: NoticeSource, town: Town, *, at: datetime) -> Trial:
    """Never raises for what a template holds."""
    faults = tuple(_unfit(source))
    if faults:
        return Trial(faults)
    try:
        notice = read_source(source, town)
    except TemplateBroken as problem:
        return Trial((_fault(problem),))
    filled, lacking = fill_for_preview(notice, notice.example)
    faults = tuple(Fault(EXAMPLE, message, name) for name, message in lacking.items())
    try:
        written = write(notice, filled, town)
        pieces = [written, *_variants(notice, town)]
    except TemplateBroken as problem:
        return Trial((*faults, _fault(problem)), notice)
    findings = _findings(notice, filled, written, town, at=at)
    faults = (*faults, *_posing(source, notice, pieces, town))
    if not faults:
        faults = tuple(Fault(EXAMPLE, f.message, f.field or "") for f in findings if f.level is Level.BLOCK)
    return Trial(faults, notice, written, findings)


def _unfit(source: NoticeSource) -> Iterator[Fault]:
    for part, text in ((DATA, source.toml), (SUBJECT, source.subject), (BODY, source.body)):
        if len(text) > LONGEST[part]:
            yield Fault(part, f"{LONGEST[part]}文字までで書いてください（いま{len(text)}文字）。")
        odd = forbidden_character(text.rstrip("\n"), several_lines=part != SUBJECT)
        if odd is not None:
            line = text.count("\n", 0, text.index(odd)) + 1
            what = "改行は使えません" if odd in "\r\n" else f"使えない文字（U+{ord(odd):04X}）があります"
            yield Fault(part, f"{what}。消してください。", line=line)
    for part, text in ((SUBJECT, source.subject), (BODY, source.body)):
        if not text.strip():
            yield Fault(part, "空にはできません。入力してください。")


def _variants(notice: NoticeTemplate, town: Town) -> Iterator[Wording]:
    """The example as bare as may be, and with each choice. Raises TemplateBroken."""
    bare = {field.name: "" for field in notice.fields if not field.required}
    choices = [
        {field.name: choice} for field in notice.fields if field.kind is FieldKind.CHOICE for choice in field.choices
    ]
    for change in (bare, *choices):
        try:
            filled = fill(notice, {**notice.example, **change})
        except FieldsInvalid:
            continue  # told already, of the example itself
        yield write(notice, filled, town)


def _posing(source: NoticeSource, notice: NoticeTemplate, pieces: list[Wording], town: Town) -> Iterator[Fault]:
    """What looks like the lines that the service adds by itself: the section in charge, the stop link."""
    templates = TextTemplates(narrow=True)
    told = "」や「".join(word for word in _OURS if not word.isascii())
    reason = f"「{told}」は、メールの終わりに自動で付きます。定型文には書けません。"
    for part, text in ((SUBJECT, source.subject), (BODY, source.body)):
        if _poses(templates.fixed_words(text)):
            line = next((n for n, each in enumerate(text.split("\n"), 1) if _poses(each)), 0)
            yield Fault(part, reason, line=line)
            return
    for number, field in enumerate(notice.fields, 1):
        for key, text in (("default", field.default), ("choices", "\n".join(field.choices))):
            if _poses(text):
                yield Fault(DATA, reason, f"fields[{number}].{key}")
                return
    own_end = CLOSING + town.section
    if any(_poses(f"{each.subject}\n{each.text.replace(own_end, '')}") for each in pieces):
        yield Fault(BODY, reason)


def _poses(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text)
    bare = "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Cf").lower()
    return any(word in bare for word in _OURS)


def _findings(
    notice: NoticeTemplate, filled: Mapping[str, Filled], written: Wording, town: Town, *, at: datetime
) -> tuple[Finding, ...]:
    draft = DraftText(
        notice=notice,
        kind=notice.kind,
        category=notice.default_category,
        fields=filled,
        subject=written.subject,
        text=written.text,
        town=town,
        at=at,
    )
    return tuple(finding for finding in run_checks(draft) if finding.rule not in _ABOUT_TODAY)


def _fault(problem: TemplateBroken) -> Fault:
    part = problem.path.name
    if part != DATA:
        return Fault(part, in_japanese(problem.reason), line=problem.line)
    found = _KEY.fullmatch(problem.reason)
    key, reason = (found[1], found[2]) if found else ("", problem.reason)
    if key.startswith("example."):
        return Fault(EXAMPLE, in_japanese(reason), key.partition(".")[2])
    return Fault(DATA, in_japanese(reason), key)


def in_japanese(reason: str) -> str:
    """What the template engine says, for those who know no English."""
    if _JAPANESE.search(reason):
        return reason if reason.endswith("。") else f"{reason}。"
    tag = re.search(r"unknown tag '([^']+)'", reason)
    if tag and tag[1] in ("endif", "endfor", "else", "elif"):
        return f"{{% {tag[1]} %}} に当たる {{% if %}} や {{% for %}} がありません。"
    if tag:
        return f"{{% {tag[1]} %}} は使えません。"
    if "end of template" in reason and "end of print statement" not in reason:
        return "{% if %} や {% for %} が、{% endif %} や {% endfor %} で終わっていません。"
    if "end of print statement" in reason or "unexpected" in reason or "expected token" in reason:
        return "{{ }} や {% %} の書き方に誤りがあります。閉じ忘れや余分な記号がないか確かめてください。"
    return "項目の種類に合わない書き方です。"
