"""Header lines as text: what is encoded, where they are folded, and what never gets into one."""

import re
from email.header import Header

LONGEST_LINE = 78  # RFC 5322 section 2.1.1, where a line can be broken at all
LONGEST_BARE = 900  # the same section allows 998 octets a line; a name stands before, a token may follow

_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class HeaderUnsafe(ValueError):
    """A line break, a control character or an endless line would have reached a header."""


def header(name: str, value: str) -> str:
    """One header with its line end. Raises HeaderUnsafe: only a fold of our own may break a line."""
    for line in value.split("\r\n "):
        bare(line)
    return f"{name}: {value}\r\n"


def bare(value: str) -> str:
    """A value that stands in a header as it is. Raises HeaderUnsafe."""
    _refuse_breaks(value)
    if not value.isascii() or len(value) > LONGEST_BARE:
        raise HeaderUnsafe("a header would hold more than ASCII, or a line without end")
    return value


def encoded(name: str, text: str) -> str:
    """RFC 2047 where needed; what would break out of the header is refused before it is encoded."""
    _refuse_breaks(text)
    if text.isascii() and len(text) < 60 and "=?" not in text and text == text.strip():
        if name != "From" or re.fullmatch(r"[A-Za-z0-9 -]+", text):
            return text
        return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
    # 75 characters a word (RFC 2047 section 2); the library counts by the line.
    return Header(text, "utf-8", maxlinelen=75, header_name=name).encode(linesep="\r\n")


def mailbox(name: str, address: str) -> str:
    """The value of From: a name for people, and the address, on a line of its own where both are too long for one."""
    shown, address = encoded("From", name), f"<{bare(address)}>"
    last = f"From: {shown}".rpartition("\n")[2]
    return f"{shown} {address}" if len(last) + len(address) < LONGEST_LINE else f"{shown}\r\n {address}"


def _refuse_breaks(text: str) -> None:
    """Raises HeaderUnsafe."""
    if _UNSAFE.search(text):
        raise HeaderUnsafe("a line break or control character in a header")
