"""What stands on top of the residents' pages right now, asked so seldom that no page is slower for it."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

from bulletins.archive_rows import headings
from bulletins.standing import standing
from foundation.clock import Clock
from foundation.database import UNREADY, Database
from subscribers.headline import Headline

log = logging.getLogger(__name__)

FRESH_SECONDS = 2.0


@dataclass
class StandingNow:
    """While the database does not answer, what was read last stands on: the page that says so shows it too."""

    database: Database
    clock: Clock
    _known: Sequence[Headline] = ()
    _asked: float | None = None
    _lock: Lock = field(default_factory=Lock)

    def __call__(self) -> Sequence[Headline]:
        if self._asked is not None and time.monotonic() - self._asked < FRESH_SECONDS:
            return self._known
        # Who comes while another asks takes what there is, so that a slow database holds up one thread alone.
        if not self._lock.acquire(blocking=self._asked is None):
            return self._known
        try:
            return self._look()
        finally:
            self._lock.release()

    def _look(self) -> Sequence[Headline]:
        try:
            with self.database.read() as session:
                found = standing(session, at=self.clock.now())
                spoken = headings(session, found)
                self._known = [
                    Headline(each.id, each.subject, each.started_at, spoken=spoken[each.id])
                    for each in found
                    if each.started_at
                ]
        except UNREADY as problem:
            log.warning("what is urgent cannot be read (%s)", type(problem).__name__)
        self._asked = time.monotonic()
        return self._known
