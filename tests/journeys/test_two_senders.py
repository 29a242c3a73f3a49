"""Two senders where there should be one: of one data folder, and of a copy of it on another host."""

import asyncio
import shutil
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from foundation.clock import SystemClock
from foundation.settings import load
from mailer.flight_log import SenderRunsAlready
from mailer.outbox_tables import SenderRow, State
from service.home import Home
from service.roles import send
from service.schema import METADATA
from tests.support.mail_engine import balanced, many, pace, put, until
from tests.support.sink import Sink

SECRET = "a secret of the tests that is long enough"


def home_in(folder: Path, url: str, port: int) -> Home:
    environment = {
        "HANSHO_DATA": str(folder),
        "HANSHO_DATABASE_URL": url,
        "HANSHO_SECRET": SECRET,
        "HANSHO_MODE": "live",
        "HANSHO_HOURS": "always",
        "HANSHO_RELAYS": f"smtp://127.0.0.1:{port}?connections=3",
    }
    return Home(load(environment), SystemClock())


async def accepted(sink: Sink, letters: int) -> None:
    async with asyncio.timeout(20):
        while len(sink.accepted) < letters:
            await pace(0.01)


async def test_a_second_sender_of_one_data_folder_is_refused_and_the_first_goes_on(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("service.roles.HANDOVER_SECONDS", 0.1)
    with Sink(pause_seconds=0.01) as sink:
        first, second = (home_in(tmp_path / "var", database_url, sink.port) for _ in range(2))
        METADATA.create_all(first.database.engine)
        put(first.database, many(40), at=first.clock.now())
        stop = asyncio.Event()
        running = asyncio.create_task(send(first, stop))
        await accepted(sink, 10)

        with pytest.raises(SenderRunsAlready, match="another sender uses this data folder already"):
            await send(second, stop)
        await until(first.database, State.SENT, 40)
        stop.set()
        await running
        even = balanced(first.database)
        for home in (first, second):
            home.database.close()

    assert Counter(recipient for recipient, _ in sink.accepted) == dict.fromkeys(many(40), 1)
    assert even
    waiting = "another sender uses this data folder: waiting until it has ended"
    assert caplog.messages.count(waiting) == 1, "said at once, and once"


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
async def test_a_sender_of_a_copied_data_folder_takes_nothing_from_the_one_that_lives(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mailer.sender.KEEP_SECONDS", 0.2)
    monkeypatch.setattr("service.sender_life.LOOK_SECONDS", 0.6)
    with Sink(pause_seconds=0.02) as sink:
        first = home_in(tmp_path / "var", database_url, sink.port)
        METADATA.create_all(first.database.engine)
        put(first.database, many(160), at=first.clock.now())
        stop = asyncio.Event()
        running = [asyncio.create_task(send(first, stop))]
        await accepted(sink, 30)

        shutil.copytree(tmp_path / "var", tmp_path / "copy")
        second = home_in(tmp_path / "copy", database_url, sink.port)
        running.append(asyncio.create_task(send(second, stop)))
        await until(first.database, State.SENT, 160)
        with first.database.read() as session:
            living = session.scalars(select(SenderRow.name)).all()
        stop.set()
        await asyncio.gather(*running)
        even = balanced(first.database)
        for home in (first, second):
            home.database.close()

    assert Counter(recipient for recipient, _ in sink.accepted) == dict.fromkeys(many(160), 1)
    assert even
    assert len(living) == 2
    assert caplog.text.count("was the folder copied?") == 1
