"""The office of the sample town, on either kind of database."""

import pytest

from foundation.database import Database
from tests.liaisons.office import Office
from tests.support.clock import HandClock


@pytest.fixture
def office(database: Database, clock: HandClock) -> Office:
    return Office.opened(database, clock)
