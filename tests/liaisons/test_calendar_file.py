"""Calendar entries read line by line against RFC 5545: folding, escaping, moments, changes and an end."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaisons.calendar_file import Entry, calendar

TOKYO = ZoneInfo("Asia/Tokyo")
ENTRY = Entry(
    uid="meeting-7@mail.example.jp",
    sequence=0,
    told_at=datetime(2026, 11, 20, 1, 0, tzinfo=UTC),
    starts_at=datetime(2026, 12, 10, 14, 0, tzinfo=TOKYO),
    ends_at=datetime(2026, 12, 10, 15, 30, tzinfo=TOKYO),
    summary="地域安全の会（こもれび市）",
    place="中央公民館, 3階; 和室",
    description="・最近の事件\n・C:\\ドライブ",
    organiser='こもれび市"地域安全課"',
    organiser_mail="chiiki-anzen@example.jp",
)


def unfolded(octets: bytes) -> list[str]:
    assert octets.endswith(b"\r\n")
    return octets.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_an_entry_says_what_rfc_5545_and_5546_want_of_a_published_event() -> None:
    assert unfolded(calendar(ENTRY)) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//mail.example.jp//meetings//JA",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        "UID:meeting-7@mail.example.jp",
        "SEQUENCE:0",
        "DTSTAMP:20261120T010000Z",
        "LAST-MODIFIED:20261120T010000Z",
        "DTSTART:20261210T050000Z",
        "DTEND:20261210T063000Z",
        "SUMMARY:地域安全の会（こもれび市）",
        "LOCATION:中央公民館\\, 3階\\; 和室",
        "DESCRIPTION:・最近の事件\\n・C:\\\\ドライブ",
        'ORGANIZER;CN="こもれび市地域安全課":mailto:chiiki-anzen@example.jp',
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_a_meeting_that_is_called_off_is_cancelled_with_a_higher_number_under_the_same_name() -> None:
    lines = unfolded(calendar(replace(ENTRY, sequence=2, called_off=True)))

    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:2", "UID:meeting-7@mail.example.jp"} <= set(lines)


def test_without_an_end_and_without_words_their_lines_are_left_out() -> None:
    lines = unfolded(calendar(replace(ENTRY, ends_at=None, description="")))

    assert [line for line in lines if line.startswith(("DTEND", "DESCRIPTION"))] == []


def test_the_clock_of_a_zone_with_summer_time_is_told_in_utc() -> None:
    berlin = replace(ENTRY, starts_at=datetime(2026, 7, 1, 9, 0, tzinfo=ZoneInfo("Europe/Berlin")))

    assert "DTSTART:20260701T070000Z" in unfolded(calendar(berlin))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        calendar(replace(ENTRY, starts_at=datetime(2026, 12, 10, 14, 0)))  # noqa: DTZ001 -- what is refused


@given(st.text(max_size=400), st.text(max_size=400))
def test_no_words_make_a_line_too_long_add_one_or_break_a_character(summary: str, organiser: str) -> None:
    octets = calendar(replace(ENTRY, summary=summary, organiser=organiser))

    rows = octets.split(b"\r\n")
    assert max(map(len, rows)) <= 75
    assert [row.decode() for row in rows]
    assert len(unfolded(octets)) == len(unfolded(calendar(ENTRY)))
    assert b"\n" not in octets.replace(b"\r\n", b"")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200))
def test_what_was_escaped_is_read_back_as_it_was(words: str) -> None:
    line = next(each for each in unfolded(calendar(replace(ENTRY, place=words))) if each.startswith("LOCATION:"))

    told = line.removeprefix("LOCATION:").replace("\\\\", "\0").replace("\\;", ";").replace("\\,", ",")
    assert told.replace("\\n", "\n").replace("\0", "\\") == words
