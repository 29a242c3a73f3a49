"""The lookout: reads how a bulletin is getting on, and remembers the last seconds while somebody watches."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy.orm import Session

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
# Thousands of domains take some time to read: never more than this share of it.
DOMAINS_SHARE = 0.05

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


@dataclass(frozen=True)
class _Kept:
    at: float
    sighting: Sighting
    domains_until: float


@dataclass
class Lookout:
    """One for a web process; what it remembers is lost with it, and read again in two seconds."""

    database: Database
    clock: Clock
    hours: DeliveryHours
    _kept: dict[int, _Kept] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def look(self, bulletin_id: int, *, anew: bool = False) -> Sighting:
        """At most a second old, or read now with `anew`. Raises UnknownBulletin."""
        with self._lock:
            now = time.monotonic()
            before = self._kept.get(bulletin_id)
            if before is not None and not anew and now - before.at < FRESH_SECONDS:
                return before.sighting
            found = self._read(bulletin_id, before, now=now, anew=anew)
            self._kept = {each: kept for each, kept in self._kept.items() if now - kept.at < KEPT_SECONDS}
            self._kept[bulletin_id] = found
            return found.sighting

    def _read(self, bulletin_id: int, before: _Kept | None, *, now: float, anew: bool) -> _Kept:
        at = self.clock.now()
        with self.database.read() as session:
            bulletin = find(session, bulletin_id)
            found = progress(session, bulletin)
            around = circumstances(session, bulletin, self.hours, at=at)
            domains, until = _domains(session, bulletin.batch, None if anew else before, now=now)
        reading = Reading(at, found.counts.ended, {name: counts.ended for name, counts in domains.items()})
        readings = noted(before.sighting.readings if before else (), reading)
        return _Kept(now, Sighting(bulletin_id, found, around, domains, readings), until)


def _domains(session: Session, batch: str, before: _Kept | None, *, now: float) -> tuple[Mapping[str, Counts], float]:
    """The counts of each domain, and until when they will do."""
    if before is not None and now < before.domains_until:
        return before.sighting.domains, before.domains_until
    begun = time.monotonic()
    domains = tallies.by_domain(session, batch)
    return domains, now + (time.monotonic() - begun) / DOMAINS_SHARE
