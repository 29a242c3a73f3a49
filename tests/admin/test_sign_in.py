"""Who gets in, for how long, and what stops a guesser."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from admin import passwords, sign_in, staff
from admin.roles import Role
from admin.sign_in import Refused, SignedIn, SignIn, SignInFailure, StaffSession
from admin.staff import Colleague
from foundation.addresses import Address
from foundation.database import Database
from foundation.tokens import Keyring
from tests.admin.conftest import MORNING, PASSWORD

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


@pytest.mark.parametrize("address", [ADDRESS, "nobody@example.jp"])
def test_after_five_failures_even_the_right_password_waits_fifteen_minutes(
    quick_door: SignIn, drafter: Colleague, address: str
) -> None:
    for _ in range(5):
        assert quick_door.sign_in(address, "wrong", at=MORNING) is Refused.WRONG

    assert quick_door.sign_in(address, PASSWORD, at=MORNING + timedelta(minutes=14)) is Refused.TOO_MANY
    assert quick_door.sign_in(address, PASSWORD, at=MORNING + timedelta(minutes=15)) is not Refused.TOO_MANY


def test_failures_of_one_address_do_not_stop_another(quick_door: SignIn, drafter: Colleague) -> None:
    for _ in range(6):
        quick_door.sign_in("nobody@example.jp", "wrong", at=MORNING)

    assert isinstance(quick_door.sign_in(ADDRESS, PASSWORD, at=MORNING), SignedIn)


def test_a_success_forgets_the_failures_before_it(quick_door: SignIn, drafter: Colleague) -> None:
    for _ in range(3):
        for _ in range(4):
            quick_door.sign_in(ADDRESS, "wrong", at=MORNING)

        assert isinstance(quick_door.sign_in(ADDRESS, PASSWORD, at=MORNING), SignedIn)


def test_many_guesses_at_once_do_not_slip_past_the_count(quick_door: SignIn, drafter: Colleague) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: quick_door.sign_in(ADDRESS, "wrong", at=MORNING), range(20)))

    assert results.count(Refused.WRONG) == 5
    assert results.count(Refused.TOO_MANY) == 15


def test_tries_hold_no_address_and_go_away_when_they_no_longer_count(
    database: Database, quick_door: SignIn, drafter: Colleague
) -> None:
    quick_door.sign_in(ADDRESS, "wrong", at=MORNING)

    with database.write() as session:
        assert "@" not in (session.scalar(select(SignInFailure.address_key)) or "")
        sign_in.clear(session, at=MORNING + timedelta(minutes=15))
        assert session.scalar(select(func.count(SignInFailure.id))) == 0
