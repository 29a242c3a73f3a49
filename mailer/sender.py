"""The sender: claims what is due, hands it to the courier's lines, records in groups; several may run at once."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database import Database
from mailer import claims, records
from mailer.bounce_report.bounce_class import BounceClass
from mailer.claims import Claimed
from mailer.courier import Courier, Delivered, Envelope, Line, NotTried, Outcome, Refused
from mailer.delivery_hours import DeliveryHours
from mailer.flight_log import FlightLog, Landing
from mailer.letter import Composer, Recipient
from mailer.letter_shelf import LetterShelf
from mailer.outbox_tables import Lane
from mailer.records import Result, Unwanted

log = logging.getLogger(__name__)
V = TypeVar("V")

POLL_SECONDS = 0.2
RECORD_SECONDS = 0.2
KEEP_SECONDS = 1.0
GROUP = 200
LEAST_IN_HAND = 400  # rows of a lane; slow lines keep them under lease by renewing it
LONGEST_WAIT_SECONDS = 30.0


@dataclass(frozen=True)
class Equipment:
    """What a sender works with."""

    database: Database
    courier: Courier
    composer: Composer
    hours: DeliveryHours
    clock: Clock
    flights: FlightLog
    wire_form: Callable[[str], str]  # an address as the wire writes it


class Sender:
    """One sending process; `name` is its own for ever, so that it takes up again what it held when it died."""

    def __init__(self, name: str, equipment: Equipment) -> None:
        self._name = name
        self._eq = equipment
        self._letters = LetterShelf(equipment.database)
        self._queue: asyncio.PriorityQueue[tuple[int, int]] = asyncio.PriorityQueue()
        self._in_hand: dict[int, Claimed] = {}
        self._leased_until: dict[int, datetime] = {}
        self._dropped: set[int] = set()
        self._results: list[Result] = []
        self._recording = asyncio.Lock()
        self._stopping = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set; then finishes the letters on the wire, records, and gives the rest back."""
        await self._patiently(self._take_up)
        lines = self._eq.courier.lines()
        try:
            await self._run_lines(lines, stop)
        finally:
            for line in lines:
                await line.hang_up()
        await self._patiently(self._record)
        await self._patiently(lambda: self._in_database(partial(claims.give_back, sender=self._name)))

    async def _run_lines(self, lines: Sequence[Line], stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            workers = [group.create_task(self._work(line)) for line in lines]
            rounds = [
                group.create_task(self._every(POLL_SECONDS, self._claim)),
                group.create_task(self._every(RECORD_SECONDS, self._record)),
                group.create_task(self._every(KEEP_SECONDS, self._keep)),
            ]
            await stop.wait()
            self._stopping.set()
            for _ in workers:
                self._queue.put_nowait((-1, 0))
            await asyncio.gather(*workers, *rounds)

    async def _take_up(self) -> None:
        landings = self._eq.flights.unrecorded()

        def work(session: Session) -> int:
            mended = records.replay(session, self._name, landings)
            claims.give_back(session, self._name)
            return mended

        mended = await self._in_database(work)
        self._eq.flights.keep_only(())
        if mended:
            log.info("%d letters accepted before a restart were recorded", mended)

    async def _claim(self) -> bool:
        """True when more is waiting than was taken."""
        at = self._eq.clock.now()
        if any(until <= at for until in self._leased_until.values()):
            # After an outage: what nobody took over meanwhile is still ours, and must not be claimed as if it were new.
            await self._keep()
        room = max(len(self._eq.courier.lines()) * 8, LEAST_IN_HAND)
        lanes = self._lanes_with_room(at, room)

        def work() -> list[Claimed]:
            with self._eq.database.read() as session:
                if not claims.anything_to_do(session, at=at, lanes=lanes):
                    return []
            with self._eq.database.write() as session:
                claims.settle(session, self._name, at=at)
                span = self._eq.hours.span_in_grace(at)
                return claims.claim(session, self._name, at=at, lanes=lanes, limit=room, begun_within=span)

        taken = await asyncio.to_thread(work)
        for row in taken:
            # A row whose lease ran out while it was in our own hand comes back under a new attempt: it is not
            # queued twice.
            if row.id not in self._in_hand:
                self._queue.put_nowait((int(row.lane), row.id))
            self._in_hand[row.id] = row
            self._leased_until[row.id] = at + claims.LEASE
        return len(taken) == room

    def _lanes_with_room(self, at: datetime, room: int) -> list[Lane]:
        """As much of each lane is taken as is sent well within the lease; none waits for another one's room."""
        held = Counter(row.lane for row in self._in_hand.values())
        lanes = [lane for lane in Lane if held[lane] < room]
        if Lane.BULK in lanes and not self._eq.hours.may_finish(at):
            lanes.remove(Lane.BULK)
        return lanes

    async def _keep(self) -> bool:
        asked = list(self._in_hand)
        if not asked:
            return False
        at = self._eq.clock.now()
        wanted = await self._in_database(partial(claims.keep, sender=self._name, ids=asked, at=at))
        # What was recorded meanwhile is no longer in hand.
        for number in self._in_hand.keys() & set(asked):
            if number in wanted:
                self._leased_until[number] = at + claims.LEASE
            else:
                self._dropped.add(number)
        return False

    async def _record(self) -> bool:
        """True when another group is full already."""
        async with self._recording:
            group, self._results = self._results, []
            if not group:
                return False
            work = partial(records.record, sender=self._name, results=group, at=self._eq.clock.now())
            try:
                paused = await self._in_database(work)
            except BaseException:
                self._results = group + self._results
                raise
            for result in group:
                self._in_hand.pop(result.row.id, None)
                self._leased_until.pop(result.row.id, None)
                self._dropped.discard(result.row.id)
            self._eq.flights.keep_only([_landing(r) for r in self._results if isinstance(r.outcome, Delivered)])
            for domain in paused:
                log.error("refusals at %s rose suddenly: paused until someone has looked at the console", domain)
            return len(self._results) >= GROUP

    async def _work(self, line: Line) -> None:
        wait = 0.0
        while True:
            lane, number = await self._queue.get()
            if lane < 0:
                return
            row = self._in_hand[number]
            outcome = await self._send(line, row)
            self._note(row, outcome)
            if not isinstance(outcome, NotTried):
                wait = 0.0
                continue
            if not wait:
                log.error("no letter can be handed over: %s", outcome.reason)
            wait = min(max(1.0, wait * 2), LONGEST_WAIT_SECONDS)
            await self._pause(wait)

    async def _send(self, line: Line, row: Claimed) -> Outcome | Unwanted:
        if not self._may_go(row):
            return Unwanted()
        try:
            envelope = await self._envelope(row)
        except OperationalError:
            return NotTried("the letter cannot be read while the database does not answer")
        except Exception as problem:  # noqa: BLE001 -- one letter that cannot be written must not stop the rest
            log.error("letter %d cannot be written: %s", row.letter_id, type(problem).__name__)
            return Refused(f"cannot be written: {type(problem).__name__}", BounceClass.SYSTEM, counted=False)
        return await line.deliver(envelope)

    def _may_go(self, row: Claimed) -> bool:
        """Still wanted, not too late, and under our lease: one that ran out may be in another sender's hand."""
        now = self._eq.clock.now()
        if row.id in self._dropped or self._stopping.is_set():
            return False
        if row.lane is Lane.BULK and not self._eq.hours.may_finish(now):
            return False  # the relay was down, say, until after the closing
        return now < row.expires_at and now < self._leased_until.get(row.id, now)

    async def _envelope(self, row: Claimed) -> Envelope:
        letter = await self._letters.get(row.letter_id)
        recipient = self._eq.wire_form(row.address)
        octets = self._eq.composer.octets(letter, Recipient(row.id, recipient, row.ref), at=row.created_at)
        return Envelope(row.id, self._eq.composer.return_path(row.id), recipient, row.domain, octets)

    def _note(self, row: Claimed, outcome: Outcome | Unwanted) -> None:
        at = self._eq.clock.now()
        row = self._in_hand.get(row.id, row)
        result = Result(row, outcome, at)
        if isinstance(outcome, Delivered):
            try:
                self._eq.flights.landed(_landing(result))
            except OSError as problem:
                # It is still known here, and recorded in a moment: only a crash before that would repeat it.
                log.error("the flight log cannot be written: %s", problem.strerror)
        self._results.append(result)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[bool]]) -> None:
        """Again at once while `work` says that more is waiting."""
        while not self._stopping.is_set():
            if not await self._patiently(work):
                await self._pause(seconds)

    async def _patiently(self, work: Callable[[], Awaitable[V]]) -> V:
        """A database that is locked or gone is waited for; what was accepted meanwhile stays in the flight log."""
        wait = 0.5
        while True:
            try:
                return await work()
            except OperationalError as problem:
                log.warning("the database does not answer (%s); trying again", type(problem.orig).__name__)
                if self._stopping.is_set() and wait > 4:
                    raise
                await self._pause(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _in_database(self, work: Callable[[Session], V]) -> V:
        def run() -> V:
            with self._eq.database.write() as session:
                return work(session)

        return await asyncio.to_thread(run)


def _landing(result: Result) -> Landing:
    return Landing(result.row.id, result.row.attempt, result.at)
