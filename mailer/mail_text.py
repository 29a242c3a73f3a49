"""Headers and bodies of strangers' mail as text; nothing here raises, and all of it can be stored as UTF-8."""

import binascii
import codecs
import email
import re
from collections.abc import Callable, Iterator
from email.message import Message
from email.parser import BytesHeaderParser

from mailer.html_text import text_of_html
from mailer.japanese_charsets import JAPANESE, decode_jis

# A mail at the door is at most 1 MiB; what a part says is said in its first quarter.
LONGEST_TEXT = 262_144
# Lines that could part a mail, and blank lines that part a delivery status. No mail has so many; a mebibyte of either
# would be half a million parts, and the parser would be at them for many seconds.
MOST_DELIMITERS = 1_000
MOST_BLANK_LINES = 2_000
# Octets of one Content-Type: the library takes its parameters apart anew at each question.
LONGEST_TYPE = 4_000

_ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]+\?[bBqQ]\?)")
_TYPE = re.compile(rb"^content-type[ \t]*:[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE)
_FOLD = re.compile(r"\r?\n[ \t]*|\r")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_JIS_ESCAPE = re.compile(rb"\x1b(?:\$[@B(]|\([BJI])")
# These decoders are slow without bound or read escapes that a mail has no business to carry.
_NEVER = frozenset({"punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape"})


def parse_mail(raw: bytes) -> Message:
    """A mail in whatever shape: an mbox `From ` line is dropped, lone CRs count as line ends."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    raw = _TYPE.sub(lambda found: found[0][:LONGEST_TYPE], raw)
    if _in_too_many_parts(raw):
        return _headers_alone(raw)
    try:
        return email.message_from_bytes(raw)
    except Exception:  # noqa: BLE001  (the parser has raised RecursionError, ValueError and more at odd MIME)
        return _headers_alone(raw)


def _in_too_many_parts(raw: bytes) -> bool:
    blank = sum(raw.count(pair) for pair in (b"\n\n", b"\n\r\n", b"\r\r"))
    return raw.count(b"\n--") > MOST_DELIMITERS or (blank > MOST_BLANK_LINES and b"delivery-status" in raw.lower())


def _headers_alone(raw: bytes) -> Message:
    try:
        return BytesHeaderParser().parsebytes(raw)
    except Exception:  # noqa: BLE001  (as above; the text is still worth keeping)
        message = Message()
        message.set_payload(raw.decode("ascii", "surrogateescape"))
        return message


def storable(text: str) -> str:
    """Lone surrogates and NUL, which UTF-8 or PostgreSQL refuse, become U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def decode_bytes(raw: bytes, charset: str | None = None) -> str:
    """By the stated charset where that is known and true to the bytes, else by what the bytes look like."""
    name = (charset or "").strip().strip("\"'").lower().replace("_", "-")
    family = JAPANESE.get(name)
    if family == "jis" and not raw.isascii() and not _JIS_ESCAPE.search(raw):
        return storable(_by_looks(raw))
    if family == "jis" or (family is None and _JIS_ESCAPE.search(raw)):
        return storable(decode_jis(raw))
    if family:
        return storable(raw.decode(family, "replace"))
    if name and name not in {"us-ascii", "ascii", "unknown-8bit"}:
        stated = _by_stated_charset(raw, name)
        if stated is not None:
            return storable(stated)
    return storable(_by_looks(raw))


def _by_stated_charset(raw: bytes, name: str) -> str | None:
    try:
        codec = codecs.lookup(name)
        if codec.name.replace("-", "_") in _NEVER:
            return None
        return raw.decode(codec.name)
    except (LookupError, ValueError):
        return None


def _by_looks(raw: bytes) -> str:
    readings = []
    for charset in ("utf-8", "cp932", "euc_jp"):
        try:
            readings.append(raw.decode(charset))
        except UnicodeDecodeError:
            continue
        if charset == "utf-8":
            return readings[0]
    # EUC read as Shift_JIS is full of half-width kana, which people hardly write.
    return min(readings, key=lambda text: len(_HALF_KANA.findall(text)), default=raw.decode("utf-8", "replace"))


def decode_header_text(raw: bytes | str) -> str:
    """One line of text: folds undone, encoded words joined before they are decoded, raw JIS read as such."""
    text = _FOLD.sub(" ", decode_bytes(raw) if isinstance(raw, bytes) else _rescue(raw))
    text = _BETWEEN_WORDS.sub(r"\1", text)
    return storable("".join(_decoded_runs(text))).strip()


def _decoded_runs(text: str) -> Iterator[str]:
    """Neighbouring words of one charset are decoded as one, since some mailers split them inside a character."""
    end, charset, waiting = 0, "", b""
    for word in _ENCODED_WORD.finditer(text):
        if waiting and (word.start() > end or word[1].lower() != charset):
            yield decode_bytes(waiting, charset)
            waiting = b""
        yield text[end : word.start()]
        charset, end = word[1].lower(), word.end()
        waiting += _word_bytes(word[2], word[3])
    if waiting:
        yield decode_bytes(waiting, charset)
    yield text[end:]


def _word_bytes(encoding: str, content: str) -> bytes:
    data = content.encode("utf-8", "surrogateescape" if content.isascii() else "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _rescue(text: str) -> str:
    """The email package keeps raw 8-bit octets as surrogates; they are turned back and read anew."""
    if text.isascii() and "\x1b" not in text:
        return text
    try:
        return decode_bytes(text.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return storable(text)


def header_texts(message: Message, name: str) -> tuple[str, ...]:
    """All fields of that name, decoded, in their order."""
    wanted = name.lower()
    return tuple(
        decode_header_text(value if isinstance(value, str) else str(value))
        for field, value in message.raw_items()
        if field.lower() == wanted
    )


def header_text(message: Message, name: str) -> str:
    """The first field of that name, decoded; empty where there is none."""
    return next(iter(header_texts(message, name)), "")


def inner_parts(part: Message) -> list[Message] | None:
    """What the part is made of, None for one that is a text. Asks for no text: the library would decode it by
    whatever codec the mail names, and some of those raise."""
    if not part.is_multipart():
        return None
    return [each for each in part.get_payload() if isinstance(each, Message)]


def part_text(part: Message) -> str:
    """The text of one part that is not multipart, HTML left as it is."""
    return (
        decode_bytes(_part_bytes(part)[:LONGEST_TEXT], parameter(part, "charset"))
        .replace("\r\n", "\n")
        .replace("\r", "\n")
    )


def _part_bytes(part: Message) -> bytes:
    for decode in (True, False):
        try:
            payload = part.get_payload(decode=decode)
        except (ValueError, LookupError, AttributeError):
            continue
        if isinstance(payload, bytes):
            return payload
        return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""
    return b""


def parameter(part: Message, name: str) -> str | None:
    """Of its Content-Type (RFC 2231); None too where the email package stumbles over it, as it does over numbered
    pieces beside one without a number."""
    try:
        found = part.get_param(name)
    except (ValueError, LookupError, AttributeError, TypeError):
        return None
    # RFC 2231 gives a triple of charset, language and value.
    return found[2] if isinstance(found, tuple) else found


def readable_text(part: Message) -> str:
    """The text of one part as a person would read it: HTML without its marks."""
    text = part_text(part)
    return text_of_html(text) if part.get_content_type() == "text/html" else text


def body_text(message: Message, *, leave_out: Callable[[Message], bool] | None = None) -> str:
    """All text of the mail, of an alternative the plain one; mails enclosed in it are not read, nor are parts that
    `leave_out` says True of."""
    return "\n".join(filter(None, _texts(message, leave_out))).strip()


def _texts(message: Message, leave_out: Callable[[Message], bool] | None) -> Iterator[str]:
    pending = [message]
    while pending:
        part = pending.pop()
        parts = inner_parts(part)
        if part.get_content_maintype() == "message":
            continue
        if leave_out is not None and part is not message and parts is None and leave_out(part):
            continue
        if parts is None:
            # A multipart whose boundary was never found is text, too.
            if part.get_content_maintype() in {"text", "multipart"}:
                yield readable_text(part).strip()
            continue
        plain = [p for p in parts if p.get_content_type() == "text/plain" and part_text(p).strip()]
        if part.get_content_type() == "multipart/alternative" and plain:
            parts = plain
        pending.extend(reversed(parts))
