"""The counting sink and the proxy, as processes of their own."""

import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.bare import bare_loop
from bench.processes import Child, module
from bench.records import Record
from bench.sink import Book, Guest, Manners
from bench.sinks import Sink, counting_sink

LETTER = b"From: a@example.jp\r\nMessage-ID: <%d@example.jp>\r\n\r\nbody\r\n..dotted\r\n"
ENVELOPE = b"MAIL FROM:<b@example.jp>\r\nRCPT TO:<r%d@example.com>\r\nDATA\r\n"


class Wire:
    """Stands for the transport of one connection."""

    def __init__(self) -> None:
        self.said = b""

    def write(self, data: bytes) -> None:
        self.said += data

    def is_closing(self) -> bool:
        return False


def guest(book: Book) -> tuple[Guest, Wire]:
    wire = Wire()
    server = Guest(book, Manners())
    server.connection_made(wire)  # type: ignore[arg-type]  # as much of a transport as it uses
    wire.said = b""
    return server, wire


@contextmanager
def client(sink: Sink) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=20) as found:
        yield found


@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_pipelined_letters_are_counted_however_they_are_cut(piece: int) -> None:
    book = Book()
    server, wire = guest(book)
    stream = b"".join(ENVELOPE % number + LETTER % number + b".\r\n" for number in range(5))

    for start in range(0, len(stream), piece):
        server.data_received(stream[start : start + piece])

    assert book.accepted == 5
    assert wire.said.count(b"354") == 5
    assert wire.said.count(b"250") == 15


def test_the_sink_counts_and_writes_down_what_it_took(tmp_path: Path) -> None:
    path = tmp_path / "record"
    with counting_sink(record=path) as sink:
        with client(sink) as smtp:
            for number in range(3):
                smtp.sendmail("b@example.jp", [f"r{number}@example.com"], LETTER % number)
        seen = sink.seen(forget=True)
        after = sink.seen()
        taken = Record(path).new()

    assert (seen.accepted, after.accepted) == (3, 0)
    assert seen.first <= seen.last <= time.monotonic()
    assert [(each.recipient, each.message_id) for each in taken] == [
        (f"r{number}@example.com", f"<{number}@example.jp>") for number in range(3)
    ]


def test_a_sink_without_pipelining_does_not_offer_it() -> None:
    with counting_sink() as sink, client(sink) as smtp:
        smtp.ehlo()
        assert smtp.has_extn("pipelining")
    with counting_sink(pipelining=False) as sink, client(sink) as smtp:
        smtp.ehlo()
        assert not smtp.has_extn("pipelining")


def test_a_slow_sink_answers_no_sooner_than_it_was_told() -> None:
    with counting_sink(delay=0.05) as sink, client(sink) as smtp:
        begun = time.monotonic()
        smtp.sendmail("b@example.jp", ["r@example.com"], LETTER % 1)

        assert time.monotonic() - begun >= 0.045


def test_through_the_proxy_an_answer_takes_both_ways() -> None:
    with counting_sink() as sink, Child(module("bench.proxy", sink.port, 10)) as proxy:
        port = int(proxy.answer())
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as smtp:
            begun = time.monotonic()
            for _ in range(5):
                smtp.noop()
            taken = time.monotonic() - begun

        assert taken >= 5 * 0.019


async def test_the_bare_loop_sends_as_many_letters_as_it_was_told() -> None:
    with counting_sink() as sink:
        await bare_loop(sink.port, 50, connections=4, octets=2000)
        seen = sink.seen()

    assert seen.accepted == 50
    assert 1800 < seen.octets / 50 < 2100
