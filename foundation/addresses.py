"""Mail addresses as Japanese carriers really issued them; this room does not know whether anyone reads them.

Decisions: the whole address is lower-case, since carriers and mail services in Japan compare without case and
a resident types it either way. Full-width forms, as a Japanese keyboard leaves them, are folded one by one,
not by NFKC, which would also turn look-alike letters of other scripts into addresses that nobody typed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

LONGEST_LOCAL = 64  # octets, RFC 5321 section 4.5.3.1.1
LONGEST_ADDRESS = 254  # octets, RFC 5321 section 4.5.3.1.3 less the angle brackets (RFC 3696, erratum 1690)
# No address is longer than this before folding; what is longer is not even looked at.
LONGEST_INPUT = 1000

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_KEYBOARD = _FULL_WIDTH | {
    0x3000: " ",
    0x3002: ".",  # the ideographic full stop, where the dot key was meant
    0xFF61: ".",
    0x2010: "-",  # hyphens and minus signs that input methods write for the minus key
    0x2011: "-",
    0x2212: "-",
}
# What comes along unseen when an address is copied from a page or a list of contacts.
_AROUND = " \t\u00a0\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_MAILTO = re.compile(r"(?i:mailto):([^?]*)(?:\?.*)?")  # RFC 6068: an address, then perhaps a subject and the like
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"\s")
# RFC 5322 atext and dots anywhere: carriers issued `a..b@`, `a.@`, `.a@` until about 2009, and they live on.
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_DOT_STRING = re.compile(r"[^.]+(?:\.[^.]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TOP_LABEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9]")
_PLAIN = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)+")


class AddressFault(StrEnum):
    """What is wrong with a text that should be an address; the sentence for residents stands beside each."""

    sentence: str

    def __new__(cls, word: str, sentence: str) -> "AddressFault":
        fault = str.__new__(cls, word)
        fault._value_ = word
        fault.sentence = sentence
        return fault

    EMPTY = "empty", "メールアドレスが入力されていません。"
    CONTROL = "control", "メールアドレスに使えない文字(改行など)が入っています。"
    SPACE = "space", "メールアドレスの途中に空白が入っています。空白を取ってください。"
    AT_SIGN = "at-sign", "メールアドレスには「@」が一つ必要です。"
    LOCAL = "local", "メールアドレスの「@」より前に、使えない文字が入っています。"
    DOMAIN = "domain", "メールアドレスの「@」より後ろが正しくありません。つづりを確かめてください。"
    LENGTH = "length", "メールアドレスが長すぎます。"


class AddressInvalid(ValueError):
    """メールアドレスの形が正しくありません。"""

    def __init__(self, fault: AddressFault) -> None:
        super().__init__(fault.sentence)
        self.reason = fault.value


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """A normalised address; made by `parse`, which alone checks it."""

    local: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Raises AddressInvalid. Spaces around, one pair of <>, a link's `mailto:`, the dot that ends a sentence, and
        the local part's quotes are taken off."""
        if len(text) > LONGEST_INPUT:
            raise AddressInvalid(AddressFault.LENGTH)
        bare = _bared(text.translate(_KEYBOARD))
        if not bare:
            raise AddressInvalid(AddressFault.EMPTY)
        if _CONTROL.search(bare):
            raise AddressInvalid(AddressFault.CONTROL)
        if _SPACE.search(bare):
            raise AddressInvalid(AddressFault.SPACE)
        if bare.count("@") != 1:
            raise AddressInvalid(AddressFault.AT_SIGN)
        local, domain = bare.split("@")
        address = cls(_local(local), _domain(domain))
        if len(address.envelope) > LONGEST_ADDRESS:
            raise AddressInvalid(AddressFault.LENGTH)
        return address

    @property
    def text(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def envelope(self) -> str:
        """For RCPT and headers: a local part that is no dot-string is quoted (RFC 5321 section 4.1.2)."""
        if _DOT_STRING.fullmatch(self.local):
            return self.text
        return f'"{self.local}"@{self.domain}'

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        # An address shown by accident, in a log or a traceback, must not tell whose it is.
        return f"<Address at {self.domain}>"


def _bared(text: str) -> str:
    """Without what stands around an address where it was copied from."""
    bare = text.strip(_AROUND)
    if bare.startswith("<") and bare.endswith(">"):
        bare = bare[1:-1].strip(_AROUND)
    link = _MAILTO.fullmatch(bare)
    if link is not None:
        bare = link[1].strip(_AROUND)
    # A domain may be written with the root's dot; before the @ a dot is a part of the address.
    return bare[:-1] if bare.endswith(".") and "@" in bare else bare


def _local(text: str) -> str:
    if not text:
        raise AddressInvalid(AddressFault.EMPTY)
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    if not text.isascii() or not _LOCAL.fullmatch(text.lower()):
        raise AddressInvalid(AddressFault.LOCAL)
    if len(text) > LONGEST_LOCAL:
        raise AddressInvalid(AddressFault.LENGTH)
    return text.lower()


def _domain(text: str) -> str:
    """The domain in lower-case A-labels (IDNA 2003, as the standard library knows it)."""
    if not text:
        raise AddressInvalid(AddressFault.EMPTY)
    try:
        name = text if text.isascii() else text.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise AddressInvalid(AddressFault.DOMAIN) from error
    *labels, top = name.lower().split(".")
    if not labels or not all(map(_LABEL.fullmatch, labels)) or not _TOP_LABEL.fullmatch(top):
        raise AddressInvalid(AddressFault.DOMAIN)
    return name.lower()


def wire_form(address: str) -> str:
    """A stored address as SMTP writes it; only an odd local part needs more than a look."""
    return address if _PLAIN.fullmatch(address) else Address.parse(address).envelope
