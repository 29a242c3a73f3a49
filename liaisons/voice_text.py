"""What may be written in a voice: how long, and which characters."""

import re

from foundation.plain_text import forbidden_character

LONGEST = 5_000  # characters of a form
LONGEST_MAIL = 20_000  # of a mail, whose writer cannot be asked to shorten it
LONGEST_NOTE = 1_000
LONGEST_LINE = 60
LONGEST_PHONE = 30
CUT = "\n〔長いため、ここまでを記録しました〕"

_PHONE = re.compile(r"[0-9０-９+＋() （）ー―‐－-]{6,30}")


def cleaned(text: str) -> str:
    """Line ends as LF, and nothing that would not be seen or would turn the direction of writing."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    while (bad := forbidden_character(plain, several_lines=True)) is not None:
        plain = plain.replace(bad, "")
    return plain.strip()


def cleaned_line(text: str) -> str:
    return " ".join(cleaned(text).split())


def cut(text: str) -> str:
    """Of a mail, as much as is kept."""
    return text if len(text) <= LONGEST_MAIL else text[:LONGEST_MAIL] + CUT


def is_phone(text: str) -> bool:
    return bool(_PHONE.fullmatch(text)) and sum(character.isdigit() for character in text) >= 6
