"""What the tests of the service share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.database import Database
from foundation.settings import load
from service.home import Home
from tests.support.clock import HandClock
from tests.support.reception import Reception


@pytest.fixture
def house(database: Database, clock: HandClock, tmp_path: Path) -> Iterator[Reception]:
    home = Home(load({"HANSHO_DATA": str(tmp_path), "HANSHO_DATABASE_URL": database.url}), clock)
    yield Reception(home, database, clock)
    home.database.close()
