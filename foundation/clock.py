"""The clock that is handed in at assembly; deciding functions take the moment itself as an argument."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the moment, always aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(tz=UTC)  # noqa: TID251 -- the one place that reads the clock


class NaiveMoment(ValueError):
    """A moment came without its zone."""


def aware(at: datetime) -> datetime:
    """The same moment in UTC. Raises NaiveMoment when the zone is missing."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise NaiveMoment(f"a moment without a zone: {at!r}")
    return at.astimezone(UTC)
