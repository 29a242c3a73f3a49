"""The desk of one line: its tray behind its relay's gate."""

import asyncio

from mailer.courier import Deferred, Envelope, NotTried, Outcome, Tray
from mailer.relay_gate import Gate


class LineDesk:
    """What its dialogue takes from, and where the line hears that it is called. The tray's own `wait` is never broken
    off but at the end: a call that nobody heard would be lost."""

    def __init__(self, tray: Tray, gate: Gate, line: object) -> None:
        self._tray = tray
        self._gate = gate
        self._line = line
        self._loop = asyncio.get_running_loop()
        self._left = -1  # letters that this connection may still take; below 0 without limit
        self._call: asyncio.Task[bool] | None = None
        self.may_go = tray.may_go

    @property
    def is_spent(self) -> bool:
        return self._left == 0

    def opened(self, letters: int) -> None:
        """So many letters were taken for the new connection already."""
        limit = self._gate.relay.per_connection
        self._left = -1 if limit is None else limit - letters

    def take(self) -> Envelope | None:
        gate = self._gate
        if self._left == 0 or not (gate.is_free or gate.wait(self._line, self._loop.time()) <= 0):
            return None
        envelope = self._tray.take()
        if envelope is not None:
            self._left -= 1
            if not gate.is_free:
                gate.took(self._loop.time())
        return envelope

    def take_regardless(self) -> Envelope | None:
        """To ask a relay that is left out."""
        return self._tray.take()

    def pass_on(self) -> None:
        """The tray may have called this line alone: the letter goes to one that can send it."""
        envelope = self._tray.take()
        if envelope is not None:
            self._tray.ended(envelope, NotTried(f"{self._gate.name}: another line can have it"))

    def ended(self, envelope: Envelope, outcome: Outcome, /) -> None:
        if not self._gate.is_free or isinstance(outcome, Deferred):
            self._gate.heard(self._line, outcome, self._loop.time())
        self._tray.ended(envelope, outcome)

    def call(self) -> asyncio.Task[bool]:
        """Is done when the tray calls."""
        if self._call is None:
            self._call = asyncio.ensure_future(self._tray.wait())
        return self._call

    def heed(self) -> bool:
        """What the call that is done said: whether there may be a letter, False when the line should end."""
        call, self._call = self.call(), None
        return call.result()

    def clear(self) -> None:
        if self._call is not None:
            self._call.cancel()
            self._call = None
