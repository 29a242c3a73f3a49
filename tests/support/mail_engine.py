"""What the tests of the mail engine share: letters put into an outbox, a courier that does as it is told."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from foundation.addresses import Address
from foundation.clock import Clock
from foundation.database import Database
from foundation.tokens import Keyring
from mailer import outbox, tallies
from mailer.carrier_groups import CarrierGroups
from mailer.courier import Courier, Delivered, Envelope, Line, Outcome, Tray, Unwanted
from mailer.delivery_hours import DeliveryHours
from mailer.flight_log import FlightLog
from mailer.holidays import ClosingDays
from mailer.lease_clock import LeaseClock
from mailer.letter import Composer, Letter, Letterhead
from mailer.outbox import Post, To
from mailer.outbox_tables import Lane, OutboxRow, State
from mailer.sender import Equipment, Sender

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # a Friday, 10:00 in Japan
DOMAIN = "mail.example.jp"
KEYRING = Keyring(["a secret for the tests"])
HEAD = Letterhead("こもれび市 安全・安心メール", f"anzen@{DOMAIN}", DOMAIN, f"oshirase.{DOMAIN}")
LETTER = Letter(subject="【防犯】不審な電話", body="本文です。\n")


def hours(text: str = "always", *, grace: timedelta = timedelta(hours=1)) -> DeliveryHours:
    return DeliveryHours.parse(text, zone=ZoneInfo("Asia/Tokyo"), closing_days=ClosingDays(()), grace=grace)


def put(
    database: Database,
    addresses: Iterable[str],
    *,
    batch: str = "b",
    lane: Lane = Lane.BULK,
    at: datetime = AT,
    life: timedelta = timedelta(hours=6),
    letter: Letter = LETTER,
) -> list[int]:
    """One letter to each address; returns the numbers of the rows, in their order."""
    post = Post(batch=batch, once_key=batch, lane=lane, at=at, expires_at=at + life)
    with database.write() as session:
        to = [To(address, address.rpartition("@")[2], number) for number, address in enumerate(addresses, 1)]
        outbox.enqueue(session, outbox.write_letter(session, letter, batch=batch, at=at), post, to)
        rows = session.execute(select(OutboxRow.address, OutboxRow.id).where(OutboxRow.batch == batch))
        numbers = {row.address: row.id for row in rows}
        return [numbers[each.address] for each in to]


def many(number: int, domain: str = "example.jp") -> list[str]:
    return [f"r{i}@{domain}" for i in range(number)]


def row_of(database: Database, number: int) -> OutboxRow:
    with database.read() as session:
        return session.get_one(OutboxRow, number)


def states(database: Database) -> Counter[str]:
    with database.read() as session:
        counted = session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state))
        return Counter({State(state): rows for state, rows in counted})


def sender(
    database: Database,
    courier: Courier,
    flights: FlightLog,
    *,
    clock: Clock,
    name: str = "s1",
    when: DeliveryHours | None = None,
    leases: LeaseClock | None = None,
    groups: CarrierGroups | None = None,
) -> Sender:
    equipment = Equipment(
        database=database,
        courier=courier,
        composer=Composer(HEAD, KEYRING),
        hours=when or hours(),
        clock=clock,
        leases=leases or LeaseClock(database, clock, compares=False),
        flights=flights,
        wire_form=lambda address: Address.parse(address).envelope,
        groups=groups,
    )
    return Sender(name, equipment)


async def run_until(one: Sender, *events: Awaitable[object]) -> None:
    """Runs a sender until all of the events have come, then ends it in good order."""
    stop = asyncio.Event()

    async def wait_for_all() -> None:
        await asyncio.gather(*events)

    running, waiting = asyncio.create_task(one.run(stop)), asyncio.create_task(wait_for_all())
    async with asyncio.timeout(30):
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await running
        await waiting


Script = Callable[[Envelope], Awaitable[Outcome]]


async def take(envelope: Envelope) -> Outcome:
    """What a courier does unless it is told otherwise."""
    return Delivered("250 OK")


@dataclass
class ScriptedCourier:
    """Lines that do what `script` says and note what was offered, in its order."""

    script: Script = take
    connections: int = 2
    offered: list[Envelope] = field(default_factory=list)
    _waiting: list[tuple[int, asyncio.Event]] = field(default_factory=list)

    def lines(self) -> Sequence[Line]:
        return [_ScriptedLine(self) for _ in range(self.connections)]

    def troubles(self) -> Mapping[str, str]:
        return {}

    async def was_offered(self, letters: int) -> None:
        event = asyncio.Event()
        self._waiting.append((letters, event))
        self.look()
        await event.wait()

    def look(self) -> None:
        for letters, event in self._waiting:
            if len(self.offered) >= letters:
                event.set()


@dataclass(frozen=True)
class _ScriptedLine:
    courier: ScriptedCourier

    @property
    def relay(self) -> str:
        return "scripted"

    async def work(self, tray: Tray) -> None:
        while await tray.wait():
            while (envelope := tray.take()) is not None:
                if tray.may_go(envelope):
                    tray.ended(envelope, await self._offer(envelope))
                else:
                    tray.ended(envelope, Unwanted())

    async def _offer(self, envelope: Envelope) -> Outcome:
        self.courier.offered.append(envelope)
        try:
            return await self.courier.script(envelope)
        finally:
            self.courier.look()


def counts(database: Database, batch: str = "b") -> tallies.Counts:
    with database.read() as session:
        return tallies.of(session, batch)


def balanced(database: Database, batch: str = "b") -> bool:
    with database.read() as session:
        counted, told = outbox.recount(session, batch), tallies.of(session, batch)
    ends = (State.SENT, State.FAILED, State.SUPPRESSED, State.EXPIRED, State.DEFERRED)
    return all(counted.get(state, 0) == getattr(told, state.value) for state in ends)


async def emptied(one: Sender, courier: ScriptedCourier) -> None:
    """Until the sender began, and has nothing in hand any more."""
    await courier.was_offered(1)
    async with asyncio.timeout(20):
        while len(one._hand):
            await pace(0.01)


async def until(database: Database, state: State, rows: int) -> None:
    """Looks each few milliseconds, without a session open in between."""
    async with asyncio.timeout(20):
        while True:
            try:
                if states(database)[state] == rows:
                    return
            except OperationalError:
                pass
            await pace(0.02)


async def pace(seconds: float) -> None:
    """What a server takes to answer."""
    answered = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, answered.set)
    await answered.wait()
