"""What changed between two texts, line by line, with a little of what stands around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Protocol

_AROUND = 2


@dataclass(frozen=True)
class LineChange:
    """`kind`: `same`, `gone`, `new`, or `cut` for a stretch that is left out."""

    kind: str
    text: str = ""


class Mail(Protocol):
    """A bulletin, or a preview of one."""

    @property
    def subject(self) -> str: ...

    @property
    def text(self) -> str: ...


def mail_changes(before: Mail, after: Mail) -> tuple[LineChange, ...]:
    """Of the text, with the subject as its first line."""
    return line_changes(*([f"件名：{mail.subject}", *mail.text.splitlines()] for mail in (before, after)))


def line_changes(before: Sequence[str], after: Sequence[str]) -> tuple[LineChange, ...]:
    """Empty where nothing changed."""
    groups = list(SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_AROUND))
    lines: list[LineChange] = []
    for group in groups:
        if lines or group[0][1] > 0:
            lines.append(LineChange("cut"))
        for tag, low, high, new_low, new_high in group:
            if tag == "equal":
                lines += [LineChange("same", text) for text in before[low:high]]
                continue
            lines += [LineChange("gone", text) for text in before[low:high]]
            lines += [LineChange("new", text) for text in after[new_low:new_high]]
    if groups and groups[-1][-1][2] < len(before):
        lines.append(LineChange("cut"))
    return tuple(lines)
