"""Proof of a sender: what our own mail server found by SPF, DKIM and DMARC (Authentication-Results, RFC 8601).

Only the topmost field that bears our server's name is believed: it must take away what others wrote under that name
(section 5), and it writes its own above all that came.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message

from mailer.mail_text import header_texts

FIELD = "Authentication-Results"

LONGEST_FIELD = 8192
_MOST_FIELDS = 20

# What the sender wrote of itself stands in the field, too: an address that could close a result and open another one
# proves nothing.
_PLAIN_SENDER = re.compile(r"[^\s@\"();\\]+@[^\s@\"();\\]+")
_CLOSED_BY = {'"': '"', "(": ")"}
_UNQUOTED = re.compile(r"[\s;\\]")
_RESULT = re.compile(r"([a-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)(?=\s|$)(.*)", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"(?<!\S)([a-z]+\.[a-z0-9_-]+)\s*=\s*(\S+)", re.IGNORECASE)
# Which property of a passed method names the domain that was proved.
_PROVED_BY = {"spf": ("smtp.mailfrom",), "dkim": ("header.d", "header.i"), "dmarc": ("header.from",)}


@dataclass(frozen=True, slots=True)
class Passed:
    """A method that passed, and the domain it passed for, lower-case."""

    method: str
    domain: str


def is_proved(message: Message, *, by: str, sender: str) -> bool:
    """Whether the server `by` vouches for the envelope sender: SPF passed for its domain itself, or DKIM or DMARC for
    that domain or one that it lies under."""
    if not _PLAIN_SENDER.fullmatch(sender):
        return False
    domain = sender.rpartition("@")[2].lower()
    # A signature speaks for the mail, which anybody may send once more under another envelope, and for its one From.
    signed = [_bare(each) for each in header_texts(message, "From")] == [sender.lower()]
    field = next((text for text in header_texts(message, FIELD)[:_MOST_FIELDS] if _is_by(text, by)), "")
    return any(_covers(passed, domain) and (passed.method == "spf" or signed) for passed in passes(field))


def passes(field: str) -> Iterator[Passed]:
    """What passed, as far as it names a domain; anything that does not read well has not passed."""
    for part in _parts(field)[1:]:
        result = _RESULT.match(part)
        if result is None or result[2].lower() != "pass":
            continue
        method = result[1].lower()
        properties = _properties(result[3])
        for name in _PROVED_BY.get(method, ()):
            if name in properties:
                yield Passed(method, properties[name].rpartition("@")[2].lower())
                break


def _is_by(field: str, server: str) -> bool:
    """By its first word: one of our server's that cannot be read is not passed over for another below it."""
    said = field.replace(";", " ").split(maxsplit=1)
    return bool(said) and said[0].lower() == server.lower()


def _bare(author: str) -> str:
    return author.rpartition("<")[2].strip("> ").lower()


def _covers(passed: Passed, domain: str) -> bool:
    if passed.method == "spf":
        return passed.domain == domain
    return "." in passed.domain and f".{domain}".endswith(f".{passed.domain}")


def _properties(text: str) -> Mapping[str, str]:
    return {found[1].lower(): found[2] for found in _PROPERTY.finditer(text)}


def _parts(field: str) -> list[str]:
    """What semicolons divide, without comments, and quoted text without its quotes, spaces and semicolons (RFC 5322
    section 3.2). A field in which one does not end says nothing."""
    parts = [""]
    at = 0 if len(field) <= LONGEST_FIELD else len(field)
    while at < len(field):
        letter = field[at]
        if letter in _CLOSED_BY:
            end = _end_of(field, at)
            if end is None:
                return [""]
            parts[-1] += _UNQUOTED.sub("", field[at + 1 : end]) if letter == '"' else " "
            at = end
        elif letter == ";":
            parts.append("")
        else:
            parts[-1] += letter
        at += 1
    return [part.strip() for part in parts]


def _end_of(field: str, begun: int) -> int | None:
    """Where the quoted text or the comment that begins there ends; comments may stand within one another."""
    opens, depth = field[begun], 0
    at = begun
    while at < len(field):
        letter = field[at]
        if letter == "\\":
            at += 1
        elif letter == _CLOSED_BY[opens] and at > begun:
            depth -= 1
            if not depth or opens == '"':
                return at
        elif letter == opens:
            depth += 1
        at += 1
    return None
