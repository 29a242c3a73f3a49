"""A stranger's file is read to its end whatever it holds: no line is lost, none is counted twice, none fills memory."""

import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.database import Database
from subscribers.register_file import FileInvalid, RegisterFile
from subscribers.register_lines import LONGEST_LINE, RawLine, cells_of, decoded, raw_lines
from subscribers.register_transfer import Importer, Rejected
from subscribers.town import Town
from tests.support.clock import HandClock

HEADER = "メールアドレス,配信区分,状態,停止,登録日時,エラー回数\r\n".encode()
PIECES = (
    b"\r", b"\n", b"\r\n", b",", b'"', b"\0", b"\t", b";", b"=1+1", b"'=x@example.jp", b"a@example.jp",
    b"A@EXAMPLE.JP ", b"b..c@docomo.ne.jp", b"<d@example.jp>", "ｅ＠example.jp".encode(),
    "犯罪情報".encode(), "犯罪情報".encode("cp932"),
    "停止".encode("cp932"), "令和元年5月7日".encode(), b"\xff\xfe", b"\x81", b"\xef\xbb\xbf", b"9" * 40, b"0001-01-01",
    b"x" * (LONGEST_LINE + 1),
)  # fmt: skip
garbage = st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)), max_size=40).map(b"".join)


@given(octets=garbage)
def test_every_octet_of_a_file_belongs_to_exactly_one_line(octets: bytes) -> None:
    lines = list(raw_lines(io.BytesIO(octets)))

    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert sum(line.size for line in lines) == len(octets)
    assert len(lines) == len(octets.splitlines())
    assert all(line.octets is None or len(line.octets) <= LONGEST_LINE for line in lines)


def test_the_block_in_which_a_line_ends_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    octets = b"a\r\nb\rc\n\n" + b"d" * 50 + b"\r\r\n" + b"e"
    whole = list(raw_lines(io.BytesIO(octets)))

    for size in range(1, 12):
        monkeypatch.setattr("subscribers.register_lines._BLOCK", size)
        assert list(raw_lines(io.BytesIO(octets))) == whole


def test_a_line_without_end_is_refused_in_little_memory_and_the_rest_is_read() -> None:
    class Endless(io.RawIOBase):
        """64 MiB without a line end, then one line."""

        def __init__(self) -> None:
            self.left = 256

        def read(self, _size: int = -1) -> bytes:
            self.left -= 1
            return b"x" * 262_144 if self.left > 0 else b"\na@example.jp\n" if self.left == 0 else b""

    tracemalloc.start()
    lines = list(raw_lines(Endless()))  # type: ignore[arg-type]  # it reads as a file does
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [line.octets for line in lines] == [None, b"a@example.jp\n"]
    assert peak < 8 << 20


def test_only_a_last_line_without_an_end_is_cut() -> None:
    assert [line.is_cut for line in raw_lines(io.BytesIO(b"a\nb\rc"))] == [False, False, True]


def test_a_cell_is_read_with_its_quotes_and_one_that_does_not_close_is_not_read() -> None:
    assert cells_of('"a,b","c ""d""",e\r\n', ",") == ["a,b", 'c "d"', "e"]
    assert cells_of('a,"b\r\n', ",") is None


def test_octets_of_no_encoding_stay_as_a_sign() -> None:
    assert decoded("犯罪".encode("cp932")) == decoded("犯罪".encode()) == "犯罪"
    assert "\ufffd" in decoded(b"\x81")


@pytest.mark.parametrize("database_kind", ["sqlite"])
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(octets=garbage)
def test_every_line_is_added_known_or_rejected_exactly_once(
    database: Database, town: Town, clock: HandClock, tmp_path: Path, octets: bytes
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(HEADER + octets)
    rejected: list[Rejected] = []
    try:
        file = RegisterFile.open(path, town)
    except FileInvalid:
        return
    lines = [line.number for line in file.lines()]
    importer = Importer(database, town, clock, reject=rejected.append)

    dry = importer.look(file).counts
    told, rejected[:] = list(rejected), []
    counts = importer.run(file).counts

    assert counts.added + counts.known + counts.rejected == len(lines)
    assert (dry.added + dry.known, dry.rejected) == (counts.added + counts.known, counts.rejected)
    assert [line.line for line in rejected] == [line.line for line in told] == sorted({each.line for each in rejected})
    assert len(rejected) == counts.rejected
    assert {line.line for line in rejected} <= set(lines)


def test_lines_are_values() -> None:
    assert RawLine(1, 2, b"a\n", is_cut=False).size == 2
