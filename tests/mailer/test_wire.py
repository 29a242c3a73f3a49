"""The wire: what is written for an address and a letter, and that nothing else can be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.wire import announcement, content, readable
from tests.support.trays import letter


def unstuffed(octets: bytes) -> bytes:
    """As a server reads it (RFC 5321 section 4.5.2)."""
    lines = octets.split(b"\r\n")
    assert lines[-2:] == [b".", b""]
    assert b"." not in lines[:-2]
    return b"".join(line.removeprefix(b".") + b"\r\n" for line in lines[:-2])


@given(st.lists(st.text(alphabet=".ab", max_size=4), max_size=40))
def test_a_server_reads_what_was_written(lines: list[str]) -> None:
    octets = "".join(f"{line}\r\n" for line in lines).encode()

    assert unstuffed(content(letter(octets=octets))) == (octets or b"\r\n")


@given(st.text(alphabet=".\r\nab", max_size=60).map(str.encode))
def test_no_letter_ends_before_its_end(octets: bytes) -> None:
    written = content(letter(octets=octets))

    # Whatever a careless server takes for a line end (CRLF, CR or LF), a dot stands alone at the very end only.
    lines = written.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert lines.index(b".") == len(lines) - 2
    assert written.endswith(b"\r\n.\r\n")


def test_a_letter_full_of_dots_is_looked_through_to_its_end() -> None:
    octets = b"." + b"a.b.c " * 1000 + b"\r\n.end\r\n"

    assert content(letter(octets=octets)) == b".." + b"a.b.c " * 1000 + b"\r\n..end\r\n.\r\n"
    assert content(letter(octets=octets[1:])).endswith(b"\r\n..end\r\n.\r\n")


@given(st.text(max_size=20))
def test_an_address_ends_no_command_and_begins_none(recipient: str) -> None:
    try:
        _, rcpt = announcement(letter(1, recipient))
    except ValueError:
        return

    inner = rcpt.removeprefix(b"RCPT TO:<").removesuffix(b">")
    assert all(32 <= octet < 127 for octet in inner)
    assert inner == recipient.encode()
    if not recipient.startswith('"'):
        assert not set(inner) & set(b" <>")


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (b"250 2.0.0 Ok\r", "250 2.0.0 Ok"),
        (b"550 a\x00b\tc\x1b[1m", "550 a b c [1m"),
        ("550 宛先不明".encode(), "550 宛先不明"),
        (b"550 \xff\xfe", "550 ��"),
        (b"550 " + b"x" * 20_000, "550 " + "x" * 996),
    ],
)
def test_an_answer_is_one_line_that_any_database_takes(reply: bytes, text: str) -> None:
    assert readable(reply) == text
