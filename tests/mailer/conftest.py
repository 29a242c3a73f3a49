"""What the tests of the mailer share."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from foundation.database import Database
from mailer.flight_log import FlightLog
from service.schema import METADATA
from tests.support.clock import HandClock
from tests.support.entrance import Entrance, opened


@pytest.fixture
def flights(tmp_path: Path) -> Iterator[FlightLog]:
    log = FlightLog(tmp_path / "flights" / "s1.log")
    yield log
    log.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """For what does not depend on the kind of database."""
    database = Database(f"sqlite:///{tmp_path / 'hansho.db'}")
    METADATA.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def quick_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rounds are the same, only shorter."""
    monkeypatch.setattr("mailer.sender.POLL_SECONDS", 0.01)
    monkeypatch.setattr("mailer.sender.RECORD_SECONDS", 0.01)
    monkeypatch.setattr("mailer.sender.KEEP_SECONDS", 0.02)


@pytest.fixture
async def entrance(sqlite: Database, clock: HandClock) -> AsyncIterator[Entrance]:
    entrance = await opened(sqlite, clock, most=5)
    async with entrance.talks:
        yield entrance
    await entrance.door.close()
