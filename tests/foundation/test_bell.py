"""The bell: a commit anywhere wakes whoever waits, and an outage is got over."""

import asyncio
import logging
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
import uvloop
from sqlalchemy import text

from foundation import bell as bells
from foundation.bell import Bell, ring
from foundation.database import Database
from tests.support.postgres import postgres_url

SOON = 5.0
LONG = 20.0
QUIET = 0.2

# Another process: says that it is ready, and commits when it is told.
OTHER = """
import sys
from sqlalchemy import text
from foundation.bell import ring
from foundation.database import Database
database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
with database.write() as session:
    session.execute(text("INSERT INTO work VALUES (1)"))
    ring(session, "outbox")
database.close()
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """With one table, into which work is put."""
    yield from prepared(f"sqlite:///{tmp_path / 'a b%20#.db'}" if request.param == "sqlite" else postgres_url())


@pytest.fixture
def postgres() -> Iterator[Database]:
    yield from prepared(postgres_url())


def prepared(url: str) -> Iterator[Database]:
    database = Database(url)
    with database.write() as session:
        session.execute(text("CREATE TABLE work (number INTEGER)"))
    yield database
    database.close()


@asynccontextmanager
async def hearing(database: Database) -> AsyncIterator[Bell]:
    """A bell that is being listened to, after the ring with which that begins."""
    bell, stop = Bell(database), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(bell.listen(stop))
        assert await bell.wait(LONG)
        yield bell
        stop.set()


def put(database: Database, *, rings: bool = True) -> None:
    with database.write() as session:
        session.execute(text("INSERT INTO work VALUES (1)"))
        if rings:
            ring(session, "outbox")


async def test_a_commit_in_another_process_wakes_who_waits(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", OTHER, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:  # noqa: ASYNC220 -- it only waits for us
        assert other.stdin is not None
        assert other.stdout is not None
        await asyncio.to_thread(other.stdout.readline)
        async with hearing(database) as bell:
            other.stdin.write(b"now\n")
            other.stdin.flush()

            assert await bell.wait(SOON)


async def test_who_waits_is_let_go_when_listening_ends(database: Database) -> None:
    bell, stop = Bell(database), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(bell.listen(stop))
        assert await bell.wait(LONG)
        waiting = asyncio.create_task(bell.wait(LONG))
        await asyncio.sleep(0)

        stop.set()

        assert await asyncio.wait_for(waiting, SOON)


async def test_a_commit_of_this_process_wakes_all_who_wait(database: Database) -> None:
    async with hearing(database) as bell:
        waiting = [asyncio.create_task(bell.wait(SOON)) for _ in range(3)]
        await asyncio.sleep(0)

        await asyncio.to_thread(put, database)

        assert await asyncio.gather(*waiting) == [True, True, True]


async def test_what_is_rolled_back_wakes_nobody(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            session.execute(text("INSERT INTO work VALUES (1)"))
            ring(session, "outbox")
            raise RuntimeError

    async with hearing(database) as bell:
        before = bell.strokes
        with pytest.raises(RuntimeError):
            await asyncio.to_thread(fail)

        assert not await bell.wait(QUIET, since=before)


async def test_nobody_is_woken_before_the_commit_and_nobody_twice_after_it(database: Database) -> None:
    async with hearing(database) as bell:
        with database.write() as session:
            session.execute(text("INSERT INTO work VALUES (1)"))
            ring(session, "outbox")
            assert not await bell.wait(QUIET)

        assert await bell.wait(SOON)
        assert not await bell.wait(0.1)


async def test_many_rings_in_one_transaction_are_one(postgres: Database) -> None:
    async with hearing(postgres) as bell:
        with postgres.write() as session:
            for _ in range(50):
                ring(session, "outbox")

        assert await bell.wait(SOON)
        assert not await bell.wait(0.1)


async def test_on_postgresql_a_commit_that_makes_no_work_wakes_nobody(postgres: Database) -> None:
    async with hearing(postgres) as bell:
        before = bell.strokes
        await asyncio.to_thread(put, postgres, rings=False)

        assert not await bell.wait(QUIET, since=before)


async def test_a_listener_whose_connection_was_cut_rings_and_listens_anew(postgres: Database) -> None:
    async with hearing(postgres) as bell:
        with postgres.write() as session:
            cut = text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = :name")
            assert session.scalar(cut, {"name": "hansho bell"}) >= 1

        assert await bell.wait(2), "something may have been missed meanwhile"
        before = bell.strokes
        await asyncio.to_thread(put, postgres)
        assert await bell.wait(SOON, since=before)


async def test_a_database_that_comes_later_is_heard_from_then_on(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'hansho.db'}")
    bell, stop = Bell(database), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(bell.listen(stop))
        assert not await bell.wait(0.1)
        assert not (tmp_path / "hansho.db").exists(), "listening made a database"

        with database.write() as session:
            session.execute(text("CREATE TABLE work (number INTEGER)"))

        assert await bell.wait(2)
        assert bell._gap == bells.FIRST_GAP_SECONDS, "the next outage is tried quickly again"
        stop.set()
    database.close()


async def test_stop_ends_the_listener_at_once_and_leaves_no_connection(database: Database) -> None:
    async with hearing(database):
        began = time.monotonic()

    assert time.monotonic() - began < SOON
    if not database.is_sqlite:
        count = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hansho bell'")
        while time.monotonic() - began < LONG:
            with database.read() as session:
                if session.scalar(count) == 0:
                    return
        pytest.fail("a connection is left")


@pytest.fixture
def hung_up() -> Iterator[tuple[Database, Callable[[], int]]]:
    """A PostgreSQL that cannot be reached, and how often that was tried; its password is `geheim`."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.setblocking(False)

        def calls() -> int:
            count = 0
            while True:
                try:
                    server.accept()[0].close()
                except BlockingIOError:
                    return count
                count += 1

        database = Database(f"postgresql+psycopg://hansho:geheim@127.0.0.1:{server.getsockname()[1]}/hansho")
        yield database, calls
        database.close()


async def test_an_outage_is_told_once_without_the_password_and_tried_at_growing_gaps(
    hung_up: tuple[Database, Callable[[], int]], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bells, "FIRST_GAP_SECONDS", 0.02)
    database, calls = hung_up
    bell, stop, tries = Bell(database), asyncio.Event(), 0
    async with asyncio.TaskGroup() as group:
        group.create_task(bell.listen(stop))
        with caplog.at_level(logging.DEBUG, logger="foundation.bell"):
            for _ in range(50):
                tries += calls()
                assert not await bell.wait(0.01)
        stop.set()

    assert 3 <= tries <= 10
    told = [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "foundation.bell"]
    assert told == [("WARNING", "the database's bell is not heard (OperationalError); trying again")]
    assert "geheim" not in caplog.text


async def test_stop_ends_a_listener_that_is_still_trying(hung_up: tuple[Database, Callable[[], int]]) -> None:
    bell, stop = Bell(hung_up[0]), asyncio.Event()
    listening = asyncio.create_task(bell.listen(stop))
    await asyncio.sleep(0.1)

    stop.set()

    await asyncio.wait_for(listening, 1)


async def test_waiting_ends_with_its_time_and_leaves_nothing_behind(database: Database) -> None:
    bell = Bell(database)

    assert not await bell.wait(0.01)

    assert not bell._waiting


async def test_what_rang_between_the_look_and_the_waiting_is_not_missed(database: Database) -> None:
    bell = Bell(database)
    before = bell.strokes

    bell.strike()

    assert await bell.wait(LONG, since=before)
    assert not await bell.wait(0.01, since=bell.strokes)
    assert not await bell.wait(0.01)


def test_it_is_heard_under_uvloop_too(database: Database) -> None:
    async def heard() -> bool:
        async with hearing(database) as bell:
            await asyncio.to_thread(put, database)
            return await bell.wait(SOON, since=1)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(heard())
