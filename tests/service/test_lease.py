"""The lease: one holder at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from foundation.database import Database
from service import lease
from service.lease import LIFE
from tests.support.mail_engine import AT

SECOND = timedelta(seconds=1)


def take(database: Database, holder: str, *, at: datetime = AT, name: str = "timetable") -> bool:
    with database.write() as session:
        return lease.take(session, name, holder, at=at)


def test_of_several_hosts_one_holds_the_lease_and_may_renew_it(database: Database) -> None:
    assert [take(database, holder) for holder in ("one", "two", "one")] == [True, False, True]
    assert take(database, "one", at=AT + LIFE)
    assert not take(database, "two", at=AT + LIFE + SECOND)


def test_a_dead_holders_lease_is_taken_over(database: Database) -> None:
    take(database, "one")

    assert not take(database, "two", at=AT + LIFE)
    assert take(database, "two", at=AT + LIFE + SECOND)
    assert not take(database, "one", at=AT + LIFE + SECOND)


def test_a_lease_from_a_clock_that_ran_ahead_does_not_last_for_years(database: Database) -> None:
    take(database, "one", at=AT + timedelta(days=900))

    assert take(database, "two")


def test_leases_of_different_names_have_nothing_to_do_with_each_other(database: Database) -> None:
    assert take(database, "one")
    assert take(database, "two", name="other")


def test_of_many_who_reach_for_it_at_once_one_gets_it(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda number: take(database, f"h{number}"), range(8)))

    assert sum(got) == 1
