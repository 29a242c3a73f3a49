"""The office, over each kind of database."""

from pathlib import Path

import pytest

from foundation.database import Database
from tests.bulletins.office import Office
from tests.support.clock import HandClock


@pytest.fixture
def office(database: Database, clock: HandClock, tmp_path: Path) -> Office:
    return Office.open(database, clock, tmp_path)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many recipients a transaction of the fan-out takes."""
    monkeypatch.setattr("bulletins.publishing.CHUNK", 3)
    return 3
