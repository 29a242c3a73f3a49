"""The office of the sample town, and a town with liaisons, over each kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.database import Database
from tests.bulletins.office import Office as BulletinOffice
from tests.liaisons.door import Door, opened
from tests.liaisons.neighbourhood import Neighbourhood
from tests.liaisons.office import Office
from tests.support.clock import HandClock


@pytest.fixture
def office(database: Database, clock: HandClock) -> Office:
    return Office.opened(database, clock)


@pytest.fixture
def town(database: Database, clock: HandClock, tmp_path: Path) -> Neighbourhood:
    return Neighbourhood(BulletinOffice.open(database, clock, tmp_path))


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many recipients a transaction takes."""
    monkeypatch.setattr("bulletins.publishing.CHUNK", 3)
    monkeypatch.setattr("liaisons.forwarding.CHUNK", 3)
    return 3


@pytest.fixture
def door(tmp_path: Path, clock: HandClock) -> Iterator[Door]:
    yield from opened(tmp_path, clock, own_line=False)


@pytest.fixture
def own_words(tmp_path: Path, clock: HandClock) -> Iterator[Door]:
    """In a town where a liaison may add a line."""
    yield from opened(tmp_path, clock, own_line=True)
