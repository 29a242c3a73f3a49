"""Tries on one road: counted one after the other wherever they come in, and whatever the clock does meanwhile."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from admin.people import sign_in, tries
from admin.people.second_step import SecondStep
from admin.people.sign_in import HalfOpen, SignedIn, SignIn
from admin.people.staff import Colleague
from admin.people.tries import Waits
from foundation.database import Base, Database
from foundation.tokens import Keyring
from tests.admin.conftest import PASSWORD
from tests.admin.morning import MORNING
from tests.support.postgres import postgres_url

FREE = 3  # tries that cost nothing
AT_ONCE = 12


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_many_tries_at_once_as_few_go_ahead_as_one_by_one(database: Database, kind: str) -> None:
    several = Database(postgres_url()) if kind == "postgresql" else database
    Base.metadata.create_all(several.engine)
    start = threading.Barrier(AT_ONCE)

    def guess(_number: int) -> Waits | None:
        start.wait()
        with several.write() as session:
            return tries.begin(session, "road", at=MORNING)

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        waits = list(crowd.map(guess, range(AT_ONCE)))
    if several is not database:
        several.close()

    assert waits.count(None) == FREE


def test_a_clock_that_was_years_ahead_locks_nobody_out(database: Database) -> None:
    with database.write() as session:
        for _ in range(5):
            tries.begin(session, "road", at=MORNING + timedelta(days=2000))

        assert tries.begin(session, "road", at=MORNING) is None


def test_a_clock_that_was_a_minute_ahead_costs_no_more_than_the_usual_wait(database: Database) -> None:
    with database.write() as session:
        for _ in range(FREE):
            tries.begin(session, "road", at=MORNING + timedelta(minutes=1))
        waits = tries.begin(session, "road", at=MORNING)

    assert waits == Waits(10)


def test_a_session_opened_by_a_new_password_holds_though_the_clock_was_set_back(
    database: Database, keyring: Keyring, drafter: Colleague
) -> None:
    earlier = MORNING - timedelta(minutes=5)

    found = SignIn(database, keyring).sign_in(drafter.address, PASSWORD, at=earlier)

    assert isinstance(found, SignedIn)
    with database.read() as session:
        assert sign_in.who(session, found.token, at=earlier) is not None


def test_another_browser_is_not_shown_the_secret_that_a_colleague_sets_up(
    database: Database, keyring: Keyring, manager: Colleague
) -> None:
    door, step = SignIn(database, keyring, codes_required=True), SecondStep(database, keyring)
    thief = door.sign_in(manager.address, PASSWORD, at=MORNING)
    owner = door.sign_in(manager.address, PASSWORD, at=MORNING)

    assert isinstance(thief, HalfOpen)
    assert isinstance(owner, HalfOpen)
    assert step.waiting(owner.token, at=MORNING) is not None
    assert step.waiting(thief.token, at=MORNING) is None
