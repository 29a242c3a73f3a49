"""The sending process killed while a circle is under way: every member has it once."""

import asyncio
import multiprocessing
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from bulletins.approval import Decision
from foundation.clock import SystemClock
from foundation.database import Database
from foundation.settings import load
from service.home import Home
from service.roles import send
from tests.bulletins.office import Office
from tests.liaisons.neighbourhood import TO_ALL_AND_LIAISONS, Neighbourhood
from tests.support import ready_file
from tests.support.clock import HandClock
from tests.support.house import eventually
from tests.support.sink import Sink

MEMBERS = [f"m{number}" for number in range(300)]
CONNECTIONS = 4


def sending(data: Path, told: Connection) -> None:
    """What `hansho serve --role send` does in its child, once it is told the relay's port; for ever."""
    settings = {
        "HANSHO_MODE": "live",
        "HANSHO_DATA": str(data),
        "HANSHO_SECRET": "a secret of the tests that is long enough",
        "HANSHO_RELAYS": f"smtp://127.0.0.1:{told.recv()}?connections={CONNECTIONS}",
    }

    async def life() -> None:
        await send(Home(load(settings), SystemClock()), asyncio.Event())

    asyncio.run(life())


def under_way(data: Path) -> Database:
    """A bulletin is out, and the liaison passed it on a moment ago. Urgent, since this runs at whatever hour."""
    ready_file.make(data / "hansho.db")
    office = Office.open(Database(f"sqlite:///{data / 'hansho.db'}"), HandClock(SystemClock().now()), data)
    town = Neighbourhood(office)
    liaison = town.liaison("sato", *MEMBERS)
    number = office.waiting(TO_ALL_AND_LIAISONS, Decision(urgent=True, reason="夜のため"))
    office.open_due()
    office.fan_out()
    town.forward(liaison, number)
    return office.database


@pytest.mark.timeout(120)
def test_a_circle_under_way_at_a_kill_is_reached_whole_and_repeats_stay_within_the_wire(tmp_path: Path) -> None:
    # Both are forked while nothing is open yet: what they would import again is what a start costs.
    lives = []
    for _ in range(2):
        theirs, ours = multiprocessing.Pipe(duplex=False)
        lives.append((multiprocessing.get_context("fork").Process(target=sending, args=(tmp_path, theirs)), ours))
        lives[-1][0].start()
    under_way(tmp_path).close()

    with Sink(pause_seconds=0.01) as sink:
        for share, (process, tell) in zip((len(MEMBERS) // 3, len(MEMBERS)), lives, strict=True):
            tell.send(sink.port)
            try:
                eventually(lambda at=share: len(set(sink.accepted)) > at, seconds=40, what="letters")  # type: ignore[misc]  # a default keeps the loop's value
            finally:
                process.kill()
                process.join()

    got = Counter(recipient for recipient, _ in sink.accepted)
    assert set(got) == {f"{name}@example.jp" for name in ("sato", *MEMBERS)}
    assert got.total() - len(got) <= CONNECTIONS
    assert len(set(sink.accepted)) == len(got), "a repeat came with another Message-ID"
