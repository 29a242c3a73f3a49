"""The office, over each kind of database."""

from pathlib import Path

import pytest

from foundation.database import Database
from tests.bulletins.office import Office
from tests.support.clock import HandClock


@pytest.fixture
def office(database: Database, clock: HandClock, tmp_path: Path) -> Office:
    return Office.open(database, clock, tmp_path)
