"""A letter: the text many share, what differs for each recipient, and the octets that go on the wire."""

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.utils import format_datetime

from foundation.tokens import Keyring

MESSAGE_PURPOSE = "message"
BOUNCE_PURPOSE = "bounce"
LONGEST_LINE = 78  # RFC 5322 section 2.1.1, where a line can be broken at all

_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class HeaderUnsafe(ValueError):
    """A line break or control character would have reached a header."""


@dataclass(frozen=True)
class Letter:
    """One text to one or many.

    `tail` closes the body and may name `{link}`s; `links` gives each link its address up to the token and the
    purpose its token is signed for (over the recipient's number, which means nothing to the mailer).
    With `unsubscribe`, the links `stop` (a page) and `stop_mail` (a local part) also stand in the headers.
    """

    subject: str
    body: str
    tail: str = ""
    links: dict[str, tuple[str, str]] = field(default_factory=dict)
    unsubscribe: bool = False
    in_reply_to: str | None = None

    def packed_links(self) -> str:
        return json.dumps(self.links, sort_keys=True)


@dataclass(frozen=True)
class Letterhead:
    """What stands on every letter of this service."""

    from_name: str
    from_address: str
    mail_domain: str
    list_id: str


@dataclass(frozen=True)
class Recipient:
    """One row of the outbox, as far as the letter shows it."""

    number: int  # of the outbox row: return path and Message-ID are made of it, the same on every try
    address: str  # as the wire writes it, quoted where needed
    ref: int | None


class Composer:
    """Turns a letter and a recipient into octets."""

    def __init__(self, head: Letterhead, keyring: Keyring) -> None:
        self._head = head
        self._keyring = keyring

    def return_path(self, number: int) -> str:
        """`b-TOKEN@D`: names delivery and recipient whatever a bounce says."""
        return f"b-{self._keyring.sign(BOUNCE_PURPOSE, number)}@{self._head.mail_domain}"

    def message_id(self, number: int) -> str:
        return f"<{self._keyring.sign(MESSAGE_PURPOSE, number)}@{self._head.mail_domain}>"

    def octets(self, letter: Letter, to: Recipient, *, at: datetime) -> bytes:
        """RFC 5322 with CRLF line ends; the body is UTF-8 in base64, so no line is long and none is bare.

        `at` is when the letter was put into the outbox, so that a repeat is the same letter to the octet.
        Raises HeaderUnsafe.
        """
        for value in (to.address, letter.in_reply_to or "", self._head.from_address):
            _refuse_breaks(value)
        links = self._links(letter, to)
        lines = [
            ("From", self._from()),
            ("To", to.address),
            ("Subject", _encoded("Subject", letter.subject)),
            ("Date", format_datetime(at)),
            ("Message-ID", self.message_id(to.number)),
            *self._manners(letter, links),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "base64"),
        ]
        head = "".join(f"{name}: {_safe(value)}\r\n" for name, value in lines)
        tail = letter.tail
        for name, link in links.items():
            tail = tail.replace(f"{{{name}}}", link)
        text = (letter.body + tail).replace("\r\n", "\n").replace("\r", "\n")
        body = base64.encodebytes(text.replace("\n", "\r\n").encode()).replace(b"\n", b"\r\n")
        return head.encode("ascii") + b"\r\n" + body

    def _from(self) -> str:
        name, address = _encoded("From", self._head.from_name), f"<{self._head.from_address}>"
        last = f"From: {name}".rpartition("\n")[2]
        return f"{name} {address}" if len(last) + len(address) < LONGEST_LINE else f"{name}\r\n {address}"

    def _links(self, letter: Letter, to: Recipient) -> dict[str, str]:
        if not letter.links:
            return {}
        if to.ref is None:
            raise ValueError("a letter with links needs a recipient who can be named")
        return {name: prefix + self._keyring.sign(purpose, to.ref) for name, (prefix, purpose) in letter.links.items()}

    def _manners(self, letter: Letter, links: dict[str, str]) -> list[tuple[str, str]]:
        if letter.unsubscribe:
            mail = f"mailto:{links['stop_mail']}@{self._head.mail_domain}"
            return [
                ("List-Id", f"<{self._head.list_id}>"),
                ("List-Unsubscribe", f"<{links['stop']}>,\r\n <{mail}>"),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
                ("Auto-Submitted", "auto-generated"),
                ("X-Auto-Response-Suppress", "All"),
            ]
        reply = [("In-Reply-To", letter.in_reply_to)] if letter.in_reply_to else []
        return [*reply, ("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")]


def _encoded(name: str, text: str) -> str:
    """RFC 2047 where needed; what would break out of the header is refused before it is encoded."""
    _refuse_breaks(text)
    if text.isascii() and len(text) < 60 and "=?" not in text and text == text.strip():
        if name != "From" or re.fullmatch(r"[A-Za-z0-9 -]+", text):
            return text
        return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
    # 75 characters a word (RFC 2047 section 2); the library counts by the line.
    return Header(text, "utf-8", maxlinelen=75, header_name=name).encode(linesep="\r\n")


def _safe(value: str) -> str:
    """The last look, at all of it: only our own folds may break a line."""
    _refuse_breaks(value.replace("\r\n ", ""))
    return value


def _refuse_breaks(text: str) -> None:
    if _UNSAFE.search(text):
        raise HeaderUnsafe("a line break or control character in a header")
