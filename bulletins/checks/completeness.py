"""Nothing half written goes out: placeholders, empty and very short texts, parts that the class needs."""

import re

from bulletins.checks.draft import DraftText, Finding, Level

SHORTEST_TEXT = 20

_PLACEHOLDER = re.compile(r"[〇○◯●]{2,}|[×✕✖]{2,}|\{[^{}\n]*\}|〔[^〕\n]*〕|[＿_]{3,}")
# A part that is a field of this name is told apart from the others, with a reason of its own.
_REASONS = {
    "contact": "読んだ方が連絡できるように入れてください。",
    "source": "どこからの情報か分かるように入れてください。",
    "attribution": "元にした情報がないときは、そのままで構いません。",
}


def placeholder_left(draft: DraftText) -> list[Finding]:
    for where, text in (("件名", draft.subject), ("本文", draft.text)):
        if found := placeholder_in(text):
            message = f"{where}に「{found}」が残っています。正しい内容に書き換えてください。"
            return [Finding("placeholder-left", Level.BLOCK, message, _field_of(draft, found))]
    return []


def placeholder_in(text: str) -> str:
    """The first one, or nothing."""
    found = _PLACEHOLDER.search(text)
    return found[0] if found else ""


def text_empty(draft: DraftText) -> list[Finding]:
    findings = []
    if not draft.subject.strip():
        findings.append(Finding("text-empty", Level.BLOCK, "件名がありません。入力してください。"))
    if not draft.own_text().strip():
        findings.append(Finding("text-empty", Level.BLOCK, "本文がありません。入力してください。"))
    return findings


def text_too_short(draft: DraftText) -> list[Finding]:
    length = len("".join(draft.own_text().split()))
    if 0 < length < SHORTEST_TEXT:
        message = f"本文が{length}文字しかありません。書きかけでないか確かめ、{SHORTEST_TEXT}文字以上にしてください。"
        return [Finding("text-too-short", Level.BLOCK, message)]
    return []


def part_missing(draft: DraftText) -> list[Finding]:
    findings = []
    for name in draft.notice.required_parts:
        field = draft.notice.field(name)
        if field is not None and draft.fields and not draft.fields.get(name):
            reason = _REASONS.get(name, "この種類のお知らせには、ふつう入れます。")
            message = f"「{field.label}」がありません。{reason}"
            findings.append(Finding("part-missing", Level.WARN, message, name))
    return findings


def _field_of(draft: DraftText, piece: str) -> str | None:
    return next((passage.field for passage in draft.passages() if piece in passage.text), None)
