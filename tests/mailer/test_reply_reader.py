"""The reply reader: whatever a server sends, cut anywhere."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.reply_reader import MOST_OCTETS, NO_REPLY, ReplyReader

DIALOGUE = (
    b"250-relay.test\r\n250-PIPELINING\r\n250 8BITMIME\r\n250 2.1.0 ok\r\n550-5.1.1 no\n550 such user\n354\r\n250 \r\n"
)
REPLIES = [b"250 relay.test PIPELINING 8BITMIME", b"250 2.1.0 ok", b"550 5.1.1 no such user", b"354 ", b"250 "]


def read(*pieces: bytes) -> list[bytes]:
    reader = ReplyReader()
    return [reply.rstrip(b"\r") for piece in pieces for reply in reader.feed(piece)]


def test_replies_come_as_one_line_each() -> None:
    assert read(DIALOGUE) == REPLIES


@given(st.lists(st.integers(0, len(DIALOGUE)), max_size=12))
@settings(max_examples=200)
def test_where_the_octets_are_cut_changes_nothing(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(DIALOGUE)]
    pieces = [DIALOGUE[start:end] for start, end in pairwise(edges)]

    assert read(*pieces) == REPLIES


@pytest.mark.parametrize(
    "junk",
    [
        b"what?\r\n",
        b"\r\n",
        b"25\r\n",
        b"250x\r\n",
        b"2\xb20 ok\r\n",
        b"250-a\r\n550 b\r\n",
        b"-50 a\r\n",
        b" 250 a\r\n",
    ],
)
def test_what_is_no_reply_is_told_after_the_replies_before_it(junk: bytes) -> None:
    assert read(b"250 taken\r\n" + junk) == [b"250 taken", NO_REPLY]


@pytest.mark.parametrize("octets", [b"x" * (MOST_OCTETS + 1), b"250-and so on\r\n" * 6000])
def test_an_endless_answer_is_none(octets: bytes) -> None:
    pieces = [octets[at : at + 1000] for at in range(0, len(octets), 1000)]

    assert NO_REPLY in read(*pieces)


def test_an_answer_of_ten_kilobytes_is_one() -> None:
    [reply] = read(b"250 " + b"x" * 10_240 + b"\r\n")

    assert len(reply) == 10_244


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_no_octets_break_it(pieces: list[bytes]) -> None:
    for reply in read(*pieces):
        assert reply[:3].isdigit()
        assert reply[3:4] == b" "
