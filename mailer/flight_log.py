"""The flight log: one small append per acceptance, so that a crash before the grouped record repeats nothing.

Only a letter on the wire at the crash, whose answer nobody heard, may go out again.
"""

import fcntl
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

LONGEST_LOG = 1 << 20  # octets, some 20,000 letters


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
    """A file held for the life of one sender; raises SenderRunsAlready when another process holds it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        # The lock has a file of its own, since the log's is exchanged now and then.
        self._lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise SenderRunsAlready(path.stem) from None
        self._file = _opened(path)
        self._octets = os.fstat(self._file).st_size

    def landed(self, landing: Landing) -> None:
        """One write of one line, unbuffered: it survives the process at once. Raises OSError on a full disk."""
        self._octets += os.write(self._file, _line(landing))

    def unrecorded(self) -> Sequence[Landing]:
        """What an earlier life left; a line cut short by the crash is passed over."""
        os.lseek(self._file, 0, os.SEEK_SET)
        chunks = []
        while chunk := os.read(self._file, 1 << 20):
            chunks.append(chunk)
        lines = b"".join(chunks).decode("ascii", "replace").split("\n")[:-1]
        return [landing for line in lines if (landing := _read(line)) is not None]

    def keep_only(self, landings: Sequence[Landing]) -> None:
        """All others are recorded. While letters keep landing the log is rewritten only once it has grown, by a file
        that takes its place as a whole."""
        if not landings:
            os.ftruncate(self._file, 0)
            self._octets = 0
        elif self._octets > LONGEST_LOG:
            draft = self._path.with_suffix(".new")
            draft.write_bytes(b"".join(_line(landing) for landing in landings))
            draft.replace(self._path)
            os.close(self._file)
            self._file = _opened(self._path)
            self._octets = os.fstat(self._file).st_size

    def close(self) -> None:
        os.close(self._file)
        os.close(self._lock)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)


def _line(landing: Landing) -> bytes:
    return f"{landing.row} {landing.attempt} {landing.at.astimezone(UTC).isoformat()}\n".encode()


def _read(line: str) -> Landing | None:
    parts = line.split(" ")
    try:
        row, attempt, at = int(parts[0]), int(parts[1]), datetime.fromisoformat(parts[2])
    except (ValueError, IndexError):
        return None
    return Landing(row, attempt, at) if at.tzinfo else None
