"""The sender: takes what is due in hand, lays it before the courier's lines, records in groups; several may run."""

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy.orm import Session

from foundation.bell import Bell
from foundation.clock import Clock
from foundation.database import OUTAGES, Database, why
from mailer import claims, records, roll
from mailer.appetite import LEAST_IN_HAND, MOST_IN_HAND, Appetite
from mailer.carrier_groups import CarrierGroups
from mailer.claims import Claimed, Wish
from mailer.courier import Courier, Line
from mailer.delivery_hours import DeliveryHours
from mailer.flight_log import FlightLog
from mailer.gate import Rest
from mailer.hand import RESERVED_ORDER, USUAL_ORDER, Hand, Held
from mailer.keeping import Keeper
from mailer.lease_clock import LeaseClock
from mailer.letter import Composer
from mailer.letter_shelf import LetterShelf
from mailer.outbox_tables import Lane
from mailer.records import Result
from mailer.trays import Desk, DeskTray, Fittings

log = logging.getLogger(__name__)
V = TypeVar("V")

POLL_SECONDS = 1.0  # in case no bell was heard
RECORD_SECONDS = 0.2
KEEP_SECONDS = 0.5  # a halt is heeded within twice that
FLOW = 50  # letters of a round
BREATH_SECONDS = 0.005  # between two rounds, for others and for what comes together
BEAT_SECONDS = 0.1  # between two rounds while letters flow: a round costs the same for one letter and for a hundred
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 5.0
LAST_LETTERS_SECONDS = 6.0  # at the end, for relays to answer
LAST_PATIENCE_SECONDS = 5.0  # at the end, with a database that does not answer


@dataclass(frozen=True)
class Equipment:
    """What a sender works with."""

    database: Database
    courier: Courier
    composer: Composer
    hours: DeliveryHours
    clock: Clock
    leases: LeaseClock
    flights: FlightLog
    wire_form: Callable[[str], str]  # an address as the wire writes it
    groups: CarrierGroups | None = None
    bell: Bell | None = None


class Sender:
    """One sending process. What stands under `former` names was held by earlier lives that are surely over."""

    def __init__(self, name: str, equipment: Equipment, *, former: Collection[str] = ()) -> None:
        self._name = name
        self._former = {name, *former}
        self._eq = equipment
        self._leases = equipment.leases
        self._letters = LetterShelf(equipment.composer)
        self._hand = Hand(self._group_of, self._connections)
        self._call = asyncio.Event()
        fittings = Fittings(
            composer=equipment.composer,
            letters=self._letters,
            flights=equipment.flights,
            clock=equipment.clock,
            leases=self._leases,
            hours=equipment.hours,
            wire_form=equipment.wire_form,
        )
        self._desk = Desk(self._hand, fittings, call=self._call.set)
        self._keeper = Keeper(name, equipment.database, self._hand, self._desk, self._leases)
        self._stopping = asyncio.Event()
        self._appetite = Appetite(since=time.monotonic(), least=LEAST_IN_HAND, most=MOST_IN_HAND)
        self._has_more = self._flows = False
        self._patient_until = float("-inf")  # once it is stopping

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set; then finishes the letters on the wire, records, and gives the rest back."""
        heeding = asyncio.create_task(self._heed(stop))
        try:
            if not await self._patiently(self._take_up):
                return
            self._keeper.begin(self._eq.clock.now())
            lines = self._eq.courier.lines()
            relays = {line.relay for line in lines}
            async with asyncio.TaskGroup() as group:
                working = [group.create_task(line.work(tray)) for line, tray in self._trays(lines)]
                for each in (self._rounds(), self._listen(), self._keep_on(relays), self._hurry(working)):
                    group.create_task(each)
        finally:
            heeding.cancel()
        await self._end()

    async def _heed(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stopping.set()
        self._desk.close()
        self._call.set()

    async def _hurry(self, working: Sequence[asyncio.Task[None]]) -> None:
        """A relay may take ten minutes to answer, a service that is told to stop may not."""
        await self._stopping.wait()
        if working:
            _, hanging = await asyncio.wait(working, timeout=LAST_LETTERS_SECONDS)
            for line in hanging:
                line.cancel()

    async def _end(self) -> None:
        self._patient_until = asyncio.get_running_loop().time() + LAST_PATIENCE_SECONDS
        answers = True
        while answers and self._desk.results:
            answers = await self._patiently(partial(self._round, claiming=False))
        if not answers or not await self._patiently(lambda: self._in_database(self._leave)):
            log.error("the database did not answer at the end: what was accepted is recorded at the next start")

    def _trays(self, lines: Sequence[Line]) -> list[tuple[Line, DeskTray]]:
        """Of each relay's lines a tenth, and one at least where there are two, is kept for replies and what is
        urgent."""
        by_relay: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            by_relay[line.relay].append(line)
        trays = []
        for group in by_relay.values():
            reserved = max(1, len(group) // 10) if len(group) > 1 else 0
            for place, line in enumerate(group):
                trays.append((line, self._desk.tray(RESERVED_ORDER if place < reserved else USUAL_ORDER)))
        return trays

    async def _take_up(self) -> None:
        landings = self._eq.flights.unrecorded()
        await asyncio.to_thread(self._leases.compare)

        def work(session: Session) -> int:
            mended = records.replay(session, self._name, landings)
            for name in sorted(self._former):
                claims.give_back(session, name)
            roll.enter(session, self._name, self._former, at=self._leases.calendar())
            return mended

        mended = await self._in_database(work)
        self._eq.flights.clear_all()
        if mended:
            log.info("%d letters accepted before a restart were recorded", mended)

    def _leave(self, session: Session) -> None:
        claims.give_back(session, self._name)
        roll.leave(session, self._name)

    async def _rounds(self) -> None:
        while not self._stopping.is_set():
            await self._patiently(self._round)
            seconds = RECORD_SECONDS if len(self._hand) else POLL_SECONDS
            # What a call or a bell brings meanwhile is done together.
            await asyncio.sleep(BREATH_SECONDS)
            if self._flows and not self._appetite.is_hungry:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._desk.full.wait(), BEAT_SECONDS)
            if not self._has_more:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._call.wait(), seconds)
            self._call.clear()

    async def _round(self, *, claiming: bool = True) -> None:
        """Records what came and takes what there is room for, in one transaction."""
        now = self._leases.now()
        if any(held.lease_until <= now for held in self._hand):
            # After an outage: what nobody took over meanwhile is still ours, and must not be claimed as if it were new.
            await self._keep()
        async with self._keeper.turn:
            at, lease_at = self._eq.clock.now(), self._leases.now()
            group = self._desk.hand_in()
            wish = self._wish(group, at, lease_at) if claiming else None
            work = partial(self._record_and_claim, group=[result for _, result in group], wish=wish, at=at)
            try:
                paused, taken = await asyncio.to_thread(work)
            except BaseException:
                self._desk.put_back(group)
                raise
            room = max(wish.room.values(), default=0) if wish else 0
            dry = not self._desk.waits()
            self._keeper.asks_with(row.id for row in taken)
            self._appetite.learn(time.monotonic(), recorded=len(group), taken=len(taken), room=room, dry=dry)
            self._desk.recorded(group)
            # Their leases end as the database has it, however long it took to answer.
            self._hand.add(taken, lease_until=lease_at + claims.LEASE)
        self._desk.ring()
        self._flows = len(group) >= FLOW
        for domain in paused:
            log.error("refusals at %s rose suddenly: paused until someone has looked at the console", domain)

    def _record_and_claim(
        self, group: Sequence[Result], wish: Wish | None, at: datetime
    ) -> tuple[Sequence[str], Sequence[Claimed]]:
        self._has_more = False
        if not group:
            with self._eq.database.read() as session:
                if wish is None or not claims.anything_due(session, wish, at=at):
                    return (), ()
        with self._eq.database.write() as session:
            paused = records.record(session, self._name, group, at=at, groups=self._eq.groups) if group else ()
            taken, self._has_more = claims.claim(session, self._name, wish, at=at) if wish else ((), False)
            self._letters.fill(session, {row.letter_id for row in taken})
            return paused, taken

    def _wish(self, group: Sequence[tuple[Held, Result]], at: datetime, lease_at: datetime) -> Wish | None:
        if not self._leases.settled:
            return None
        if self._keeper.cut_off:
            # A relay that lets us in and then has no ear for letters can only be asked with one.
            room = self._appetite.one() if self._desk.asked_in_vain and not self._desk.waits() else {}
        else:
            ended = Counter(each.row.lane for each, _ in group)
            room = self._appetite.room({lane: self._hand.count(lane) - ended[lane] for lane in Lane})
        self._desk.asked_in_vain = False
        if not self._eq.hours.may_finish(at):
            room.pop(Lane.BULK, None)
        span = self._eq.hours.span_in_grace(at) if Lane.BULK in room else None
        rest = None if span is None else Rest(*span, until=self._eq.hours.next_opening(at))
        return Wish(room, rest=rest, groups=self._eq.groups, lease_at=lease_at)

    async def _listen(self) -> None:
        while self._eq.bell is not None and not self._stopping.is_set():
            # While there is enough in hand the next round comes soon enough, and finds what was rung for.
            if await self._eq.bell.wait(POLL_SECONDS) and not self._desk.waits():
                self._call.set()

    async def _keep_on(self, relays: Collection[str]) -> None:
        while not self._stopping.is_set():
            self._keeper.look_at(self._eq.courier.troubles(), relays)
            await self._patiently(self._keep)
            with suppress(TimeoutError):
                seconds = BREATH_SECONDS if self._keeper.has_more else KEEP_SECONDS
                await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _keep(self) -> None:
        await asyncio.to_thread(self._leases.compare)
        await self._keeper.keep(self._eq.clock.now())
        if self._keeper.has_more:
            self._call.set()  # parked rows are due again
        async with self._keeper.turn:  # a claim fills the shelf for rows that are not in the hand yet
            self._letters.trim([held.row.letter_id for held in self._hand])

    async def _patiently(self, work: Callable[[], Awaitable[object]]) -> bool:
        """A database that is locked or gone is waited for; what was accepted meanwhile stays in the flight log. False
        when the sender is stopping and it does not come back."""
        wait = min(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS)
        while True:
            try:
                await work()
            except OUTAGES as problem:
                log.warning("the database does not answer (%s); trying again", why(problem))
                self._keeper.lost_touch = True
            else:
                return True
            if self._stopping.is_set():
                if asyncio.get_running_loop().time() > self._patient_until:
                    return False
                await asyncio.sleep(wait)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    async def _in_database(self, work: Callable[[Session], V]) -> V:
        def run() -> V:
            with self._eq.database.write() as session:
                return work(session)

        return await asyncio.to_thread(run)

    def _group_of(self, domain: str) -> str | None:
        return self._eq.groups.of(domain) if self._eq.groups else None

    def _connections(self, group: str) -> int | None:
        """This sender's share of what the carrier allows all of them."""
        most = self._eq.groups.limits(group).connections if self._eq.groups else None
        return None if most is None else max(1, most // self._keeper.senders)
