"""The burst: what the lines of one relay have to say in one turn of the loop goes out together at its end.

A relay on the same host sleeps until something arrives, and waking it costs more than writing a letter: written one by
one, with the making of the next in between, each letter would find it asleep again.
"""

import asyncio
from collections.abc import Callable


class Burst:
    """For one loop's own thread."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Callable[[bytes], None], bytes]] = []

    def add(self, write: Callable[[bytes], None], octets: bytes) -> None:
        """Written in the order in which it came; by then its connection may be closed."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._write)
        self._waiting.append((write, octets))

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        for place, (write, octets) in enumerate(waiting):
            try:
                write(octets)
            except BaseException:
                # The others' lines would wait for answers to what was never said.
                self._waiting = waiting[place + 1 :] + self._waiting
                asyncio.get_running_loop().call_soon(self._write)
                raise
