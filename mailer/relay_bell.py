"""The bell of the relays: wakes the lines that stand aside."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class RelayBell:
    """Who listens hears every ring from that moment on; for the loop's own thread."""

    def __init__(self) -> None:
        self._listening: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        listening, self._listening = self._listening, set()
        for each in listening:
            if not each.done():
                each.set_result(None)

    @contextmanager
    def listen(self) -> Iterator[asyncio.Future[None]]:
        """A future that is done with the next ring."""
        mine = asyncio.get_running_loop().create_future()
        self._listening.add(mine)
        try:
            yield mine
        finally:
            self._listening.discard(mine)
            mine.cancel()
