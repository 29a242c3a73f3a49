"""Writes subject and text of a bulletin from a notice and its filled fields, from the headline to 担当部署."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bulletins.notice_fields import Filled
from bulletins.notice_templates import Kind, NoticeTemplate
from foundation.plain_text import one_line
from subscribers.town import Town

DRILL_LINE = "これは訓練です。"
DRILL_MARK = "【訓練】"
CLOSING = "担当部署："
_FOLLOW_UP = re.compile(r"\s*【続報\d*】\s*")


@dataclass(frozen=True)
class Wording:
    """`text` has LF line ends and none after the last line; our stop lines come later, from those who send."""

    subject: str
    text: str


def write(notice: NoticeTemplate, values: Mapping[str, Filled], town: Town, *, turn: int = 0) -> Wording:
    """`values` as `fill` gave them. Raises TemplateBroken where the template cannot take them.

    Standing notes and 担当部署 follow the body whatever was typed. A drill's first and last line say that
    it is one: the last stands below 担当部署, for those who see only the end of a mail. `turn` is the number of a
    follow-up, whose subject says that it is one.
    """
    subject = one_line(notice.subject.render(**{**values, "town": town}))
    if notice.kind is Kind.DRILL:
        subject = DRILL_MARK + marked(subject.removeprefix(DRILL_MARK), turn)
    else:
        subject = marked(subject, turn)
    body = notice.body.render(**{**values, "town": town, "subject": subject})
    lines = [*tidied(body), *standing_lines(notice, values, town), CLOSING + town.section]
    if notice.kind is Kind.DRILL:
        lines = [DRILL_LINE, *lines, DRILL_LINE]
    return Wording(subject, "\n".join(lines))


def standing_lines(notice: NoticeTemplate, values: Mapping[str, Filled], town: Town) -> list[str]:
    """The ※ lines; one that names a `{source}` stands only where the field `attribution` names it."""
    source = values.get("attribution")
    lines: list[str] = []
    for key in notice.standing_notes:
        line = town.standing_note(key, notice.name)
        if "{source}" not in line:
            lines.append(line)
        elif source and isinstance(source, str):
            lines.append(line.replace("{source}", source))
    return lines


def tidied(body: str) -> list[str]:
    """No blank line at either end and never two in a row."""
    lines: list[str] = []
    for line in (line.rstrip() for line in body.strip("\n").split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    return lines


def mark(turn: int) -> str:
    """What stands before a follow-up's subject: 【続報】, then 【続報2】."""
    return "" if not turn else "【続報】" if turn == 1 else f"【続報{turn}】"


def marked(subject: str, turn: int) -> str:
    """A mark that came along with copied words gives way to the right one."""
    before = _FOLLOW_UP.match(subject)
    return mark(turn) + (subject[before.end() :] if before else subject) if turn else subject


def follow_up_mark(subject: str) -> str:
    """The mark as it stands in a subject, a drill's too; empty where there is none."""
    found = _FOLLOW_UP.match(subject.removeprefix(DRILL_MARK))
    return found[0].strip() if found else ""
