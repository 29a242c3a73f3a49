"""The timetable when the clock is set under it."""

import asyncio
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import service.timetable
from foundation.settings import load
from foundation.strides import Strides
from mailer.imap_door import OLDEST_TAKEN
from service.home import Home
from service.schema import METADATA
from service.timetable import INBOUND_KEPT, Timetable
from tests.support.clock import HandClock


class Job:
    def __init__(self) -> None:
        self.planned: list[datetime] = []

    def modify(self, *, next_run_time: datetime) -> None:
        self.planned.append(next_run_time)


class Scheduler:
    """Remembers what was planned anew."""

    def __init__(self) -> None:
        self.job = Job()

    def get_jobs(self) -> list[Job]:
        return [self.job]


@pytest.fixture
def timetable(tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> Timetable:
    monkeypatch.setattr(service.timetable, "WATCH_SECONDS", 0.01)
    return Timetable(Home(load({"HANSHO_DATA": str(tmp_path)}), clock))


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1)])
async def test_a_clock_that_is_set_does_not_stop_the_timetable(
    timetable: Timetable, clock: HandClock, jump: timedelta
) -> None:
    scheduler, stop = Scheduler(), asyncio.Event()
    watching = asyncio.create_task(timetable._watch_the_clock(scheduler, stop))
    await asyncio.sleep(0.05)
    assert scheduler.job.planned == []

    clock.move(jump)
    await asyncio.sleep(0.05)
    stop.set()
    await watching

    assert scheduler.job.planned == [clock.now()]


async def test_the_fold_stands_in_the_timetable_and_ends_with_it(
    timetable: Timetable, monkeypatch: pytest.MonkeyPatch
) -> None:
    METADATA.create_all(timetable._home.database.engine)
    stop, began = asyncio.Event(), threading.Event()

    def fold_for_hours(strides: Strides, **_: object) -> int:
        began.set()
        strides._rest = 3600.0
        assert not strides.go_on(), "the rest ends with the service"
        return 0

    monkeypatch.setattr(service.timetable, "fold_replies", fold_for_hours)
    running = asyncio.create_task(timetable.run(stop))
    assert await asyncio.to_thread(began.wait, 20)
    stop.set()

    async with asyncio.timeout(20):
        await running
    timetable._home.database.close()


def test_a_mail_that_is_forgotten_is_too_old_to_be_fetched_again() -> None:
    assert INBOUND_KEPT - timedelta(days=1) >= OLDEST_TAKEN
