"""A letter: the text many share, what differs for each recipient, and the octets that go on the wire."""

import json
import re
from binascii import b2a_base64
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from struct import unpack_from
from typing import NamedTuple

from foundation.clock import aware
from foundation.tokens import Keyring
from mailer.dkim_signature import GAP, DkimSigner
from mailer.gapped_text import GappedText
from mailer.header_lines import HeaderUnsafe, bare, encoded, header, mailbox

MESSAGE_PURPOSE = "message"
BOUNCE_PURPOSE = "bounce"

_STOPS = ("stop", "stop_mail")  # the links that stand in the headers too
_REPLY = "reply_mail"  # and the one that names where an answer goes
_LINE = 57  # octets that make one line of base64,
_CODE_LINE = 76  # which RFC 2045 section 6.8 wants to be no longer than this
_CR_OR_LF = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Letter:
    """One text to one or many.

    `tail` closes the body and may name `{link}`s; `links` gives each link its address up to the token and the
    purpose its token is signed for (over the recipient's number, which means nothing to the mailer).
    With `unsubscribe`, the links `stop` (a page) and `stop_mail` (a local part) also stand in the headers; a link
    `reply_mail` (a local part) is each recipient's own Reply-To.
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

    def __init__(self, head: Letterhead, keyring: Keyring, *, signer: DkimSigner | None = None) -> None:
        self._head = head
        self._signer = signer
        self._keyring = keyring
        self._bounce_token = keyring.signer(BOUNCE_PURPOSE)

    def return_path(self, number: int) -> str:
        """`b-TOKEN@D`: names delivery and recipient whatever a bounce says."""
        return f"b-{self._bounce_token(number).decode()}@{self._head.mail_domain}"

    def message_id(self, number: int) -> str:
        return f"<{self._keyring.sign(MESSAGE_PURPOSE, number)}@{self._head.mail_domain}>"

    def cast(self, letter: Letter) -> "Cast":
        """All of the letter that its recipients share, made once. Raises HeaderUnsafe."""
        return Cast(letter, self._head, self._keyring, signer=self._signer)

    def octets(self, letter: Letter, to: Recipient, *, at: datetime) -> bytes:
        """One letter to one; where there are many, `cast` it first. Raises HeaderUnsafe."""
        return self.cast(letter).octets(to, at=at)


class Cast:
    """A letter with everything encoded that its recipients share, and gaps for what differs.

    The body is UTF-8 in base64, so that no line is long, none is bare and none begins with a dot. Up to the first link
    it is the same for everybody: what fills whole lines is encoded once, the octets left over go with the rest.
    """

    def __init__(self, letter: Letter, head: Letterhead, keyring: Keyring, *, signer: DkimSigner | None) -> None:
        purposes = list(dict.fromkeys(purpose for _, purpose in letter.links.values()))
        self._message_token = keyring.signer(MESSAGE_PURPOSE)
        self._link_tokens = [keyring.signer(purpose) for purpose in purposes]
        (first, *others), names = _texts(letter)
        self._gaps = [purposes.index(letter.links[name][1]) for name in names]
        in_heads = [*(_STOPS if letter.unsubscribe else ()), *(name for name in letter.links if name == _REPLY)]
        self._in_heads = [purposes.index(letter.links[name][1]) for name in in_heads]
        whole_lines = len(first) - len(first) % _LINE if names else len(first)
        self._tail = GappedText([first[whole_lines:], *others])
        body = _base64(first[:whole_lines])
        heads = [part.encode() for part in _heads(letter, head)]
        self._whole = GappedText([*heads[:-1], heads[-1] + body, b""])
        self._seal = signer.seal(GAP.join(heads)) if signer else None
        self._body_hash = sha256(body)
        self._dated: tuple[datetime | None, bytes] = (None, b"")

    def octets(self, to: Recipient, *, at: datetime) -> bytes:
        """RFC 5322 with CRLF line ends, signed where we sign.

        `at` is when the letter was put into the outbox, so that a repeat is the same letter to the octet.
        Raises HeaderUnsafe for an address that cannot stand in a header as it is.
        """
        number, address, ref = to
        if not (address.isascii() and address.isprintable()) or " " in address:
            raise HeaderUnsafe("an address with a space, a line break, a control character or more than ASCII")
        tokens = self._tokens(ref)
        own = [
            address.encode(),
            self._date(at),
            self._message_token(number),
            *[tokens[each] for each in self._in_heads],
        ]
        tail = _base64(self._tail.filled([tokens[gap] for gap in self._gaps])) if self._gaps else b""
        letter = self._whole.filled([*own, tail])
        if self._seal is None:
            return letter
        # Lines of base64, full to the last and none empty, are already what the relaxed form makes of a body.
        body = self._body_hash.copy()
        body.update(tail)
        return self._seal.header(own, body_hash=body.digest(), at=at) + letter

    def _tokens(self, ref: int | None) -> list[bytes]:
        if not self._link_tokens:
            return []
        if ref is None:
            raise ValueError("a letter with links needs a recipient who can be named")
        return [token(ref) for token in self._link_tokens]

    def _date(self, at: datetime) -> bytes:
        """Rows that were put into the outbox together share the moment."""
        moment, date = self._dated
        if moment != at:
            date = format_datetime(aware(at)).encode()
            self._dated = (at, date)
        return date


def _heads(letter: Letter, head: Letterhead) -> list[str]:
    """The headers, cut where the address, the date, the token of the number and, in up to three links, that of the
    recipient belong. Raises HeaderUnsafe."""
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
        post = header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
        listed = header("List-Id", f"<{bare(head.list_id)}>")
        return [
            *parts,
            f"@{domain}>\r\n{listed}List-Unsubscribe: <{page}",
            f">,\r\n <mailto:{mail}",
            *_answered_at(letter, f"@{domain}>\r\n{post}", domain, _manners("auto-generated") + end),
        ]
    reply = header("In-Reply-To", bare(letter.in_reply_to)) if letter.in_reply_to else ""
    return [*parts, *_answered_at(letter, f"@{domain}>\r\n{reply}", domain, _manners("auto-replied") + end)]


def _answered_at(letter: Letter, before: str, domain: str, after: str) -> list[str]:
    """The last headers, in two where an answer goes to an address of the recipient's own. Raises HeaderUnsafe."""
    if _REPLY not in letter.links:
        return [before + after]
    return [f"{before}Reply-To: <{bare(letter.links[_REPLY][0])}", f"@{domain}>\r\n{after}"]


def _manners(submitted: str) -> str:
    """RFC 3834, and what Exchange understands instead: nobody's machine should answer."""
    return header("Auto-Submitted", submitted) + header("X-Auto-Response-Suppress", "All")


def _texts(letter: Letter) -> tuple[list[bytes], list[str]]:
    """The text with CRLF line ends, cut where a token belongs, and whose link each cut is."""
    names = "|".join(re.escape(f"{{{name}}}") for name in letter.links)
    texts = re.split(f"({names})", letter.tail) if names else [letter.tail]
    links = [mark[1:-1] for mark in texts[1::2]]
    shown = [text + letter.links[name][0] for text, name in zip(texts[::2], links, strict=False)] + [texts[-1]]
    shown[0] = letter.body + shown[0]
    return [_CR_OR_LF.sub("\r\n", text).encode() for text in shown], links


def _base64(text: bytes) -> bytes:
    """In lines of 76 characters; cut by one format, which takes half the time of a loop over the lines."""
    if not text:
        return b""
    code = b2a_base64(text, newline=False)
    full = (len(code) - 1) // _CODE_LINE
    return b"\r\n".join((*unpack_from(f"{_CODE_LINE}s" * full, code), code[full * _CODE_LINE :], b""))
