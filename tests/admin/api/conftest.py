"""The office behind the API, over each kind of database, and those who call it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from foundation.database import Database
from tests.admin.api.service import Callers, application
from tests.bulletins.office import Office
from tests.support.clock import HandClock
from tests.support.served import served


@pytest.fixture
def clock() -> HandClock:
    """Friday 2026-11-20, 10:00 in Japan."""
    return HandClock(datetime(2026, 11, 20, 1, 0, tzinfo=UTC))


@pytest.fixture
def database(ready_url: str) -> Iterator[Database]:
    database = Database(ready_url)
    yield database
    database.close()


@pytest.fixture
def office(database: Database, clock: HandClock, tmp_path: Path) -> Office:
    return Office.open(database, clock, tmp_path)


@pytest.fixture
def staff(office: Office) -> Iterator[Callers]:
    with served(application(office)) as client:
        yield Callers(office, client)
