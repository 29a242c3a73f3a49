"""The envelope as our own mail server wrote it above a message: only the topmost of each header is its word.

Whatever stands below came with the message, and a stranger may have written it.
"""

import re
from collections.abc import Iterator

from mailer.inbound import envelope_sender

_HEAD_OCTETS = 1 << 16
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
# Who receives: the second and third count only where the ones before are missing.
_RECIPIENT_FIELDS = ("delivered-to", "x-original-to", "envelope-to")


def sender_of(raw: bytes) -> str:
    """Of the topmost Return-Path, as `Incoming` wants it. Without one the sender cannot be known: then it is the null
    sender, who is never answered. Never raises."""
    value = _topmost(raw).get("return-path", "")
    return envelope_sender(value[1:-1] if value.startswith("<") and value.endswith(">") else value)


def recipients_of(raw: bytes) -> tuple[str, ...]:
    """Lower-case, without brackets and quotes, whether ours or not. Never raises."""
    found = _topmost(raw)
    for name in _RECIPIENT_FIELDS:
        if name in found:
            plain = (word.strip(' \t<>"') for word in found[name].lower().split(","))
            return tuple(dict.fromkeys(word.replace('"@', "@") for word in plain if word))
    return ()


def _topmost(raw: bytes) -> dict[str, str]:
    """By lower-case name; what cannot be printed is left out of the values."""
    found: dict[str, str] = {}
    for name, value in _fields(raw[:_HEAD_OCTETS]):
        text = "".join(c for c in value.decode("utf-8", errors="replace") if c.isprintable())
        found.setdefault(name.decode("ascii").lower(), text.strip())
    return found


def _fields(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and unfolded values down to the first line that is no header."""
    name, value = b"", b""
    for line in head.replace(b"\r\n", b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t") and name:
            value += line
            continue
        if name:
            yield name, value
        field = _FIELD.fullmatch(line)
        if field is None:
            return
        name, value = field[1], field[2]
    yield name, value
