"""The lookout: reads how a bulletin is getting on, and remembers the last seconds while somebody watches."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from bulletins.drafting import find
from bulletins.life import BulletinState
from bulletins.progress import Circumstances, Progress, Reading, circumstances, noted, progress
from foundation.clock import Clock
from foundation.database import Database
from mailer import tallies
from mailer.delivery_hours import DeliveryHours
from mailer.tallies import Counts

FRESH_SECONDS = 0.9  # many who watch one bulletin share what one of them read
KEPT_SECONDS = 60.0

# What may change while one looks.
UNDER_WAY = frozenset({BulletinState.WAITING, BulletinState.SENDING, BulletinState.HALTED})


@dataclass(frozen=True)
class Sighting:
    """One look at a bulletin; the readings are those of the last seconds, oldest first."""

    bulletin_id: int
    progress: Progress
    around: Circumstances
    domains: Mapping[str, Counts]
    readings: tuple[Reading, ...]


@dataclass
class Lookout:
    """One for a web process; what it remembers is lost with it, and read again in two seconds."""

    database: Database
    clock: Clock
    hours: DeliveryHours
    _seen: dict[int, tuple[float, Sighting]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def look(self, bulletin_id: int, *, anew: bool = False) -> Sighting:
        """At most a second old, or read now with `anew`. Raises UnknownBulletin."""
        with self._lock:
            now = time.monotonic()
            known = self._seen.get(bulletin_id)
            if known is not None and not anew and now - known[0] < FRESH_SECONDS:
                return known[1]
            sighting = self._read(bulletin_id, known[1].readings if known else ())
            self._seen = {each: seen for each, seen in self._seen.items() if now - seen[0] < KEPT_SECONDS}
            self._seen[bulletin_id] = (now, sighting)
            return sighting

    def _read(self, bulletin_id: int, readings: tuple[Reading, ...]) -> Sighting:
        at = self.clock.now()
        with self.database.read() as session:
            bulletin = find(session, bulletin_id)
            found = progress(session, bulletin)
            around = circumstances(session, bulletin, self.hours, at=at)
            domains = tallies.by_domain(session, bulletin.batch)
        reading = Reading(at, found.counts.ended, {name: counts.ended for name, counts in domains.items()})
        return Sighting(bulletin_id, found, around, domains, noted(readings, reading))
