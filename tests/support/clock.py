"""A clock that stands still until it is moved."""

from datetime import datetime, timedelta

from foundation.clock import aware


class HandClock:
    """Handed in where the system clock would be."""

    def __init__(self, at: datetime) -> None:
        self._at = aware(at)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        self._at = aware(at)

    def move(self, by: timedelta) -> None:
        self._at += by
