"""The clock of the leases: it runs evenly while others are set, and all senders of a database share it."""

import logging
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from foundation.clock import Clock
from foundation.database import Database

log = logging.getLogger(__name__)

COMPARED_EACH_SECONDS = 30.0
LEAP_SECONDS = 3.0
PROMPT_SECONDS = 1.0  # an answer that took longer does not tell what time it is there
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LeaseClock:
    """On SQLite, which is of one host, the time since that was started. On PostgreSQL the database's clock, which is
    asked each half minute and runs on in between. With `compares` False it is the clock handed in, as it is."""

    def __init__(self, database: Database, clock: Clock, *, compares: bool = True) -> None:
        self._database = database
        self._clock = clock
        self._runs = compares
        self._asks = compares and not database.is_sqlite
        self._base, self._base_at = _EPOCH, 0.0
        self._compared = float("-inf")
        self._settled_at = float("-inf")
        self.ahead = timedelta(0)  # how much it shows more than our clock did when it was last read

    def now(self) -> datetime:
        if not self._runs:
            return self._clock.now()
        moment = self._base + timedelta(seconds=time.monotonic() - self._base_at)
        self.ahead = moment - self._clock.now()
        return moment

    def calendar(self) -> datetime:
        """A moment of the calendar, which people and other senders can compare with theirs."""
        return self._clock.now() if self._database.is_sqlite else self.now()

    @property
    def settled(self) -> bool:
        """False after the database's clock was set, until all senders have noticed: what looks like a lease that is
        over may be in a living sender's hand."""
        return time.monotonic() >= self._settled_at

    def compare(self) -> None:
        """Asks the database where half a minute has passed; raises one of OUTAGES when it does not answer."""
        asked, known = time.monotonic(), self._compared > float("-inf")
        if not self._asks or asked - self._compared < COMPARED_EACH_SECONDS:
            return
        with self._database.read() as session:
            theirs: datetime = session.scalars(select(func.clock_timestamp())).one()
        answered = time.monotonic()
        if known and answered - asked > PROMPT_SECONDS:
            return
        if known and abs((theirs - self.now()).total_seconds()) > LEAP_SECONDS:
            log.warning("the database's clock was set; nothing is taken up until all senders know")
            self._settled_at = answered + COMPARED_EACH_SECONDS + LEAP_SECONDS
        self._base, self._base_at, self._compared = theirs, answered, answered
