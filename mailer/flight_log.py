"""The flight log: one small append per acceptance, so that a crash before the grouped record repeats nothing.

Only a letter on the wire at the crash, whose answer nobody heard, may go out again.
"""

import fcntl
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


class SenderRunsAlready(Exception):
    """Another sender of the same name uses this data folder."""


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
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise SenderRunsAlready(path.stem) from None

    def landed(self, landing: Landing) -> None:
        """One write of one line, unbuffered: it survives the process at once."""
        stamp = landing.at.astimezone(UTC).isoformat()
        os.write(self._file, f"{landing.row} {landing.attempt} {stamp}\n".encode())

    def unrecorded(self) -> Sequence[Landing]:
        """What an earlier life left; a line cut short by the crash is passed over."""
        os.lseek(self._file, 0, os.SEEK_SET)
        chunks = []
        while chunk := os.read(self._file, 1 << 20):
            chunks.append(chunk)
        lines = b"".join(chunks).decode("ascii", "replace").split("\n")[:-1]
        return [landing for line in lines if (landing := _read(line)) is not None]

    def clear(self) -> None:
        """Called when everything in the log is recorded."""
        os.ftruncate(self._file, 0)

    def close(self) -> None:
        os.close(self._file)


def _read(line: str) -> Landing | None:
    parts = line.split(" ")
    try:
        row, attempt, at = int(parts[0]), int(parts[1]), datetime.fromisoformat(parts[2])
    except (ValueError, IndexError):
        return None
    return Landing(row, attempt, at) if at.tzinfo else None
