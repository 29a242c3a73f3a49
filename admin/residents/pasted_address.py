"""A mail address as it was pasted: what came along from a table, a mail program or a telephone note is taken off."""

import re
import unicodedata

_IN_ANGLES = re.compile(r"[<＜]([^<>＜＞]+)[>＞]")
_AROUND = "\"'`“”‘’「」『』（）()[]【】、。，,;；:："
_MAILTO = "mailto:"


def unpasted(text: str) -> str:
    """Without blanks and invisible characters anywhere, brackets and marks around it, `mailto:`, or the name before
    angle brackets. Whether the rest is an address is not said here."""
    inner = _IN_ANGLES.search(text)
    seen = "".join(each for each in (inner[1] if inner else text) if not _is_blank(each))
    bare = seen.strip(_AROUND)
    return bare[len(_MAILTO) :] if bare[: len(_MAILTO)].lower() == _MAILTO else bare


def _is_blank(character: str) -> bool:
    """Blanks of every width, and what is not seen at all: byte order marks, joiners, marks of direction."""
    return character.isspace() or unicodedata.category(character) == "Cf"
