"""What old phones and mail servers cannot take: characters that garble, very long lines, long subjects."""

import unicodedata

from bulletins.checks.draft import DraftText, Finding, Level
from foundation.plain_text import full_width

# RFC 5322 section 2.1.1: a line has at most 998 octets without its line end.
LONGEST_LINE = 998
LONGEST_SUBJECT = 30

# Shift_JIS proper lacks these, but every phone maps them to the sign beside it.
_HARMLESS = frozenset("－～∥￠￡￢\n\t")
_FORMS = {"髙": "高", "﨑": "崎", "閒": "間", "德": "徳", "濵": "浜", "濱": "浜"}


def garbled_character(draft: DraftText) -> list[Finding]:
    found = dict.fromkeys(c for c in f"{draft.subject}\n{draft.text}" if _garbles(c))
    if not found:
        return []
    pieces = "、".join(_advice(c) for c in found)
    message = f"古い携帯電話で正しく表示されない文字があります。書き換えてください：{pieces}"
    return [Finding("garbled-character", Level.WARN, message, _field_holding(draft, next(iter(found))))]


def line_too_long(draft: DraftText) -> list[Finding]:
    for line in draft.text.split("\n"):
        octets = len(line.encode())
        if octets > LONGEST_LINE:
            message = (
                f"「{line[:12]}…」で始まる行が長すぎます（{octets}バイト）。"
                f"{LONGEST_LINE}バイト（漢字でおよそ330文字）より短くなるように、途中で改行してください。"
            )
            return [Finding("line-too-long", Level.WARN, message, _field_holding(draft, line[:40]))]
    return []


def subject_too_long(draft: DraftText) -> list[Finding]:
    width = full_width(draft.subject)
    if width <= LONGEST_SUBJECT:
        return []
    message = (
        f"件名が{width:g}文字あります。携帯電話で終わりまで見えるように、{LONGEST_SUBJECT}文字までにしてください。"
    )
    return [Finding("subject-too-long", Level.WARN, message)]


def _garbles(character: str) -> bool:
    if character in _HARMLESS or character.isascii():
        return False
    if "\uff61" <= character <= "\uff9f":
        return True
    try:
        character.encode("shift_jis")
    except UnicodeEncodeError:
        return True
    return False


def _advice(character: str) -> str:
    plain = _FORMS.get(character) or unicodedata.normalize("NFKC", character)
    if plain == character or any(map(_garbles, plain)):
        return f"「{character}」"
    if unicodedata.category(character) == "No" and plain.isdigit():
        plain = f"({plain})"
    return f"「{character}」→「{plain}」"


def _field_holding(draft: DraftText, piece: str) -> str | None:
    return next((passage.field for passage in draft.passages() if piece in passage.text), None)
