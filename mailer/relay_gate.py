"""The gate of one relay: whether a line of it may take a letter now, and what its troubles change."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from foundation.setting_values import Relay
from mailer.courier import Delivered, NotTried, Outcome, Refused
from mailer.dialogue import Patience
from mailer.relay_bell import RelayBell
from mailer.relay_health import Health, SlowStart
from mailer.relay_pace import Share, next_slot, opens
from mailer.relay_verdict import Fault, Trouble, is_broken_off

log = logging.getLogger(__name__)

PARKED_SECONDS = 0.5  # until a line that may not take looks again, unless there is news
YIELD_SECONDS = 0.02  # that a letter is left to another relay with a free line
MOST_BROKEN_OFF = 10  # letters, none between them accepted or refused: then the relay is left out
PASS_SECONDS = 1.0  # that one who took none is not waited for again


@dataclass(frozen=True)
class Bells:
    """What lines that wait wake for, at any gate of the courier."""

    news: RelayBell = field(default_factory=RelayBell)
    taken: RelayBell = field(default_factory=RelayBell)  # a letter, by any of several relays


class Gate:
    """`is_free` is True while nothing has to be asked before a letter is taken. Moments are the loop's."""

    def __init__(self, relay: Relay, patience: Patience, bells: Bells) -> None:
        self.relay = relay
        self.name = str(relay)
        self.health = Health(patience.first_probe, patience.longest_probe)
        self.share = Share(relay.weight)
        self._others: Sequence[Share] = ()
        self._slow = SlowStart(relay.connections)
        self._in_use: set[object] = set()
        self._complaint: str | None = None
        self._prober: object = None
        self._slot = 0.0
        self._broken_off = 0
        self._bells = bells
        self.is_free = False
        self._settle()

    def stands_beside(self, gates: Sequence["Gate"]) -> None:
        self._others = [gate.share for gate in gates if gate is not self]
        self._settle()

    def is_open_to(self, line: object) -> bool:
        """Whether this line may have a connection at all."""
        room = self._slow.width - len(self._in_use) + (line in self._in_use)
        return self.health.serves and room > 0 and not self.share.is_spared(self._others)

    def wait(self, line: object, at: float) -> float:
        """The seconds to wait before asking again; 0 when the line may take a letter."""
        if not self.is_open_to(line):
            return PARKED_SECONDS
        until = self._until_slot(at)
        if until > 0:
            return until
        return YIELD_SECONDS if self._others and self.share.before(self._others, at) else 0.0

    @property
    def is_narrow(self) -> bool:
        """While it asks for less than all its lines."""
        return not self._slow.is_full

    def another_may(self, at: float) -> bool:
        """Whether a letter that one line leaves may find another: beside this relay, or of it."""
        if any(other.serves and other.free_lines for other in self._others):
            return True
        return self.health.serves and self.relay.connections > 1 and self._until_slot(at) <= 0

    async def pause(self, line: object, seconds: float, *calls: asyncio.Task[bool]) -> bool:
        """Shorter when there is news, or a call, and then True for the call. Those to whom letters were left, and who
        took none, are not asked again soon."""
        if seconds <= 0:
            return False
        loop = asyncio.get_running_loop()
        at = loop.time()
        yields = self.is_open_to(line) and self._until_slot(at) <= 0
        ahead = self.share.before(self._others, at) if yields else []
        with (self._bells.taken if ahead else self._bells.news).listen() as ring:
            waited: set[asyncio.Future[Any]] = {ring, *calls}
            done, _ = await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            for other in ahead:
                other.passes_until = loop.time() + PASS_SECONDS
        return any(call in done for call in calls)

    async def called(self, call: asyncio.Task[bool], seconds: float | None) -> bool:
        """Waits for the call, or news, or so long; True when it is the call."""
        with self._bells.news.listen() as ring:
            waited: set[asyncio.Future[Any]] = {ring, call}
            await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return call.done()

    def took(self, at: float) -> None:
        if self.relay.per_minute is not None:
            self._slot = next_slot(self._slot, at, per_minute=self.relay.per_minute)
        if self._others:
            self.share.took(self._others)
            self._bells.taken.ring()

    def enter(self, line: object) -> None:
        """The line opens a connection."""
        self._in_use.add(line)

    def leave(self, line: object) -> None:
        """The line has no connection any more."""
        self._in_use.discard(line)
        self._tell()

    def resign(self, line: object) -> None:
        """The line asks a relay that is left out no more."""
        if self._prober is line:
            self._prober = None

    def appoint(self, line: object) -> bool:
        """One line asks a relay that is left out."""
        if self._prober is None and not self.health.serves:
            self._prober = line
        return self._prober is line

    def heard(self, line: object, outcome: Outcome, at: float) -> None:
        """How a letter ended on this line: each while the gate is not free, and always one that was put off."""
        if is_broken_off(outcome):
            self._was_broken_off(line, at)
            return
        if self._broken_off and isinstance(outcome, (Delivered, Refused)):
            self._broken_off = 0
            self._settle()
        if self._prober is line and not isinstance(outcome, NotTried):
            self.recovered(at)
        elif isinstance(outcome, Delivered):
            self._tell_of_complaint()
            width = self._slow.width
            self._slow.succeeded()
            if self._slow.width != width:
                self._settle()

    def recovered(self, at: float) -> None:
        self._prober = None
        if not self.health.serves:
            self.health.recovered(at)
            log.info("relay %s serves again", self.name)
        self._settle()

    def failed(self, line: object, trouble: Trouble, at: float, *, began: float) -> None:
        """What a line met that began to offer or to connect at `began`. While the relay is left out, only the line that
        asks it has anything to tell."""
        if began < self.health.recovered_at or not (self.health.serves or self._prober is line):
            return
        others = self._in_use - {line}
        if trouble.fault in (Fault.TOO_MUCH, Fault.NO_ROOM) and self.health.serves and self._slow.width > 1 and others:
            self._slow.complained()
            self._complaint = trouble.reason
        elif self.health.failed(trouble, at):
            self._complaint = None
            log.error("relay %s is left out: %s", self.name, trouble.reason)
        self._settle()

    def _was_broken_off(self, line: object, at: float) -> None:
        self._broken_off += 1
        self.is_free = False
        if self._prober is line or (self._broken_off >= MOST_BROKEN_OFF and self.health.serves):
            trouble = Trouble(Fault.LOST, f"{self._broken_off} letters in a row were broken off")
            self.failed(line, trouble, at, began=at)

    def _tell_of_complaint(self) -> None:
        """Once it is known that the relay serves on: else it is left out, and that is told."""
        if self._complaint is not None:
            log.warning("relay %s asks for less (%s): %d lines in use", self.name, self._complaint, self._slow.width)
            self._complaint = None

    def _until_slot(self, at: float) -> float:
        per_minute = self.relay.per_minute
        return 0.0 if per_minute is None else opens(self._slot, per_minute=per_minute) - at

    def _settle(self) -> None:
        self.share.serves = self.health.serves
        whole = self.health.serves and self._slow.is_full
        self.is_free = whole and self.relay.per_minute is None and not self._others and not self._broken_off
        self._tell()

    def _tell(self) -> None:
        self._bells.news.ring()
