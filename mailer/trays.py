"""The trays: between the hand and the courier's lines; here a row becomes a letter, and an outcome a result."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from foundation.clock import Clock
from mailer.bounce_report.bounce_class import BounceClass
from mailer.courier import Delivered, Envelope, NotTried, Outcome, Refused, Unwanted
from mailer.delivery_hours import DeliveryHours
from mailer.flight_log import FlightLog
from mailer.hand import Hand, Held
from mailer.lease_clock import LeaseClock
from mailer.letter import Composer, Recipient
from mailer.letter_shelf import LetterShelf
from mailer.outbox_tables import Lane
from mailer.records import Result

log = logging.getLogger(__name__)

GLANCE = timedelta(seconds=0.2)
FULL = 1500  # results that are worth a record at once
MOST_UNRECORDED = 2 * FULL  # what another host would repeat if this one died now


@dataclass(frozen=True)
class Fittings:
    """What a desk stands on."""

    composer: Composer
    letters: LetterShelf
    flights: FlightLog
    clock: Clock
    leases: LeaseClock
    hours: DeliveryHours
    wire_form: Callable[[str], str]


class Desk:
    """Where the trays stand: results gather here until they are recorded. For the loop's own thread."""

    def __init__(self, hand: Hand, fittings: Fittings, *, call: Callable[[], None]) -> None:
        self._hand = hand
        self._fit = fittings
        self._call = call  # tells the sender that a record would be worth it
        self._results: list[tuple[Held, Result]] = []
        self._bulk_until: datetime | None = None
        self._closed = False
        self._idle: list[tuple[Sequence[Lane], asyncio.Future[None]]] = []  # the line that rested last comes last
        self._being_recorded = 0
        self._unnoted = 0  # acceptances for which the flight log had no room
        self.full = asyncio.Event()
        self.rings = 0
        self.asked_in_vain = False  # a line looked for a letter, and there was none, since the last round
        self.gives_back = False  # while no relay takes a letter, others may have one that does

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def results(self) -> int:
        return len(self._results)

    def waits(self) -> bool:
        """Whether anything in hand could be taken by a line of some order."""
        return any(self._hand.waiting(lane) for lane in Lane)

    def tray(self, order: Sequence[Lane]) -> "DeskTray":
        return DeskTray(self, order)

    def ring(self) -> None:
        """Something may be taken that could not before: as many resting lines look again as there are letters."""
        self.rings += 1
        self._hand.ripen(self._fit.clock.now())
        if not self._idle:
            return
        waiting = {lane: self._hand.waiting(lane) for lane in Lane}
        staying = []
        for order, rest in reversed(self._idle):
            lane = next((lane for lane in order if waiting[lane]), None)
            if lane is None and not self._closed:
                staying.append((order, rest))
                continue
            if lane is not None:
                waiting[lane] -= 1
            if not rest.done():
                rest.set_result(None)
        self._idle = staying[::-1]

    def close(self) -> None:
        self._closed = True
        self.ring()

    async def rest(self, order: Sequence[Lane]) -> None:
        """Until a ring that is meant for a line of this order."""
        rest = asyncio.get_running_loop().create_future()
        self._idle.append((order, rest))
        await rest

    def take(self, order: Sequence[Lane]) -> Envelope | None:
        if len(self._results) + self._being_recorded + self._hand.on_lines >= MOST_UNRECORDED:
            return None
        now = self._fit.clock.now()
        while not self._closed and (held := self._hand.next(order, at=now)) is not None:
            if not self._may_go(held, now):
                self.note(held, Unwanted())
                continue
            try:
                return self._envelope(held)
            except Exception as problem:  # noqa: BLE001 -- one letter that cannot be written must not stop the rest
                kind = type(problem).__name__
                log.error("letter %d cannot be written: %s", held.row.letter_id, kind)
                self.note(held, Refused(f"cannot be written: {kind}", BounceClass.SYSTEM, counted=False))
        self.asked_in_vain = True
        if self._results and not self.waits():
            self._call()  # the hand ran dry
        return None

    def may_go(self, envelope: Envelope) -> bool:
        return not self._closed and self._may_go(self._hand[envelope.number], self._fit.clock.now())

    def ended(self, envelope: Envelope, outcome: Outcome) -> None:
        held = self._hand[envelope.number]
        if not isinstance(outcome, NotTried) or self._closed or held.unwanted:
            self.note(held, outcome)
        elif self.gives_back:
            self.note(held, Unwanted())
        else:
            self._hand.back(held)
            self.ring()

    def note(self, held: Held, outcome: Outcome) -> None:
        at = self._fit.clock.now()
        self._hand.end(held)
        if isinstance(outcome, Delivered):
            try:
                held.slot = self._fit.flights.landed(held.row.id, held.row.attempt, at)
            except OSError as problem:
                # It is still known here, and recorded in a moment: only a crash before that would repeat it.
                if not self._unnoted:
                    log.error("the flight log cannot be written: %s", problem.strerror)
                self._unnoted += 1
        self._results.append((held, Result(held.row, outcome, at)))
        if held.group is not None and self._idle:
            self.ring()  # a connection to that carrier is free
        if len(self._results) >= FULL:
            self.full.set()
            self._call()

    def drop(self, number: int) -> None:
        """The row is no longer wanted."""
        held = self._hand.drop(number)
        if held is not None:
            self.note(held, Unwanted())

    def hand_in(self) -> list[tuple[Held, Result]]:
        """The results so far, for one record."""
        group, self._results = self._results, []
        self.full.clear()
        self._being_recorded = len(group)
        return group

    def put_back(self, group: list[tuple[Held, Result]]) -> None:
        """They could not be recorded."""
        self._results = group + self._results
        self._being_recorded = 0

    def recorded(self, group: Sequence[tuple[Held, Result]]) -> None:
        self._being_recorded = 0
        slots = [held.slot for held, _ in group if held.slot is not None]
        self._fit.flights.clear(slots)
        if slots:
            self._unnoted = 0
        for held, _ in group:
            self._hand.forget(held.row.id)

    def _may_go(self, held: Held, now: datetime) -> bool:
        """Still wanted, not too late, and under our lease: one that ran out may be in another sender's hand."""
        row = held.row
        if held.unwanted or now >= row.expires_at or now + self._fit.leases.ahead >= held.lease_until:
            return False
        return row.lane is not Lane.BULK or self._bulk_may_go(now)

    def _bulk_may_go(self, now: datetime) -> bool:
        """The relay was down, say, until after the closing. The calendar is asked only now and then: a moment and its
        near future are looked at together."""
        until = self._bulk_until
        if until is not None and until - GLANCE <= now < until:
            return True
        if not self._fit.hours.may_finish(now):
            return False
        self._bulk_until = now + GLANCE if self._fit.hours.may_finish(now + GLANCE) else None
        return True

    def _envelope(self, held: Held) -> Envelope:
        row = held.row
        recipient = self._fit.wire_form(row.address)
        letter = self._fit.letters.cast(row.letter_id)
        octets = letter.octets(Recipient(row.id, recipient, row.ref), at=row.created_at)
        # A cast letter is headers of ours and base64: no line of it begins with a dot.
        return Envelope(row.id, self._fit.composer.return_path(row.id), recipient, row.domain, octets, is_dotless=True)


class DeskTray:
    """One line's tray; `order` says which lanes it serves."""

    def __init__(self, desk: Desk, order: Sequence[Lane]) -> None:
        self._desk = desk
        self._order = order
        self._looked = 0

    def take(self) -> Envelope | None:
        self._looked = self._desk.rings
        return self._desk.take(self._order)

    def may_go(self, envelope: Envelope) -> bool:
        return self._desk.may_go(envelope)

    def ended(self, envelope: Envelope, outcome: Outcome) -> None:
        self._desk.ended(envelope, outcome)

    async def wait(self) -> bool:
        if not self._desk.closed and self._looked == self._desk.rings:
            await self._desk.rest(self._order)
        return not self._desk.closed
