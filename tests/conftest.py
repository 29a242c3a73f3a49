"""What every test may use: a real database of each kind, and a clock one can set."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from jinja2 import Environment

from foundation import catalogue, pages, spoken_letters, templating
from foundation.database import Database
from service import entrance, home
from service.schema import METADATA
from tests.support import (
    clean_schemas,
    compiled_statements,
    late_routes,
    old_objects,
    quick_disk,
    ready_file,
)
from tests.support import read_once as reading
from tests.support.clock import HandClock
from tests.support.compiled_pages import Compiled
from tests.support.postgres import end_postgres, postgres_url

# A busy machine is no fault of what is tested: nothing fails by the clock.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_collection_finish() -> None:
    old_objects.leave_alone()


@pytest.fixture(scope="session", autouse=True)
def _postgres_ends() -> Iterator[None]:
    """The server of this process, if one was started, does not outlive the tests."""
    yield
    end_postgres()


@pytest.fixture(scope="session", autouse=True)
def _pages_compiled_once() -> Iterator[None]:
    """Each test has pages and letters of its own; what Jinja2 makes of a template is the same for all of them, and so
    are the town, its languages and the notices that are shipped."""
    read_once = cache(templating.read_letter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spoken_letters, "read_letter", read_once)
        patch.setattr(home, "read_letter", read_once)
        late_routes.keep(patch)
        quick_disk.keep(patch)
        compiled_statements.keep(patch)
        patch.setattr(entrance, "load_town", reading.load_town)
        patch.setattr(home, "read_tongues", reading.read_tongues)
        patch.setattr(home, "load_notices", reading.load_notices)
        patch.setattr(catalogue.Catalogue, "read", reading.read_catalogue)
        patch.setattr(pages, "Environment", partial(Environment, bytecode_cache=Compiled()))
        yield


@pytest.fixture
def clock() -> HandClock:
    """Friday 2026-11-20, 10:00 in Japan."""
    return HandClock(datetime(2026, 11, 20, 1, 0, tzinfo=UTC))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path) -> str:
    """An empty database without tables: on SQLite a file, on PostgreSQL a schema of its own."""
    return f"sqlite:///{tmp_path / 'hansho.db'}" if database_kind == "sqlite" else postgres_url()


@pytest.fixture
def ready_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    """A database with all tables and nothing in them."""
    if database_kind == "postgresql":
        url = clean_schemas.take()
        yield url
        clean_schemas.give_back(url)
        return
    ready_file.make(tmp_path / "hansho.db")
    yield f"sqlite:///{tmp_path / 'hansho.db'}"


@pytest.fixture
def database(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Database]:
    """With all tables; at `database_url` for a test that asks for both."""
    shared = "database_url" in request.fixturenames
    database = Database(request.getfixturevalue("database_url" if shared else "ready_url"))
    if shared:
        METADATA.create_all(database.engine)
    yield database
    database.close()
