"""The line: takes letters from its tray while its relay's gate lets it, over one connection after another."""

import asyncio

from mailer.courier import Envelope, NotTried, Outcome, Tray
from mailer.dialogue import Dialogue
from mailer.relay_client import NotOpened, Opener
from mailer.relay_gate import Gate
from mailer.relay_verdict import Fault, Trouble

PROBE_SLICE_SECONDS = 0.25  # how soon a line that asks a broken relay sees that it should end
LONGEST_BREATH_SECONDS = 0.05


class RelayLine:
    """One line of one relay; its connection is opened for the first letter, and anew after it broke."""

    def __init__(self, opener: Opener, gate: Gate) -> None:
        self.relay = gate.name
        self._opener = opener
        self._gate = gate
        self._patience = opener.patience
        self._dialogue: Dialogue | None = None
        self._not_before = 0.0
        self._empty_handed = 0

    async def work(self, tray: Tray) -> None:
        desk = _LineDesk(tray, self._gate, self)
        try:
            while await self._turn(tray, desk):
                pass
            await self._quit()
        finally:
            self._hang_up()
            self._gate.resign(self)

    async def _turn(self, tray: Tray, desk: "_LineDesk") -> bool:
        """False when the line should end."""
        gate = self._gate
        if gate.appoint(self):
            return await self._probe(tray, desk)
        if not await self._letter_may_wait(tray):
            return False
        now = _now()
        pause = max(gate.wait(self, now), self._not_before - now)
        if pause > 0:
            if not gate.is_open_to(self):
                await self._quit()
            await gate.pause(pause)
            return True
        envelope = desk.take()
        if envelope is None:
            await self._breathe()
        else:
            self._empty_handed = 0
            await self._serve(envelope, desk)
        return True

    async def _letter_may_wait(self, tray: Tray) -> bool:
        """Says goodbye to the relay when nothing comes for a while."""
        share = self._gate.share
        share.idle_lines += 1
        try:
            if self._dialogue is not None:
                try:
                    async with asyncio.timeout(self._patience.idle):
                        return await tray.wait()
                except TimeoutError:
                    await self._quit()
            return await tray.wait()
        finally:
            share.idle_lines -= 1

    async def _breathe(self) -> None:
        """The tray had nothing after all: others may take first, and a tray that errs so does not spin the loop."""
        await asyncio.sleep(min(self._empty_handed * 0.001, LONGEST_BREATH_SECONDS))
        self._empty_handed += 1

    async def _serve(self, envelope: Envelope, desk: "_LineDesk") -> None:
        """This letter, and those that the desk gives while the connection lasts. One that a kept connection lost before
        its content was out goes on a new one."""
        unsent: Envelope | None = envelope
        while unsent is not None:
            began = _now()
            try:
                dialogue = await self._connected(desk, letters=1)
            except NotOpened as problem:
                self._failed(desk, unsent, problem.trouble, began)
                return
            except asyncio.CancelledError:
                desk.ended(unsent, NotTried("stopped"))
                raise
            rest = await dialogue.serve(unsent, desk)
            unsent = rest.unsent
            if rest.trouble is None:
                break
            self._hang_up()
            if rest.trouble.fault is not Fault.LOST or rest.was_first:
                self._failed(desk, unsent, rest.trouble, began)
                return
            if unsent is not None and not self._gate.is_open_to(self):
                desk.ended(unsent, NotTried(f"{self.relay}: {rest.trouble.reason}"))
                return
        if desk.is_spent:
            await self._quit()

    def _failed(self, desk: "_LineDesk", envelope: Envelope | None, trouble: Trouble, began: float) -> None:
        # First the gate, then the letter: the next line it is offered to should know.
        self._gate.failed(trouble, _now(), began=began)
        self._not_before = _now() + self._patience.first_probe
        if envelope is not None:
            desk.ended(envelope, NotTried(f"{self.relay}: {trouble.reason}"))

    # A relay that is left out.

    async def _probe(self, tray: Tray, desk: "_LineDesk") -> bool:
        """False when the line should end."""
        gate = self._gate
        if not await self._wait_until(gate.health.next_probe, tray):
            return False
        if gate.health.asks_by_letter:
            return await self._probe_by_letter(tray, desk)
        began = _now()
        try:
            await self._connected(desk, letters=0)
        except NotOpened as problem:
            gate.failed(problem.trouble, _now(), began=began)
        else:
            gate.recovered(_now())
        return True

    async def _probe_by_letter(self, tray: Tray, desk: "_LineDesk") -> bool:
        if not await tray.wait():
            return False
        envelope = tray.take()
        if envelope is None:
            await self._breathe()
        else:
            await self._serve(envelope, desk)
        return True

    async def _wait_until(self, moment: float, tray: Tray) -> bool:
        while (left := moment - _now()) > 0:
            try:
                async with asyncio.timeout(left):
                    if not await tray.wait():
                        return False
            except TimeoutError:
                return True
            await asyncio.sleep(min(left, PROBE_SLICE_SECONDS))
        return True

    # The connection.

    async def _connected(self, desk: "_LineDesk", *, letters: int) -> Dialogue:
        """A kept connection may have been closed meanwhile. `letters` are taken for it already. Raises NotOpened."""
        if self._dialogue is not None and self._dialogue.is_open:
            return self._dialogue
        self._hang_up()
        self._gate.enter(self)
        try:
            self._dialogue = await self._opener.open()
        except BaseException:
            self._gate.leave(self)
            raise
        desk.opened(letters)
        return self._dialogue

    async def _quit(self) -> None:
        if self._dialogue is not None:
            await self._dialogue.quit()
            self._dialogue = None
            self._gate.leave(self)

    def _hang_up(self) -> None:
        if self._dialogue is not None:
            self._dialogue.drop()
            self._dialogue = None
            self._gate.leave(self)


class _LineDesk:
    """The tray behind the gate."""

    def __init__(self, tray: Tray, gate: Gate, line: RelayLine) -> None:
        self._tray = tray
        self._gate = gate
        self._line = line
        self._left = -1  # letters that this connection may still take; below 0 without limit
        self.may_go = tray.may_go

    @property
    def is_spent(self) -> bool:
        return self._left == 0

    def opened(self, letters: int) -> None:
        limit = self._gate.relay.per_connection
        self._left = -1 if limit is None else limit - letters

    def take(self) -> Envelope | None:
        gate = self._gate
        if self._left == 0 or not (gate.is_free or gate.wait(self._line, _now()) <= 0):
            return None
        envelope = self._tray.take()
        if envelope is not None:
            self._left -= 1
            if not gate.is_free:
                gate.took(_now())
        return envelope

    def ended(self, envelope: Envelope, outcome: Outcome, /) -> None:
        if not self._gate.is_free:
            self._gate.heard(self._line, outcome, _now())
        self._tray.ended(envelope, outcome)


def _now() -> float:
    return asyncio.get_running_loop().time()
