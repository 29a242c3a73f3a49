"""ISO-2022-JP as Japanese mailers really write it: with NEC and IBM characters and half-width kana.

No codec of the standard library reads `①` or `髙` from ISO-2022-JP; cp932 knows them all, so the two octets of a
JIS character are moved to where Shift_JIS has it.
"""

import re

_JIS_NAMES = (
    *("iso-2022-jp", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-3", "iso-2022-jp-2004", "iso-2022-jp-ext"),
    *("iso-2022-jp-ms", "cp50220", "cp50221", "cp50222", "csiso2022jp", "jis"),
)
_SHIFT_JIS_NAMES = (
    *("shift-jis", "shiftjis", "x-sjis", "sjis", "s-jis", "csshiftjis", "ms-kanji"),
    *("windows-31j", "cswindows31j", "cp932", "ms932", "windows-932", "x-ms-cp932"),
)

# The stated name (lower-case, hyphens) and what reads it: a codec's name, or "jis" for decode_jis.
JAPANESE = dict.fromkeys(_JIS_NAMES, "jis") | dict.fromkeys(_SHIFT_JIS_NAMES, "cp932")

# A line's end brings ASCII back, so that all lines up to the next escape are one piece: a mail may have 60,000 of them.
_ESCAPE = re.compile(rb"(\x1b\$\([@BDOPQ]|\x1b\$[@B]|\x1b&@\x1b\$B|\x1b\([BJIH]|[\x0e\x0f]|\n[^\x1b\x0e\x0f]*)")
_TWO_OCTETS = {b"\x1b$@", b"\x1b$B", b"\x1b$(@", b"\x1b$(B", b"\x1b&@\x1b$B"}
# JIS X 0212 and the planes of JIS X 0213 are rare enough to be left to the codecs that have them.
_BY_CODEC = {
    b"\x1b$(D": "iso2022_jp_1",
    b"\x1b$(O": "iso2022_jp_3",
    b"\x1b$(P": "iso2022_jp_3",
    b"\x1b$(Q": "iso2022_jp_2004",
}


def decode_jis(raw: bytes) -> str:
    """Never raises; what no table knows becomes U+FFFD, and every line begins in ASCII."""
    text: list[str] = []
    mode = b"\x1b(B"
    for index, piece in enumerate(_ESCAPE.split(raw)):
        if index % 2 == 0:
            text.append(_decode_run(piece, mode))
        elif piece.startswith(b"\n"):
            text.append(piece.decode("cp932", "replace"))
            mode = b"\x1b(B"
        elif piece == b"\x0e":
            mode = b"\x1b(I"
        else:
            mode = b"\x1b(B" if piece == b"\x0f" else piece
    return "".join(text)


def _decode_run(piece: bytes, mode: bytes) -> str:
    if not piece:
        return ""
    if mode in _TWO_OCTETS:
        return _two_octets(piece)
    if mode in _BY_CODEC:
        return (mode + piece + b"\x1b(B").decode(_BY_CODEC[mode], "replace")
    if mode == b"\x1b(I":
        return bytes(octet | 0x80 if 0x21 <= octet <= 0x5F else octet for octet in piece).decode("cp932", "replace")
    return piece.decode("cp932", "replace")


def _two_octets(piece: bytes) -> str:
    moved = bytearray()
    octets = iter(piece)
    for first in octets:
        if not 0x21 <= first <= 0x7E:
            moved.append(first)
            continue
        second = next(octets, None)
        if second is None or not 0x21 <= second <= 0x7E:
            moved += b"\x81\xac"  # GETA MARK, the printer's sign for a missing character
            continue
        moved += _shift_jis(first, second)
    return moved.decode("cp932", "replace")


def _shift_jis(first: int, second: int) -> bytes:
    lead = (first - 0x21) // 2 + (0x81 if first < 0x5F else 0xC1)
    if first % 2 == 0:
        return bytes((lead, second + 0x7E))
    return bytes((lead, second + (0x1F if second < 0x60 else 0x20)))
