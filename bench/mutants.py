"""Mails broken in the ways that wires, mailers and strangers break them; the same chance gives the same mails."""

import re
from collections.abc import Callable, Sequence
from random import Random

MOST_TURNS = 4
MOST_OCTETS = 1 << 20  # what the door lets in
HUGE_LINE = (1_000, 1_000, 5_000, 30_000, 120_000)
_HEADER = re.compile(rb"^[A-Za-z-]{2,40}:.*(?:\r?\n[ \t].*)*\r?\n", re.MULTILINE)
_BOUNDARY = re.compile(rb'boundary="?([^"\r\n;]{1,70})')
_CHARSET = re.compile(rb'charset="?[A-Za-z0-9_-]+"?', re.IGNORECASE)
_CHARSETS = (
    *(b"utf-7", b"utf-16", b"punycode", b"idna", b"unicode_escape", b"iso-2022-jp-3", b"hz", b"base64", b"zlib"),
    *(b"rot13", b"undefined", b"x-sjis", b"euc-jp", b"utf-32", b"mbcs", b"ks_c_5601-1987", b"\xff", b"", b"a" * 300),
)
# Pieces that readers of mail stumble over when they come by the thousand.
_PIECES = (
    *(b" ", b"\t", b"a", b"<", b">", b"(", b'"', b"\\", b"=", b"=?", b"=?utf-8?Q?", b"=?utf-8?B?QQ==?= "),
    *(b"a@", b"@b.", b"a.", b"-", b"5.", b"550 ", b"5.1.1 ", b"{", b"[", b"\x1b$B", b"\x8f", b"\xe3\x81", b";"),
    *(b"host a", b"> ", b"\r", b"<a@b.jp>,", b"&lt;", b"<div", b"<!--", b"\r\n ", b"\r\n\r\n", b"--B\r\n"),
    *(b"\r\n>>> RCPT\r\n", b"\r\n<<< 550 x\r\n", b"\r\nFinal-Recipient: rfc822; a@b.jp\r\n", b"\r\nTo: a@b.jp\r\n"),
    *(b"\r\n<a@b.jp>: 550 ", b"could not ", b"a: b\r\n", b"\r\nContent-Type: message/rfc822\r\n\r\n"),
)
_TYPES = (
    *(b"message/rfc822", b"message/delivery-status", b"message/global-delivery-status", b"message/partial"),
    *(b"multipart/report", b"multipart/alternative", b"text/html", b"text/rfc822-headers", b"message/feedback-report"),
)

Mutation = Callable[[Random, bytes, Sequence[bytes]], bytes]


def mutant(chance: Random, seeds: Sequence[bytes]) -> bytes:
    """One of the seeds after one to MOST_TURNS mutations."""
    raw = chance.choice(seeds)
    for _ in range(chance.randint(1, MOST_TURNS)):
        raw = chance.choice(MUTATIONS)(chance, raw, seeds)[:MOST_OCTETS]
    return raw


def flip(chance: Random, raw: bytes, _seeds: Sequence[bytes]) -> bytes:
    """Some octets become others."""
    broken = bytearray(raw)
    for _ in range(chance.randint(1, 20) if broken else 0):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    return bytes(broken)


def cut(chance: Random, raw: bytes, _seeds: Sequence[bytes]) -> bytes:
    """A piece is lost, or everything behind a place."""
    start, end = sorted(chance.randint(0, len(raw)) for _ in range(2))
    return raw[:start] + (raw[end:] if chance.random() < 0.5 else b"")


def splice(chance: Random, raw: bytes, seeds: Sequence[bytes]) -> bytes:
    """The beginning of one mail and the end of another."""
    other = chance.choice(seeds)
    return raw[: chance.randint(0, len(raw))] + other[chance.randint(0, len(other)) :]


def enclose(chance: Random, raw: bytes, seeds: Sequence[bytes]) -> bytes:
    """One mail, head and all, within another."""
    at = chance.randint(0, len(raw))
    return raw[:at] + b"\r\n" + chance.choice(seeds) + b"\r\n" + raw[at:]


def repeat_header(chance: Random, raw: bytes, _seeds: Sequence[bytes]) -> bytes:
    """One field comes again, a few times or very many."""
    fields = list(_HEADER.finditer(raw[:50_000]))
    if not fields:
        return raw
    field = chance.choice(fields)
    return raw[: field.start()] + field[0] * chance.choice((1, 2, 30, 500)) + raw[field.start() :]


def break_boundary(chance: Random, raw: bytes, _seeds: Sequence[bytes]) -> bytes:
    """A boundary is renamed at one place, taken away, or the same as that of the part within."""
    found = _BOUNDARY.search(raw)
    if not found:
        return raw.replace(b"\r\n\r\n", b"\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n", 1)
    name = found[1].strip()
    places = [at.start() for at in re.finditer(re.escape(name), raw)]
    at = chance.choice(places)
    other = chance.choice((b"", b"X" + name, name[:-1], name + b"--", b"\x00"))
    return raw[:at] + other + raw[at + len(name) :]


def wrong_charset(chance: Random, raw: bytes, _seeds: Sequence[bytes]) -> bytes:
    """Another charset is stated than the octets are in, or one that nobody knows."""
    stated = b'charset="' + chance.choice(_CHARSETS) + b'"'
    if _CHARSET.search(raw):
        return _CHARSET.sub(lambda _: stated, raw)
    return b"Content-Type: text/plain; " + stated + b"\r\n" + raw


def wrong_type(chance: Random, raw: bytes, _seeds: Sequence[bytes]) -> bytes:
    """A part says that it is something else."""
    found = list(re.finditer(rb"(?i)content-type:[ \t]*[a-z0-9/.-]+", raw))
    if not found:
        return b"Content-Type: " + chance.choice(_TYPES) + b"\r\n" + raw
    at = chance.choice(found)
    return raw[: at.start()] + b"Content-Type: " + chance.choice(_TYPES) + raw[at.end() :]


def nulls(chance: Random, raw: bytes, _seeds: Sequence[bytes]) -> bytes:
    """NUL, and what else cannot be stored as text, at several places."""
    for _ in range(chance.randint(1, 8)):
        at = chance.randint(0, len(raw))
        raw = raw[:at] + chance.choice((b"\x00", b"\x00" * 50, b"\xed\xa0\x80", b"\xff\xfe", b"=00")) + raw[at:]
    return raw


def huge_line(chance: Random, raw: bytes, _seeds: Sequence[bytes]) -> bytes:
    """One piece repeated without end, at a place in the head or in the body."""
    octets, piece = chance.choice(HUGE_LINE), chance.choice(_PIECES)
    places = [found.end() for found in re.finditer(rb"\n|: ", raw[:20_000])] or [0]
    at = chance.choice(places)
    return raw[:at] + piece * (octets // len(piece)) + raw[at:]


def other_line_ends(chance: Random, raw: bytes, _seeds: Sequence[bytes]) -> bytes:
    """Lone CR, lone LF, or both mixed."""
    plain = raw.replace(b"\r\n", b"\n")
    return plain.replace(b"\n", chance.choice((b"\r", b"\n", b"\r\n", b"\r\r\n", b"\n\n")))


MUTATIONS: tuple[Mutation, ...] = (
    *(flip, cut, splice, enclose, repeat_header, break_boundary),
    *(wrong_charset, wrong_type, nulls, huge_line, other_line_ends),
)
