"""A database file with the tables of staff, and one person of each role."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from admin.people import staff
from admin.people.roles import Role
from admin.people.staff import Colleague
from foundation.addresses import Address
from foundation.database import Database
from foundation.tokens import Keyring
from tests.admin.morning import MORNING
from tests.admin.whole_console import Console, whole_console
from tests.support import known_password, ready_file
from tests.support.clock import HandClock

PASSWORD = known_password.PASSWORD


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    ready_file.make(tmp_path / "hansho.db")
    database = Database(f"sqlite:///{tmp_path / 'hansho.db'}")
    yield database
    database.close()


@pytest.fixture
def clock() -> HandClock:
    return HandClock(MORNING)


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    """The whole of it, with nothing in it but staff."""
    with whole_console(tmp_path) as console:
        yield console


@pytest.fixture
def clerk(console: Console) -> httpx.Client:
    return console.browser(Role.DRAFTER)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(["a secret of the tests"])


@pytest.fixture
def drafter(database: Database) -> Colleague:
    return enter(database, "tanto@example.jp", Role.DRAFTER)


@pytest.fixture
def manager(database: Database) -> Colleague:
    return enter(database, "kanri@example.jp", Role.MANAGER)


def enter(database: Database, address: str, role: Role) -> Colleague:
    with database.write() as session:
        return staff.add(
            session,
            Address.parse(address),
            role.label,
            role=role,
            password_hash=known_password.hashed(PASSWORD),
            at=MORNING,
            actor="command",
        )
