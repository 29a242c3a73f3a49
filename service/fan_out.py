"""The fan-out: opens orders whose start has come and puts their audience into the outbox, chunk after chunk."""

import asyncio
import logging
import time
from datetime import datetime

from bulletins.publishing import Publisher
from foundation.bell import Bell
from foundation.clock import Clock
from foundation.database import OUTAGES, Database, why
from liaisons.forwarding import Forwarding

log = logging.getLogger(__name__)

REST_SECONDS = 0.2
LONGEST_REST_SECONDS = 5.0
BREATH_SECONDS = 0.01
CHUNK_SECONDS = 0.05  # what a chunk may take, so that senders and pages are not kept waiting
LEAST, MOST = 500, 4000


class FanOut:
    """Several may run: an order is in one's hands at a time. Circles come after all bulletins."""

    def __init__(
        self, database: Database, publisher: Publisher, clock: Clock, bell: Bell, *, forwarding: Forwarding
    ) -> None:
        self._database = database
        self._publisher = publisher
        self._forwarding = forwarding
        self._clock = clock
        self._bell = bell
        self._limit = LEAST
        self._has_more = False
        self._looked = float("-inf")

    async def run(self, stop: asyncio.Event) -> None:
        rest = REST_SECONDS
        while not stop.is_set():
            try:
                if await asyncio.to_thread(self.chunk):
                    # A breath between chunks: on SQLite, others are waiting for the write lock.
                    await asyncio.sleep(BREATH_SECONDS)
                else:
                    await self._bell.wait(REST_SECONDS)
                rest = REST_SECONDS
            except OUTAGES as problem:
                log.warning("the database does not answer (%s)", why(problem))
                await self._bell.wait(rest)
                rest = min(rest * 2, LONGEST_REST_SECONDS)

    def chunk(self) -> bool:
        """True when there may be more to do at once."""
        at = self._clock.now()
        if not self._has_more or time.monotonic() - self._looked > REST_SECONDS:
            with self._database.read() as session:
                due = self._publisher.has_due(session, at=at)
                if not due and not self._publisher.has_work(session, at=at):
                    return self._to_circles(at)
            if due:
                with self._database.write() as session:
                    self._publisher.open_due(session, at=at)
            self._looked = time.monotonic()
        self._has_more = False
        with self._database.write() as session:
            began = time.monotonic()
            more = self._publisher.fan_out(session, at=at, limit=self._limit)
            took = time.monotonic() - began
        fits = self._limit * CHUNK_SECONDS / max(took, 0.001)
        self._limit = int(min(max(fits, self._limit / 2, LEAST), self._limit * 2, MOST))
        self._has_more = more
        return more

    def _to_circles(self, at: datetime) -> bool:
        with self._database.read() as session:
            if not self._forwarding.has_work(session, at=at):
                return False
        with self._database.write() as session:
            return self._forwarding.fan_out(session, at=at, limit=LEAST)
