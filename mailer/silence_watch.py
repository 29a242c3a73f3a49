"""The silence watch: one coarse look now and then, in place of a timer for each letter."""

import asyncio
from collections.abc import Callable

LOOKS = 8  # within the shortest patience


class SilenceWatch:
    """Whoever hears something sets `has_moved`; at most an eighth more than the patience passes unseen."""

    def __init__(self, shortest: float, patience: Callable[[], float], when_over: Callable[[float], None]) -> None:
        self.has_moved = True
        self._pause = shortest / LOOKS
        self._patience = patience
        self._when_over = when_over
        self._quiet = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self.has_moved = True
        self._timer = asyncio.get_running_loop().call_later(self._pause, self._look)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._quiet = 0.0 if self.has_moved else self._quiet + self._pause
        self.has_moved = False
        self._timer = asyncio.get_running_loop().call_later(self._pause, self._look)
        if self._quiet >= self._patience():
            self._when_over(self._quiet)
