"""A clock that stands still until it is moved, and one that runs fast."""

import time
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


class RunningClock(HandClock):
    """It may be set, and runs twenty times as fast as others in between."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._at + 20 * timedelta(seconds=time.monotonic() - self._began)
