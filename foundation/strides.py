"""Strides: long work on the database in transactions so short that nobody is kept waiting, with a rest after each."""

import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from foundation.database import Database

LEAST, MOST = 50, 2000
CHUNK_SECONDS = 0.03  # what a transaction may take
RESTS = 2.0  # times as long as it took, the write lock is free
LEAST_REST_SECONDS = 0.01


# Waits so many seconds, less if the process is to end; True then.
Pause = Callable[[float], bool]


class Strides:
    """For one run; `limit` is how many rows the next transaction may write."""

    def __init__(
        self, database: Database, pause: Pause, *, seconds: float, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self.database = database
        self.limit = 10 * LEAST
        self._pause = pause
        self._timer = timer
        self._end = timer() + seconds
        self._rest = LEAST_REST_SECONDS

    def write(self, work: Callable[[Session], int]) -> int:
        """Carries out `work`, which tells how many rows it wrote, in a transaction of its own."""
        with self.database.write() as session:
            began = self._timer()
            rows = work(session)
        took = self._timer() - began
        self._rest = max(took * RESTS, LEAST_REST_SECONDS)
        fits = self.limit * CHUNK_SECONDS / max(took, 0.001)
        # Few rows that went quickly do not tell how long many would take.
        grown = self.limit * 2 if 2 * rows >= self.limit else self.limit
        self.limit = int(min(max(fits, self.limit / 2, LEAST), grown, MOST))
        return rows

    def go_on(self) -> bool:
        """Rests; False when the time of this run is over, or the process ends."""
        rest, self._rest = self._rest, 0.0
        if self._timer() >= self._end:
            return False
        return not self._pause(rest)
