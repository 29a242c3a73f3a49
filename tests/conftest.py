"""What every test may use: a real database of each kind, and a clock one can set."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from foundation.database import Database
from service.schema import METADATA
from tests.support.clock import HandClock
from tests.support.postgres import end_postgres, postgres_url


@pytest.fixture(scope="session", autouse=True)
def _postgres_ends() -> Iterator[None]:
    """The server of this process, if one was started, does not outlive the tests."""
    yield
    end_postgres()


@pytest.fixture
def clock() -> HandClock:
    """Friday 2026-11-20, 10:00 in Japan."""
    return HandClock(datetime(2026, 11, 20, 1, 0, tzinfo=UTC))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database without tables: on SQLite a file, on PostgreSQL a schema of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'hansho.db'}"
    return postgres_url()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """With all tables."""
    database = Database(database_url)
    METADATA.create_all(database.engine)
    yield database
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS " + database_url.rpartition("%3D")[2] + " CASCADE"))
    database.close()
