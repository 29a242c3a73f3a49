"""The wire: how addresses and letters are written in an SMTP dialogue, and how its answers are read."""

import re

from mailer.courier import Envelope

KEPT_OCTETS = 1000  # of an answer; the rest says nothing more
FEW_DOTS = 20

# An address as a command may carry it: no space or bracket outside quotes, no control character anywhere (RFC 5321
# section 4.1.2). What would end the command or begin another one never gets that far.
_WRITABLE = re.compile(r'(?:"(?:[ !#-\[\]-~]|\\[ -~])*"@)?[!#-;=?-~]+')
_LINE_END = re.compile(rb"\r\n|\r|\n")


def announcement(envelope: Envelope) -> tuple[bytes, bytes]:
    """The commands MAIL and RCPT. Raises ValueError for an address that cannot be written."""
    return b"MAIL FROM:<%b>" % _path(envelope.sender), b"RCPT TO:<%b>" % _path(envelope.recipient)


def commands(envelope: Envelope) -> bytes:
    """MAIL, RCPT and DATA in one (RFC 2920: DATA last). Raises ValueError as above."""
    return b"%b\r\n%b\r\nDATA\r\n" % announcement(envelope)


def content(envelope: Envelope) -> bytes:
    """A letter whose lines end in CRLF, with its dots doubled and the final one (RFC 5321 section 4.5.2). A dot after a
    lone CR or LF, which some servers take for the end of the data, does not get through either."""
    octets = envelope.octets
    if not envelope.is_dotless and _has_dot_first(octets):
        octets = _LINE_END.sub(b"\r\n", octets).replace(b"\r\n.", b"\r\n..")
        if octets[:1] == b".":
            octets = b"." + octets
    return octets + (b".\r\n" if octets[-2:] == b"\r\n" else b"\r\n.\r\n")


def _has_dot_first(octets: bytes) -> bool:
    """Whether some line begins with a dot. Most letters have few dots at all, and are looked through for one octet more
    quickly than for two."""
    at = octets.find(b".")
    for _ in range(FEW_DOTS):
        if at < 0:
            return False
        if at == 0 or octets[at - 1] in b"\r\n":
            return True
        at = octets.find(b".", at + 1)
    return at >= 0 and (b"\n." in octets or b"\r." in octets)


def readable(reply: bytes) -> str:
    """One line of text that any database takes; octets of no known charset are replaced."""
    text = reply[:KEPT_OCTETS].rstrip(b"\r").decode("utf-8", "replace")
    if text.isprintable():
        return text
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _path(address: str) -> bytes:
    if address and not _WRITABLE.fullmatch(address):
        raise ValueError("the address cannot be written on the wire")
    return address.encode("ascii")
