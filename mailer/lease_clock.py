"""The clock of the leases: the database's own, so that hosts whose clocks differ never take each other's rows."""

import time
from datetime import datetime, timedelta

from sqlalchemy import func, select

from foundation.clock import Clock
from foundation.database import Database

COMPARED_EACH_SECONDS = 30.0


class LeaseClock:
    """Our clock, set by PostgreSQL's each half minute; on SQLite, which is of one host, our clock as it is."""

    def __init__(self, database: Database, clock: Clock, *, compares: bool = True) -> None:
        self._database = database
        self._compares = compares and not database.is_sqlite
        self._clock = clock
        self.ahead = timedelta(0)  # how much the database's clock shows more than ours
        self._compared = float("-inf")

    def now(self) -> datetime:
        return self._clock.now() + self.ahead

    def compare(self) -> None:
        """Asks the database where half a minute has passed; raises OperationalError when it does not answer."""
        if not self._compares or time.monotonic() - self._compared < COMPARED_EACH_SECONDS:
            return
        with self._database.read() as session:
            theirs: datetime = session.scalars(select(func.clock_timestamp())).one()
        self.ahead = theirs - self._clock.now()
        self._compared = time.monotonic()
