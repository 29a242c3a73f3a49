"""The words above a notice that is passed on: a fixed sentence, a line of one's own where the town allows it."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bulletins.checks import privacy
from bulletins.checks.draft import DraftText
from bulletins.notice_templates import Kind, NoticeTemplate
from foundation.plain_text import forbidden_character
from subscribers.town import Town

LONGEST_LINE = 200
HEAD = "【連絡員より】"
RULE = "----------"
_ADVICE = "個人が分かることは、書かずにお知らせください。"
_CHECKS = (privacy.phone_number, privacy.plate, privacy.school_name, privacy.mail_address, privacy.person_name)


class WordsRefused(Exception):
    """The sentence is none of the town's, or the line cannot be sent; the text says so in Japanese."""


@dataclass(frozen=True)
class Words:
    sentence: str = ""
    line: str = ""

    def above(self, text: str) -> str:
        """The notice with them on top, set apart."""
        said = "\n".join(each for each in (self.sentence, self.line) if each)
        return f"{HEAD}\n{said}\n{RULE}\n\n{text}" if said else text


def words_of(town: Town, sentence: str, line: str) -> Words:
    """From what was posted: the sentence by its place among the town's, counted from 1; empty is none. Raises
    WordsRefused."""
    fixed = town.forwarding.sentences
    number = int(sentence) if sentence.isascii() and sentence.isdecimal() and len(sentence) < 5 else 0
    if sentence and not 1 <= number <= len(fixed):
        raise WordsRefused("添える一言を、画面の中から選んでください。")
    return Words(fixed[number - 1] if number else "", _checked(town, line))


def _checked(town: Town, line: str) -> str:
    said = line.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not said:
        return ""
    if not town.forwarding.own_line:
        raise WordsRefused("自由な文章は、添えられません。一言を画面の中から選んでください。")
    if len(said) > LONGEST_LINE:
        raise WordsRefused(f"添える文は{LONGEST_LINE}文字までです。いまは{len(said):,}文字あります。短くしてください。")
    if forbidden_character(said, several_lines=True) is not None:
        raise WordsRefused("使えない文字が含まれています。消してください。")
    if any(unicodedata.normalize("NFKC", each).strip(" -―ー─") == "" and each.strip() for each in said.split("\n")):
        raise WordsRefused("罫線だけの行は使えません。消してください。")
    if HEAD in said:
        raise WordsRefused(f"「{HEAD}」という見出しは自動で付きます。消してください。")
    return said


def warnings_about(words: Words, notice: NoticeTemplate, town: Town, *, at: datetime) -> Sequence[str]:
    """What the checks for staff say of a line of one's own; nothing of it blocks."""
    if not words.line:
        return ()
    draft = DraftText(
        notice=notice,
        kind=Kind.ORDINARY,
        category="",
        fields={},
        subject="",
        # The checks pass over lines that begin as those do which a notice adds by itself.
        text="\n".join(f" {line}" for line in words.line.split("\n")),
        town=town,
        at=at,
    )
    found = (finding.message.partition("とあります。")[0] for check in _CHECKS for finding in check(draft))
    return tuple(f"{each.replace('「本文」', '添える文')}とあります。{_ADVICE}" for each in found)
