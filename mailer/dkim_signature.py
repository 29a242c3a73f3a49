"""DKIM signatures (RFC 6376): relaxed in headers and body, made from what a letter's recipients share and what not."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from mailer.dkim_key import DkimKey
from mailer.gapped_text import GappedText

# RFC 8058 section 4 wants both of the List-Unsubscribe headers covered; with the MIME headers nobody can have the
# text read as something else.
COVERED = (
    *("from", "to", "subject", "date", "message-id", "in-reply-to", "reply-to"),
    *("list-id", "list-unsubscribe", "list-unsubscribe-post"),
    *("mime-version", "content-type", "content-transfer-encoding"),
)
# Named once more than they occur, so that nobody can add another (RFC 6376 section 8.15). What mail programs show.
SEALED = ("from", "to", "subject", "date", "content-type")
GAP = b"\0"  # stands in a template for what differs; a header never holds it
_SIGNATURE_LINE = 72

_FOLD = re.compile(rb"\r\n(?=[ \t])")
_SPACES = re.compile(rb"[ \t]+")


@dataclass(frozen=True)
class DkimSigner:
    """Signs for one domain; `selector` names the key in its DNS."""

    key: DkimKey
    domain: str
    selector: str

    @property
    def record_name(self) -> str:
        """Where the TXT record of the key stands in DNS."""
        return f"{self.selector}._domainkey.{self.domain}"

    def seal(self, headers: bytes) -> "Seal":
        """For all letters with these headers, in CRLF lines, that differ only in what fills each GAP."""
        return Seal(self, headers)


class Seal:
    """The signature of one letter to many: canonical forms of what they share, made once."""

    def __init__(self, signer: DkimSigner, headers: bytes) -> None:
        self._key = signer.key
        relaxed = [_relaxed(line) for line in _FOLD.sub(b"", headers).split(b"\r\n") if line]
        # The order of the letter is kept: what differs fills the gaps of both in one order.
        covered = [line for line in relaxed if _name(line) in COVERED]
        names = [*map(_name, covered), *SEALED]
        # Where answers go is the recipient's own address: a second one would lead them elsewhere.
        names += [name for name in ("reply-to",) if name in names]
        self._covered = GappedText(b"".join(line + b"\r\n" for line in covered).split(GAP))
        template = _template(signer, names)
        self._line = GappedText(template.split(GAP))
        self._relaxed_line = GappedText(_relaxed(_FOLD.sub(b"", template)).split(GAP))

    def header(self, own: Sequence[bytes], *, body_hash: bytes, at: datetime) -> bytes:
        """The DKIM-Signature header, to stand before all others. `own` fills the gaps, without spaces other than
        single ones within; `body_hash` is the SHA-256 of the canonical body; `at` is when the letter was made."""
        values = [b"%d" % int(at.timestamp()), b64encode(body_hash)]
        hashed = sha256(self._covered.filled(own))
        hashed.update(self._relaxed_line.filled(values))
        signature = b64encode(self._key.sign(hashed.digest()))
        folded = b"\r\n ".join(
            signature[place : place + _SIGNATURE_LINE] for place in range(0, len(signature), _SIGNATURE_LINE)
        )
        return self._line.filled(values) + folded + b"\r\n"


def _template(signer: DkimSigner, names: Sequence[str]) -> bytes:
    """The header as it is sent, up to its own signature; no `l=`, so that nothing can be added below the text."""
    folded = [":".join(names[place : place + 4]) for place in range(0, len(names), 4)]
    tags = [
        f"v=1; a={signer.key.algorithm}; c=relaxed/relaxed",
        f"d={signer.domain}",
        f"s={signer.selector}; t=\0",
        "h=" + ":\r\n  ".join(folded),
        "bh=\0",
        "b=",
    ]
    return b"DKIM-Signature: " + ";\r\n ".join(tags).encode()


def _relaxed(line: bytes) -> bytes:
    """RFC 6376 section 3.4.2, for an unfolded line."""
    name, _, value = line.partition(b":")
    return name.strip(b" \t").lower() + b":" + _SPACES.sub(b" ", value).strip(b" ")


def _name(line: bytes) -> str:
    return line.partition(b":")[0].decode()
