"""The flight log: one write to mapped memory per acceptance, so that a crash before the grouped record repeats nothing.

Only a letter on the wire at the crash, whose answer nobody heard, may go out again.
"""

import errno
import fcntl
import mmap
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from struct import Struct
from zlib import crc32

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

_FACTS = Struct("<qIq")  # row, attempt, microseconds since the epoch
_SLOT = Struct("<qIqI")  # the same, and the check sum over them, which is never right for zeros
_SIZE = _SLOT.size
_EMPTY = bytes(_SIZE)
_CANNOT_ALLOCATE = frozenset({errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})


class SenderRunsAlready(Exception):
    """Another sender of the same name uses this data folder."""

    def __init__(self, name: str) -> None:
        super().__init__(f"another sender uses this data folder already ({name})")


@dataclass(frozen=True, slots=True)
class Landing:
    """An acceptance: which row, which try of it, and when."""

    row: int
    attempt: int
    at: datetime


class FlightLog:
    """A file of fixed slots in mapped memory, held for the life of one sender and used by one thread.

    The kernel keeps mapped pages when the process is killed. All slots have their place on the disk beforehand, since
    a full disk met while writing to mapped memory would end the process (SIGBUS). Raises SenderRunsAlready when
    another process holds the file, and OSError where it finds no room.
    """

    def __init__(self, path: Path, *, slots: int = 65536) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._hold()
            self._map = self._mapped(max(slots, os.fstat(self._file).st_size // _SIZE))
        except BaseException:
            os.close(self._file)
            raise
        # What an earlier life left stays where it is until it is cleared; slots from the mark on were never used.
        left = {slot for slot, _ in self._landings()}
        self._mark = max(left, default=-1) + 1
        self._free = [slot for slot in range(self._mark) if slot not in left]

    def landed(self, row: int, attempt: int, at: datetime | int) -> int:
        """The number of the slot that holds it now; `at` may be given in microseconds since the epoch. Raises OSError
        when more room is needed and the disk is full: then it is not noted."""
        moment = at if isinstance(at, int) else microseconds(at)
        check = crc32(_FACTS.pack(row, attempt, moment))
        slot = self._free.pop() if self._free else self._unused()
        _SLOT.pack_into(self._map, slot * _SIZE, row, attempt, moment, check)
        return slot

    def clear(self, slots: Iterable[int]) -> None:
        """Their records are committed; a slot that is empty already is passed over."""
        octets, free = self._map, self._free.append
        for slot in slots:
            start = slot * _SIZE
            if octets[start : start + _SIZE] != _EMPTY:
                octets[start : start + _SIZE] = _EMPTY
                free(slot)

    def unrecorded(self) -> Sequence[Landing]:
        """What the file holds, at the start that is what an earlier life left; damaged slots are passed over."""
        return [landing for _, landing in self._landings()]

    def clear_all(self) -> None:
        """All that it holds is recorded."""
        self._map[:] = bytes(len(self._map))
        self._mark = 0
        self._free.clear()

    def close(self) -> None:
        self._map.close()
        os.close(self._file)

    def _hold(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SenderRunsAlready(self._path.stem) from None

    def _mapped(self, slots: int) -> mmap.mmap:
        try:
            _allocate(self._file, slots * _SIZE)
        except OSError as problem:
            raise OSError(problem.errno, problem.strerror, str(self._path)) from problem
        return mmap.mmap(self._file, slots * _SIZE)

    def _unused(self) -> int:
        slots = len(self._map) // _SIZE
        if self._mark == slots:
            grown = self._mapped(slots * 2)
            self._map.close()
            self._map = grown
        self._mark += 1
        return self._mark - 1

    def _landings(self) -> Iterator[tuple[int, Landing]]:
        for slot, (row, attempt, moment, check) in enumerate(_SLOT.iter_unpack(self._map[:])):
            if check == crc32(_FACTS.pack(row, attempt, moment)):
                try:
                    yield slot, Landing(row, attempt, EPOCH + timedelta(microseconds=moment))
                except OverflowError:
                    continue  # no landing of ours: a moment beyond the calendar


def microseconds(at: datetime) -> int:
    """Since the epoch; raises TypeError for a moment without its zone."""
    return (at - EPOCH) // MICROSECOND


def _allocate(file: int, octets: int) -> None:
    """Room on the disk for the whole of it, holes too; what the file holds stays as it is."""
    try:
        os.posix_fallocate(file, 0, octets)
    except AttributeError:
        pass  # This system (macOS) has no such call.
    except OSError as problem:
        if problem.errno not in _CANNOT_ALLOCATE:
            raise
    else:
        return
    with open(file, "r+b", closefd=False) as whole:
        held = whole.read()
        whole.seek(0)
        whole.write(held.ljust(octets, b"\0"))
