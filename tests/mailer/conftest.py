"""What the tests of the mailer share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.database import Database
from mailer.flight_log import FlightLog
from service.schema import METADATA


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
