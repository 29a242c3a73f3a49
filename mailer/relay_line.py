"""The line: takes letters from its tray while its relay's gate lets it, over one connection after another."""

import asyncio

from mailer.courier import Envelope, NotTried, Tray
from mailer.dialogue import Dialogue
from mailer.line_desk import LineDesk
from mailer.relay_client import NotOpened, Opener
from mailer.relay_gate import PARKED_SECONDS, Gate
from mailer.relay_verdict import Fault, Trouble

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
        desk = LineDesk(tray, self._gate, self)
        self._gate.share.free_lines += 1
        try:
            while await self._turn(desk):
                pass
            await self._quit()
        finally:
            self._gate.share.free_lines -= 1
            desk.clear()
            self._hang_up()
            self._gate.resign(self)

    async def _turn(self, desk: LineDesk) -> bool:
        """False when the line should end."""
        gate = self._gate
        if desk.is_spent:
            await self._quit()
            desk.opened(0)
        if gate.appoint(self):
            return await self._probe(desk)
        pause = self._pause()
        if pause > 0:
            if not gate.is_open_to(self):
                await self._quit()
            return await self._stand_aside(desk, pause)
        envelope = desk.take()
        if envelope is None:
            return await self._rest(desk)
        return await self._serve(envelope, desk)

    async def _rest(self, desk: LineDesk) -> bool:
        """Until there may be a letter. Says goodbye to the relay when nothing comes for a while."""
        gate = self._gate
        if gate.is_narrow:
            # Another line may have the place of one that has nothing to send.
            await self._quit()
        since = _now()
        idle = self._patience.idle if self._dialogue is not None else None
        if not await gate.called(desk.call(), idle):
            if idle is not None and _now() - since >= idle:
                await self._quit()
            return True
        if not desk.heed():
            return False
        # A tray that calls and has nothing does not spin the loop.
        await asyncio.sleep(min(self._empty_handed * 0.001, LONGEST_BREATH_SECONDS))
        self._empty_handed += 1
        return True

    async def _stand_aside(self, desk: LineDesk, seconds: float) -> bool:
        """A letter this line is called for meanwhile goes to another one."""
        if not await self._gate.pause(self, seconds, desk.call()):
            return True
        if not desk.heed():
            return False
        if self._gate.another_may(_now()):
            desk.pass_on()
        await self._gate.pause(self, min(seconds, self._pause()))
        return True

    def _pause(self) -> float:
        """The seconds that this line should leave letters alone; 0 or less when it may take one."""
        now = _now()
        return max(self._gate.wait(self, now), self._not_before - now)

    async def _serve(self, envelope: Envelope, desk: LineDesk) -> bool:
        self._empty_handed = 0
        self._gate.share.free_lines -= 1
        try:
            await self._send(envelope, desk)
        finally:
            self._gate.share.free_lines += 1
        return True

    async def _send(self, envelope: Envelope, desk: LineDesk) -> None:
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

    def _failed(self, desk: LineDesk, envelope: Envelope | None, trouble: Trouble, began: float) -> None:
        # First the gate, then the letter: the next line it is offered to should know.
        self._gate.failed(self, trouble, _now(), began=began)
        self._not_before = _now() + self._patience.first_probe
        if envelope is not None:
            desk.ended(envelope, NotTried(f"{self.relay}: {trouble.reason}"))

    # A relay that is left out.

    async def _probe(self, desk: LineDesk) -> bool:
        """False when the line should end."""
        gate = self._gate
        left = gate.health.next_probe - _now()
        if left > 0:
            return await self._stand_aside(desk, min(left, PARKED_SECONDS))
        if gate.health.asks_by_letter:
            envelope = desk.take_regardless()
            if envelope is None:
                # There may be letters for other lines only.
                gate.resign(self)
                return await self._stand_aside(desk, PARKED_SECONDS)
            return await self._serve(envelope, desk)
        began = _now()
        try:
            await self._connected(desk, letters=0)
        except NotOpened as problem:
            gate.failed(self, problem.trouble, _now(), began=began)
        else:
            gate.recovered(_now())
        return True

    # The connection.

    async def _connected(self, desk: LineDesk, *, letters: int) -> Dialogue:
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


def _now() -> float:
    return asyncio.get_running_loop().time()
