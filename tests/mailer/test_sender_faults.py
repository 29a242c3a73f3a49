"""A sender whose database is locked, or whose disk is full: it goes on where it was."""

import asyncio
import os
import resource
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from foundation.clock import SystemClock
from foundation.database import Database
from mailer import claims, tallies
from mailer.courier import Delivered, Envelope, Outcome
from mailer.flight_log import FlightLog
from mailer.outbox_tables import State
from service.schema import METADATA
from tests.support.clock import HandClock
from tests.support.mail_engine import (
    ScriptedCourier,
    balanced,
    counts,
    many,
    pace,
    put,
    row_of,
    run_until,
    sender,
    states,
    until,
)
from tests.support.smtp_relay import SmtpRelay

ROOT = Path(__file__).parents[2]
BACKUP = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
for wish in sys.stdin:
    database.execute(wish)
    print("done", flush=True)
"""


class Backup:
    """Another process, which holds the lock of an SQLite database from `begin` to `end`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def begin(self) -> None:
        await self._do(b"BEGIN EXCLUSIVE\n")

    async def end(self) -> None:
        await self._do(b"COMMIT\n")

    async def _do(self, wish: bytes) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(wish)
        async with asyncio.timeout(15):
            assert await self._process.stdout.readline() == b"done\n"


@asynccontextmanager
async def backup(database: Database) -> AsyncIterator[Backup]:
    file = str(database.engine.url.database)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", BACKUP, file, stdin=pipe, stdout=pipe)
    try:
        yield Backup(process)
    finally:
        process.kill()
        await process.communicate()


@pytest.fixture
def impatient(tmp_path: Path, quick_rounds: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An SQLite database that waits for its lock for a quarter of a second, not for five."""
    monkeypatch.setattr("foundation.database.BUSY_SECONDS", 0.25)
    monkeypatch.setattr("mailer.sender.FIRST_WAIT_SECONDS", 0.05)
    database = Database(f"sqlite:///{tmp_path / 'hansho.db'}")
    METADATA.create_all(database.engine)
    yield database
    database.close()


async def told(caplog: pytest.LogCaptureFixture, words: str, *, times: int = 1) -> None:
    async with asyncio.timeout(20):
        while caplog.text.count(words) < times:
            await pace(0.01)


@pytest.mark.parametrize("outlasts_patience", [False, True])
async def test_a_backup_that_locks_sqlite_is_waited_for(
    impatient: Database,
    flights: FlightLog,
    clock: HandClock,
    caplog: pytest.LogCaptureFixture,
    outlasts_patience: bool,  # noqa: FBT001 -- pytest's
) -> None:
    put(impatient, many(200))
    await_lock = told(caplog, "does not answer", times=3) if outlasts_patience else pace(0.15)

    async def taken(envelope: Envelope) -> Outcome:
        if len(courier.offered) == 50:
            await keeper.begin()
            lock_released.append(asyncio.ensure_future(release()))
        await pace(0.002)
        return Delivered("250 OK")

    async def release() -> None:
        await await_lock
        await keeper.end()

    lock_released: list[asyncio.Future[None]] = []
    courier = ScriptedCourier(taken, connections=3)
    async with backup(impatient) as keeper:
        one = sender(impatient, courier, flights, clock=clock)
        await run_until(one, courier.was_offered(200), until(impatient, State.SENT, 200))
        await asyncio.gather(*lock_released)

    assert len(lock_released) == 1
    assert ("does not answer" in caplog.text) is outlasts_patience
    assert Counter(envelope.recipient for envelope in courier.offered) == dict.fromkeys(many(200), 1)
    assert counts(impatient) == tallies.Counts(sent=200)


async def test_a_stop_while_the_database_is_away_loses_and_repeats_nothing(
    impatient: Database,
    flights: FlightLog,
    clock: HandClock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Letters on the wire are finished; what was accepted is recorded by the next life."""
    monkeypatch.setattr("mailer.sender.LAST_PATIENCE_SECONDS", 0.3)
    put(impatient, many(100))
    may_end = asyncio.Event()

    async def on_the_wire(envelope: Envelope) -> Outcome:
        if len(courier.offered) > 30:
            await may_end.wait()
        return Delivered("250 OK")

    courier = ScriptedCourier(on_the_wire, connections=3)
    stop = asyncio.Event()
    async with backup(impatient) as keeper:
        running = asyncio.create_task(sender(impatient, courier, flights, clock=clock).run(stop))
        await courier.was_offered(30)
        await keeper.begin()
        await told(caplog, "does not answer", times=2)
        stop.set()
        await told(caplog, "does not answer", times=3)
        may_end.set()
        async with asyncio.timeout(10):
            await running
        await keeper.end()
    first = [envelope.number for envelope in courier.offered]
    await run_until(sender(impatient, courier, flights, clock=clock), until(impatient, State.SENT, 100))

    assert "did not answer at the end" in caplog.text
    assert len(first) < 40
    assert len({envelope.number for envelope in courier.offered}) == len(courier.offered) == 100
    assert balanced(impatient)


async def test_a_stop_is_heeded_while_the_database_is_away_from_the_start(
    impatient: Database, flights: FlightLog, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    put(impatient, many(3))
    courier = ScriptedCourier()
    stop = asyncio.Event()

    async with backup(impatient) as keeper:
        await keeper.begin()
        running = asyncio.create_task(sender(impatient, courier, flights, clock=clock).run(stop))
        await told(caplog, "does not answer")
        stop.set()
        async with asyncio.timeout(5):
            await running

    assert courier.offered == []
    assert states(impatient) == {State.QUEUED: 3}


async def test_what_is_claimed_while_unheard_claims_are_given_back_stays_in_hand(
    sqlite: Database, flights: FlightLog, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A keeping after an outage begins just before a claim is committed."""
    numbers = put(sqlite, many(5))
    one = sender(sqlite, ScriptedCourier(), flights, clock=clock)
    claim, claimed, commit = claims.claim, asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(*arguments: Any, **options: Any) -> Any:
        taken = claim(*arguments, **options)
        loop.call_soon_threadsafe(claimed.set)
        assert commit.wait(10)
        return taken

    monkeypatch.setattr(claims, "claim", slow)
    one._keeper.lost_touch = True
    rounds = asyncio.create_task(one._round())
    await claimed.wait()
    keeping = asyncio.create_task(one._keep())
    await pace(0.1)
    commit.set()
    await asyncio.gather(rounds, keeping)

    assert {held.row.id for held in one._hand} == set(numbers)
    assert {row_of(sqlite, number).lease_by for number in numbers} == {"s1"}


# A full disk.


@contextmanager
def limited(folder: Path) -> Iterator[Callable[[int, bool], None]]:
    """No file of the process grows beyond a page: what the kernel does wherever a disk cannot be made small."""

    def fill(process: int, full: bool) -> None:  # noqa: FBT001 -- as the other one
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (4096 if full else most, most))

    yield fill


@contextmanager
def tmpfs(folder: Path) -> Iterator[Callable[[int, bool], None]]:
    """A small disk, which a ballast fills to the last page."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("nothing may be mounted here; the limit of a process tells the same")

    def fill(process: int, full: bool) -> None:  # noqa: FBT001 -- as the other one
        ballast = folder / "ballast"
        if not full:
            ballast.unlink()
            return
        with ballast.open("wb") as file:
            for size in (65536, 4096):
                while (free := os.statvfs(folder)).f_bavail * free.f_frsize >= size:
                    os.write(file.fileno(), b"\1" * size)

    try:
        yield fill
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("disk", [limited, tmpfs])
async def test_a_full_disk_is_waited_for(
    tmp_path: Path, disk: Callable[[Path], AbstractContextManager[Callable[[int, bool], None]]]
) -> None:
    """Neither the database nor the flight log can grow while the rows in hand go out; then there is room again."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with disk(folder) as fill:
        database = Database(f"sqlite:///{folder / 'hansho.db'}")
        METADATA.create_all(database.engine)
        put(database, many(700), at=SystemClock().now())
        async with SmtpRelay() as relay:
            arguments = ("-m", "tests.support.killed_sender", database.url, str(relay.port), str(folder), "16")
            pipe = asyncio.subprocess.PIPE
            child = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, stderr=pipe)
            assert child.stderr is not None
            lines: list[bytes] = []
            try:
                await relay.has_accepted(60)
                fill(child.pid, True)
                async with asyncio.timeout(20):
                    while sum(b"does not answer" in line for line in lines) < 2:
                        lines.append(await child.stderr.readline())
                full = states(database)
                fill(child.pid, False)
                await until(database, State.SENT, 700)
            finally:
                child.kill()
            lines += (await child.stderr.read()).splitlines()
            await child.wait()
        received = Counter(letter.recipient for letter in relay.accepted)
        even = balanced(database)
        database.close()

    assert full[State.SENT] < 700
    assert received == dict.fromkeys(many(700), 1)
    assert even
    assert sum(b"the flight log cannot be written" in line for line in lines) <= 1, "told once, not for every letter"
