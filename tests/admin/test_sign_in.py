"""Who gets in, for how long, and what stops a guesser."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from admin.people import known_browsers, passwords, sign_in, staff, tries
from admin.people.roles import Role
from admin.people.sign_in import Refused, Road, SignedIn, SignIn, StaffSession
from admin.people.staff import Colleague
from admin.people.tries import SignInFailure, Waits
from foundation.addresses import Address
from foundation.database import Database
from foundation.tokens import Keyring
from tests.admin.conftest import PASSWORD
from tests.admin.morning import MORNING

ADDRESS = "tanto@example.jp"


@pytest.fixture
def door(database: Database, keyring: Keyring) -> SignIn:
    return SignIn(database, keyring)


@pytest.fixture
def quick_door(database: Database, keyring: Keyring) -> SignIn:
    """Compares passwords without their cost, for tests of many tries."""
    return SignIn(database, keyring, fits=lambda password, stored: stored is not None and password == PASSWORD)


def signed_in(door: SignIn) -> SignedIn:
    result = door.sign_in(ADDRESS, PASSWORD, at=MORNING)
    assert isinstance(result, SignedIn)
    return result


def is_there(database: Database, token: str, *, after: timedelta) -> bool:
    with database.read() as session:
        return sign_in.who(session, token, at=MORNING + after) is not None


def test_the_right_password_opens_a_session(database: Database, door: SignIn, drafter: Colleague) -> None:
    result = door.sign_in("  TANTO@example.jp ", PASSWORD, at=MORNING)

    assert isinstance(result, SignedIn)
    assert result.me == drafter
    with database.read() as session:
        presence = sign_in.who(session, result.token, at=MORNING)
        assert presence is not None
        assert presence.me == drafter
        assert result.token not in session.scalars(select(StaffSession.fingerprint)).all()


@pytest.mark.parametrize("address", [ADDRESS, "nobody@example.jp", "no address", "", "a\r\nb@example.jp"])
def test_known_and_unknown_addresses_get_the_same_refusal(door: SignIn, drafter: Colleague, address: str) -> None:
    assert door.sign_in(address, "a wrong password", at=MORNING) is Refused.WRONG


def test_an_account_without_a_password_lets_nobody_in(database: Database, door: SignIn) -> None:
    with database.write() as session:
        staff.add(
            session,
            Address.parse(ADDRESS),
            "機械",
            role=Role.DRAFTER,
            password_hash=None,
            at=MORNING,
            actor="command",
        )

    assert door.sign_in(ADDRESS, "", at=MORNING) is Refused.WRONG


def test_a_session_ends_after_an_hour_without_a_request(database: Database, door: SignIn, drafter: Colleague) -> None:
    token = signed_in(door).token

    assert is_there(database, token, after=timedelta(minutes=59))
    assert not is_there(database, token, after=timedelta(minutes=60))


def test_a_request_starts_the_idle_hour_anew_but_twelve_hours_end_it(
    database: Database, door: SignIn, drafter: Colleague
) -> None:
    token = signed_in(door).token

    for half_hours in range(1, 24):
        with database.write() as session:
            sign_in.seen(session, token, at=MORNING + half_hours * timedelta(minutes=30))

    assert is_there(database, token, after=timedelta(hours=11, minutes=59))
    assert not is_there(database, token, after=timedelta(hours=12))


def test_signing_out_ends_this_session_and_no_other(database: Database, door: SignIn, drafter: Colleague) -> None:
    here, elsewhere = signed_in(door).token, signed_in(door).token

    with database.write() as session:
        sign_in.sign_out(session, here)

    assert not is_there(database, here, after=timedelta(0))
    assert is_there(database, elsewhere, after=timedelta(0))


def test_a_new_password_ends_the_sessions_opened_with_the_old_one(
    database: Database, door: SignIn, drafter: Colleague
) -> None:
    token = signed_in(door).token

    with database.write() as session:
        staff.add(
            session,
            Address.parse(ADDRESS),
            "担当",
            role=Role.DRAFTER,
            password_hash=passwords.make_hash("another good one 7"),
            at=MORNING + timedelta(minutes=1),
            actor="command",
        )

    assert not is_there(database, token, after=timedelta(minutes=1))


def test_whoever_is_shut_out_is_out_at_once(database: Database, door: SignIn, drafter: Colleague) -> None:
    token = signed_in(door).token

    with database.write() as session:
        staff.deactivate(session, drafter.id, at=MORNING, actor="command")

    assert not is_there(database, token, after=timedelta(0))
    assert door.sign_in(ADDRESS, PASSWORD, at=MORNING) is Refused.WRONG


OFFICE = Road("console:192.0.2.7")
STRANGER = Road("console:198.51.100.9")


def try_often(door: SignIn, times: int, road: Road, address: str = ADDRESS) -> list[object]:
    return [door.sign_in(address, "wrong", at=MORNING, road=road) for _ in range(times)]


@pytest.mark.parametrize("address", [ADDRESS, "nobody@example.jp"])
def test_after_some_failures_even_the_right_password_waits(
    quick_door: SignIn, drafter: Colleague, address: str
) -> None:
    assert try_often(quick_door, 4, OFFICE, address) == [*[Refused.WRONG] * 3, Waits(10)]

    early = quick_door.sign_in(address, PASSWORD, at=MORNING + timedelta(seconds=9), road=OFFICE)
    assert early == Waits(1)
    later = quick_door.sign_in(address, PASSWORD, at=MORNING + timedelta(seconds=10), road=OFFICE)
    assert not isinstance(later, Waits)


def test_the_wait_grows_with_each_failure_and_ends_at_a_quarter_of_an_hour() -> None:
    waits = [tries.delay(failures).total_seconds() for failures in range(20)]

    assert waits == sorted(waits)
    assert (waits[2], waits[3], waits[-1]) == (0, 10, 900)


def test_a_stranger_cannot_lock_out_another_network(quick_door: SignIn, drafter: Colleague) -> None:
    assert isinstance(try_often(quick_door, 6, STRANGER)[-1], Waits)

    assert isinstance(quick_door.sign_in(ADDRESS, PASSWORD, at=MORNING, road=OFFICE), SignedIn)


def test_strangers_from_everywhere_lock_out_no_browser_that_was_here_before(
    quick_door: SignIn, keyring: Keyring, drafter: Colleague
) -> None:
    for number in range(tries.MOST_AT_ONE):
        try_often(quick_door, 1, Road(f"console:203.0.113.{number}"))
    known = Road("console:203.0.113.200", known_browsers.remembered(keyring, "", drafter.id))
    of_another = Road("console:203.0.113.201", known_browsers.remembered(keyring, "", drafter.id + 1))

    assert isinstance(quick_door.sign_in(ADDRESS, PASSWORD, at=MORNING, road=OFFICE), Waits)
    assert isinstance(quick_door.sign_in(ADDRESS, PASSWORD, at=MORNING, road=of_another), Waits)
    assert isinstance(quick_door.sign_in(ADDRESS, PASSWORD, at=MORNING, road=known), SignedIn)


def test_a_known_browser_is_slowed_by_its_own_failures(
    quick_door: SignIn, keyring: Keyring, drafter: Colleague
) -> None:
    known = Road("console:192.0.2.7", known_browsers.remembered(keyring, "", drafter.id))

    assert try_often(quick_door, 4, known)[-1] == Waits(10)


def test_hosts_of_one_ipv6_network_are_one_place(quick_door: SignIn, drafter: Colleague) -> None:
    found = [try_often(quick_door, 1, Road(f"console:2001:db8::{host}"))[0] for host in range(1, 5)]

    assert found == [*[Refused.WRONG] * 3, Waits(10)]


def test_failures_of_one_address_do_not_stop_another(quick_door: SignIn, drafter: Colleague) -> None:
    try_often(quick_door, 6, OFFICE, "nobody@example.jp")

    assert isinstance(quick_door.sign_in(ADDRESS, PASSWORD, at=MORNING, road=OFFICE), SignedIn)


def test_a_success_forgets_the_failures_before_it(quick_door: SignIn, drafter: Colleague) -> None:
    for _ in range(3):
        try_often(quick_door, 2, OFFICE)

        assert isinstance(quick_door.sign_in(ADDRESS, PASSWORD, at=MORNING, road=OFFICE), SignedIn)


def test_many_guesses_at_once_do_not_slip_past_the_count(quick_door: SignIn, drafter: Colleague) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: quick_door.sign_in(ADDRESS, "wrong", at=MORNING), range(20)))

    assert results.count(Refused.WRONG) == 3
    assert results.count(Waits(10)) == 17


def test_tries_hold_no_address_and_go_away_when_they_no_longer_count(
    database: Database, quick_door: SignIn, drafter: Colleague
) -> None:
    quick_door.sign_in(ADDRESS, "wrong", at=MORNING, road=OFFICE)

    with database.write() as session:
        row = session.scalars(select(SignInFailure)).one()
        assert not any(text in row.address_key + row.road_key for text in ("@", "tanto", "192.0.2.7"))
        tries.clear(session, at=MORNING + timedelta(hours=24))
        assert session.scalar(select(func.count(SignInFailure.id))) == 0
