"""An entry for a calendar (RFC 5545), published to whoever opens it and never asking for an answer (RFC 5546, 3.2.1).

Moments are written in UTC, which every calendar turns into its owner's time: no definition of a zone is needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

MEDIA_TYPE = "text/calendar"
_LINE = 75  # octets, RFC 5545 section 3.1


@dataclass(frozen=True)
class Entry:
    """`uid` stays for ever; `sequence` grows with each change that people are told, `told_at` is when they were."""

    uid: str
    sequence: int
    told_at: datetime
    starts_at: datetime
    ends_at: datetime | None
    summary: str
    place: str
    description: str
    organiser: str
    organiser_mail: str
    called_off: bool = False

    @property
    def method(self) -> str:
        return "CANCEL" if self.called_off else "PUBLISH"


def calendar(entry: Entry) -> bytes:
    return b"".join(_folded(line) + b"\r\n" for line in _lines(entry))


def _lines(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:-//{_text(entry.uid.partition('@')[2])}//meetings//JA"
    yield f"METHOD:{entry.method}"
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(entry.uid)}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"DTSTAMP:{_moment(entry.told_at)}"
    yield f"LAST-MODIFIED:{_moment(entry.told_at)}"
    yield f"DTSTART:{_moment(entry.starts_at)}"
    if entry.ends_at is not None:
        yield f"DTEND:{_moment(entry.ends_at)}"
    yield f"SUMMARY:{_text(entry.summary)}"
    yield f"LOCATION:{_text(entry.place)}"
    if entry.description:
        yield f"DESCRIPTION:{_text(entry.description)}"
    yield f'ORGANIZER;CN="{_parameter(entry.organiser)}":mailto:{_parameter(entry.organiser_mail)}'
    yield f"STATUS:{'CANCELLED' if entry.called_off else 'CONFIRMED'}"
    yield "END:VEVENT"
    yield "END:VCALENDAR"


def _moment(at: datetime) -> str:
    """Raises ValueError for one without a zone, which would be read as any zone's."""
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """Section 3.3.11. Control characters have no place in a text and no escape, so they go."""
    for sign, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\n"), ("\r", "\n"), ("\n", "\\n")):
        words = words.replace(sign, escaped)
    return "".join(sign for sign in words if sign == "\t" or (sign >= " " and sign != "\x7f"))


def _parameter(words: str) -> str:
    """Section 3.2: a quoted value knows no escape, and holds no quote."""
    return "".join(sign for sign in words if sign >= " " and sign not in '"\x7f')


def _folded(line: str) -> bytes:
    """Cut before a character that would make the line longer than allowed; what goes on begins with a space."""
    rows, row = [], b""
    for sign in line:
        octets = sign.encode(errors="replace")
        if len(row) + len(octets) > _LINE:
            rows.append(row)
            row = b" "
        row += octets
    return b"\r\n".join([*rows, row])
