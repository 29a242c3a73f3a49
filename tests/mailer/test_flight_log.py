"""The flight log: what was accepted survives the process, and nothing is made up."""

import errno
import os
import resource
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.flight_log import FlightLog, Landing, SenderRunsAlready, microseconds

AT = datetime(2026, 11, 20, 1, 0, 0, 123456, tzinfo=UTC)
LANDINGS = [Landing(row, 1 + row % 3, AT + timedelta(seconds=row)) for row in range(1, 50)]
SLOT = struct.Struct("<qIqI")

# Lands letters without end and tells each time how many are noted by now.
LIFE = """
import os, sys
from pathlib import Path
from mailer.flight_log import FlightLog
log = FlightLog(Path(sys.argv[1]), slots=64)
row = 0
while True:
    row += 1
    log.landed(row, 1, row)
    os.write(1, b"%d\\n" % row)
"""


def sound(row: int, attempt: int, moment: int) -> bytes:
    """A slot as it stands in the file."""
    facts = SLOT.pack(row, attempt, moment, 0)[:20]
    return facts + crc32(facts).to_bytes(4, "little")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flights" / "s1.log"


@contextmanager
def opened(path: Path, slots: int = 64) -> Iterator[FlightLog]:
    with closing(FlightLog(path, slots=slots)) as log:
        yield log


@contextmanager
def no_file_longer_than(octets: int) -> Iterator[None]:
    """What the kernel refuses then fails like a full disk, with another number."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def land(log: FlightLog, landings: list[Landing]) -> list[int]:
    return [log.landed(landing.row, landing.attempt, landing.at) for landing in landings]


def held(path: Path) -> list[Landing]:
    with opened(path) as log:
        return list(log.unrecorded())


def test_what_landed_is_read_again_by_the_next_life(path: Path) -> None:
    with opened(path) as log:
        land(log, LANDINGS)

    assert held(path) == LANDINGS


def test_a_landing_is_on_the_file_at_once(path: Path) -> None:
    with opened(path) as log:
        log.landed(7, 2, AT)

        assert path.read_bytes()[:20] == SLOT.pack(7, 2, microseconds(AT), 0)[:20]


def test_whoever_is_killed_in_mid_run_keeps_every_landing_that_was_noted(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", LIFE, str(path)], stdout=subprocess.PIPE) as life:
        assert life.stdout is not None
        for _ in range(500):
            life.stdout.readline()
        life.send_signal(signal.SIGKILL)
        told = life.stdout.read().split(b"\n")
    noted = max([500, *(int(number) for number in told[:-1])])

    rows = [landing.row for landing in held(path)]

    assert rows[:noted] == list(range(1, noted + 1))
    assert len(rows) <= noted + 1, "the last one may have landed without having told"


def test_two_senders_of_one_name_cannot_run_at_once(path: Path) -> None:
    with opened(path) as log:
        land(log, LANDINGS)

        with pytest.raises(SenderRunsAlready, match="s1"):
            FlightLog(path)

        assert log.unrecorded() == LANDINGS
    FlightLog(path).close()


def test_what_is_recorded_is_forgotten(path: Path) -> None:
    with opened(path) as log:
        log.clear(land(log, LANDINGS)[:-1])

    assert held(path) == LANDINGS[-1:]


def test_slots_are_used_again_and_the_file_keeps_its_size(path: Path) -> None:
    with opened(path, slots=50) as log:
        for _ in range(20):
            log.clear(land(log, LANDINGS))

        assert path.stat().st_size == 50 * SLOT.size
        assert log.unrecorded() == []


def test_a_slot_cleared_twice_holds_one_landing_not_two(path: Path) -> None:
    with opened(path) as log:
        slots = land(log, LANDINGS[:2])
        log.clear([slots[0], slots[0]])
        land(log, LANDINGS[2:4])

        assert len(log.unrecorded()) == 3


def test_what_an_earlier_life_left_is_not_written_over(path: Path) -> None:
    with opened(path) as log:
        log.clear(land(log, LANDINGS)[::2])

    with opened(path) as log:
        land(log, LANDINGS[::2])

        assert sorted(log.unrecorded(), key=lambda landing: landing.row) == LANDINGS


def test_after_the_replay_the_log_is_empty_and_all_of_it_is_free(path: Path) -> None:
    with opened(path) as log:
        land(log, LANDINGS)

    with opened(path) as log:
        log.clear([3, 5])
        log.clear_all()
        assert log.unrecorded() == []
        land(log, LANDINGS)

        assert log.unrecorded() == LANDINGS
        assert path.stat().st_size == 64 * SLOT.size


def test_a_log_without_a_free_slot_grows_and_the_next_life_reads_all_of_it(path: Path) -> None:
    with opened(path, slots=3) as log:
        slots = land(log, LANDINGS)
        assert len(set(slots)) == len(LANDINGS)

    with opened(path, slots=3) as log:
        assert log.unrecorded() == LANDINGS
        log.clear(slots)
        assert log.unrecorded() == []


def test_a_full_disk_shows_at_the_start_and_what_landed_before_stays(path: Path) -> None:
    with opened(path) as log:
        land(log, LANDINGS)

    with no_file_longer_than(64 * SLOT.size), pytest.raises(OSError, match=str(path)):
        FlightLog(path, slots=1000)

    assert held(path) == LANDINGS, "nothing is lost, and the lock is free"


def test_a_landing_for_which_there_is_no_room_is_never_lost_silently(path: Path) -> None:
    with opened(path, slots=len(LANDINGS)) as log, no_file_longer_than(len(LANDINGS) * SLOT.size):
        slots = land(log, LANDINGS)

        with pytest.raises(OSError, match=str(path)) as problem:
            log.landed(1000, 1, AT)

        assert problem.value.errno in {errno.EFBIG, errno.ENOSPC}
        assert log.unrecorded() == LANDINGS
        log.clear(slots[:1])
        assert log.landed(1000, 1, AT) == slots[0]


@pytest.mark.parametrize("refusal", [None, errno.EOPNOTSUPP, errno.EINVAL])
def test_every_slot_has_its_place_on_the_disk_beforehand(
    path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int | None
) -> None:
    def refuse(file: int, offset: int, octets: int) -> None:
        raise OSError(refusal, "not on this file system")

    if refusal is not None:
        monkeypatch.setattr(os, "posix_fallocate", refuse)
    path.parent.mkdir()
    path.write_bytes(sound(7, 2, 5))
    os.truncate(path, 1000 * SLOT.size)  # a hole, as a copy of a file may have

    with opened(path, slots=4000) as log:
        assert path.stat().st_size == 4000 * SLOT.size
        assert path.stat().st_blocks * 512 >= 4000 * SLOT.size
        assert [landing.row for landing in log.unrecorded()] == [7]


def test_a_file_of_another_kind_in_its_place_is_an_empty_log(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("".join(f"{landing.row} 1 {landing.at.isoformat()}\n" for landing in LANDINGS))

    with opened(path) as log:
        assert log.unrecorded() == []
        land(log, LANDINGS)
        assert log.unrecorded() == LANDINGS


@given(st.datetimes(timezones=st.sampled_from([UTC, ZoneInfo("Asia/Tokyo")])))
@settings(max_examples=30)
def test_a_moment_comes_back_to_the_microsecond(at: datetime) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "s1.log") as log:
        log.landed(1, 1, at)
        log.landed(2, 1, microseconds(at))

        assert {landing.at for landing in log.unrecorded()} == {at.astimezone(UTC)}


@pytest.mark.parametrize(("row", "at"), [(1, AT.replace(tzinfo=None)), (2**63, AT)])
def test_what_cannot_be_noted_is_refused_and_takes_no_slot(path: Path, row: int, at: datetime) -> None:
    with opened(path) as log:
        with pytest.raises((TypeError, struct.error)):
            log.landed(row, 1, at)

        assert log.landed(1, 1, AT) == 0


@given(
    st.lists(st.binary(min_size=SLOT.size, max_size=SLOT.size) | st.just(bytes(SLOT.size)) | st.just(sound(7, 2, 5)))
)
@settings(max_examples=60)
def test_whatever_octets_stand_in_the_file_nothing_is_made_up(slots: list[bytes]) -> None:
    right = [slot for slot in slots if crc32(slot[:20]).to_bytes(4, "little") == slot[20:]]

    found = read_back(b"".join(slots))

    assert [sound(landing.row, landing.attempt, microseconds(landing.at)) for landing in found] == right


@given(st.integers(0, 3 * SLOT.size - 1), st.integers(1, 255))
@settings(max_examples=40)
def test_a_damaged_slot_is_passed_over_and_costs_no_other(place: int, change: int) -> None:
    octets = bytearray(image(LANDINGS[:3]))
    octets[place] ^= change

    found = read_back(bytes(octets))

    assert found == [landing for slot, landing in enumerate(LANDINGS[:3]) if slot != place // SLOT.size]


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**32 - 1), st.integers(-(2**63), 2**63 - 1))
@settings(max_examples=40)
def test_a_sound_slot_with_an_impossible_moment_never_raises(row: int, attempt: int, moment: int) -> None:
    assert len(read_back(sound(row, attempt, moment))) <= 1


def image(landings: list[Landing]) -> bytes:
    """The octets of a log that holds these."""
    with tempfile.TemporaryDirectory() as folder:  # hypothesis and tmp_path do not go together
        path = Path(folder) / "s1.log"
        with opened(path) as log:
            land(log, landings)
        return path.read_bytes()[: len(landings) * SLOT.size]


def read_back(octets: bytes) -> list[Landing]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s1.log"
        path.write_bytes(octets)
        return held(path)
