"""A letter: the text many share, what differs for each recipient, and the octets that go on the wire."""

import json
import re
from binascii import b2a_base64
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple

from foundation.clock import aware
from foundation.tokens import Keyring
from mailer.header_lines import HeaderUnsafe, bare, encoded, header, mailbox

MESSAGE_PURPOSE = "message"
BOUNCE_PURPOSE = "bounce"

_STOPS = ("stop", "stop_mail")  # the links that stand in the headers too
_LINE = 57  # octets that make a line of 76 characters in base64
_CR_OR_LF = re.compile(r"\r\n|\r|\n")


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


class Recipient(NamedTuple):
    """One row of the outbox, as far as the letter shows it."""

    number: int  # of the outbox row: return path and Message-ID are made of it, the same on every try
    address: str  # as the wire writes it, quoted where needed
    ref: int | None


class Composer:
    """Turns a letter and a recipient into octets."""

    def __init__(self, head: Letterhead, keyring: Keyring) -> None:
        self._head = head
        self._keyring = keyring
        self._bounce_token = keyring.signer(BOUNCE_PURPOSE)

    def return_path(self, number: int) -> str:
        """`b-TOKEN@D`: names delivery and recipient whatever a bounce says."""
        return f"b-{self._bounce_token(number).decode()}@{self._head.mail_domain}"

    def message_id(self, number: int) -> str:
        return f"<{self._keyring.sign(MESSAGE_PURPOSE, number)}@{self._head.mail_domain}>"

    def cast(self, letter: Letter) -> "Cast":
        """All of the letter that its recipients share, made once. Raises HeaderUnsafe."""
        return Cast(letter, self._head, self._keyring)

    def octets(self, letter: Letter, to: Recipient, *, at: datetime) -> bytes:
        """One letter to one; where there are many, `cast` it first. Raises HeaderUnsafe."""
        return self.cast(letter).octets(to, at=at)


class Cast:
    """A letter with everything encoded that its recipients share, and gaps for what differs.

    The body is UTF-8 in base64, so that no line is long, none is bare and none begins with a dot. Up to the first link
    it is the same for everybody: what fills whole lines is encoded once, the octets left over go with the rest.
    """

    def __init__(self, letter: Letter, head: Letterhead, keyring: Keyring) -> None:
        purposes = list(dict.fromkeys(purpose for _, purpose in letter.links.values()))
        self._message_token = keyring.signer(MESSAGE_PURPOSE)
        self._link_tokens = [keyring.signer(purpose) for purpose in purposes]
        texts, names = _parts(letter)
        self._gaps = [purposes.index(letter.links[name][1]) for name in names]
        shared = texts[0] if not names else texts[0][: len(texts[0]) // _LINE * _LINE]
        self._texts = _gapped([texts[0][len(shared) :], *texts[1:]])
        self._stops = [purposes.index(letter.links[name][1]) for name in _STOPS] if letter.unsubscribe else None
        self._heads = _gapped([part.encode() for part in _heads(letter, head)])
        self._heads[-1] += _base64(shared)
        self._dated: tuple[datetime | None, bytes] = (None, b"")

    def octets(self, to: Recipient, *, at: datetime) -> bytes:
        """RFC 5322 with CRLF line ends.

        `at` is when the letter was put into the outbox, so that a repeat is the same letter to the octet.
        Raises HeaderUnsafe for an address that cannot stand in a header.
        """
        number, address, ref = to
        if not (address.isascii() and address.isprintable()):
            raise HeaderUnsafe("an address with a line break, a control character or more than ASCII")
        tokens: list[bytes] = []
        if self._link_tokens:
            if ref is None:
                raise ValueError("a letter with links needs a recipient who can be named")
            tokens = [token(ref) for token in self._link_tokens]
        gaps = [address.encode(), self._date(at), self._message_token(number)]
        if self._stops:
            gaps += [tokens[stop] for stop in self._stops]
        whole = self._heads.copy()
        whole[1::2] = gaps
        whole.append(self._tail(tokens))
        return b"".join(whole)

    def _tail(self, tokens: list[bytes]) -> bytes:
        if not self._gaps:
            return b""
        texts = self._texts.copy()
        texts[1::2] = [tokens[gap] for gap in self._gaps]
        return _base64(b"".join(texts))

    def _date(self, at: datetime) -> bytes:
        """Rows that were put into the outbox together share the moment."""
        moment, date = self._dated
        if moment != at:
            date = format_datetime(aware(at)).encode()
            self._dated = (at, date)
        return date


def _heads(letter: Letter, head: Letterhead) -> list[str]:
    """The headers, cut where the address, the date, the token of the number and, in two links, that of the recipient
    belong. Raises HeaderUnsafe."""
    domain = bare(head.mail_domain)
    end = (
        header("MIME-Version", "1.0")
        + header("Content-Type", "text/plain; charset=utf-8")
        + header("Content-Transfer-Encoding", "base64")
        + "\r\n"
    )
    parts = [
        header("From", mailbox(head.from_name, head.from_address)) + "To: ",
        "\r\n" + header("Subject", encoded("Subject", letter.subject)) + "Date: ",
        "\r\nMessage-ID: <",
    ]
    if letter.unsubscribe:
        page, mail = (bare(letter.links[name][0]) for name in _STOPS)
        post = header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") + _manners("auto-generated")
        listed = header("List-Id", f"<{bare(head.list_id)}>")
        return [
            *parts,
            f"@{domain}>\r\n{listed}List-Unsubscribe: <{page}",
            f">,\r\n <mailto:{mail}",
            f"@{domain}>\r\n{post}{end}",
        ]
    reply = header("In-Reply-To", bare(letter.in_reply_to)) if letter.in_reply_to else ""
    return [*parts, f"@{domain}>\r\n{reply}{_manners('auto-replied')}{end}"]


def _manners(submitted: str) -> str:
    """RFC 3834, and what Exchange understands instead: nobody's machine should answer."""
    return header("Auto-Submitted", submitted) + header("X-Auto-Response-Suppress", "All")


def _parts(letter: Letter) -> tuple[list[bytes], list[str]]:
    """The text with CRLF line ends, cut where a token belongs, and whose link each cut is."""
    names = "|".join(re.escape(f"{{{name}}}") for name in letter.links)
    texts = re.split(f"({names})", letter.tail) if names else [letter.tail]
    links = [mark[1:-1] for mark in texts[1::2]]
    shown = [text + letter.links[name][0] for text, name in zip(texts[::2], links, strict=False)] + [texts[-1]]
    shown[0] = letter.body + shown[0]
    return [_CR_OR_LF.sub("\r\n", text).encode() for text in shown], links


def _gapped(texts: list[bytes]) -> list[bytes]:
    """With something to fill in between any two."""
    gapped = [b""] * (2 * len(texts) - 1)
    gapped[::2] = texts
    return gapped


def _base64(text: bytes) -> bytes:
    code = b2a_base64(text, newline=False)
    return b"".join([code[place : place + 76] + b"\r\n" for place in range(0, len(code), 76)])
