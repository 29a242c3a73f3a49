"""Between the password and the code nobody is in: half-open sittings end, and open nothing but the second step."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import update

from admin.people import recovery_codes, sign_in, staff_changes
from admin.people.roles import Role
from admin.people.second_step import SecondStep, SetUp
from admin.people.sign_in import HalfOpen, Refused, SignedIn, SignIn
from admin.people.staff import Colleague, StaffRow
from admin.people.tries import Waits
from foundation.database import Database
from foundation.tokens import Keyring
from tests.admin.conftest import PASSWORD, enter
from tests.admin.morning import MORNING
from tests.admin.test_one_time_codes import code_of, set_up

LATER = MORNING + timedelta(hours=1)
HERE = "console:192.0.2.7"


@pytest.fixture
def step(database: Database, keyring: Keyring) -> SecondStep:
    return SecondStep(database, keyring)


def half_open(database: Database, keyring: Keyring, who: Colleague, *, required: bool = False) -> str:
    door = SignIn(database, keyring, codes_required=required)
    found = door.sign_in(who.address, PASSWORD, at=LATER)
    assert isinstance(found, HalfOpen)
    return found.token


def test_who_has_codes_is_half_way_in_after_the_password(
    database: Database, keyring: Keyring, step: SecondStep, drafter: Colleague
) -> None:
    secret = set_up(database, keyring, drafter)
    token = half_open(database, keyring, drafter)

    with database.read() as session:
        assert sign_in.who(session, token, at=LATER) is None
    found = step.enter(token, code_of(secret, LATER), at=LATER, origin=HERE)

    assert isinstance(found, SignedIn)
    with database.read() as session:
        presence = sign_in.who(session, found.token, at=LATER, codes_required=True)
        assert presence is not None
        assert presence.me == drafter


def test_a_sitting_is_used_up_by_the_code_that_opened_it(
    database: Database, keyring: Keyring, step: SecondStep, drafter: Colleague
) -> None:
    secret = set_up(database, keyring, drafter)
    token = half_open(database, keyring, drafter)
    step.enter(token, code_of(secret, LATER), at=LATER, origin=HERE)
    later = LATER + timedelta(minutes=1)

    assert step.enter(token, code_of(secret, later), at=later, origin=HERE) is Refused.ENDED


def test_a_half_open_sitting_ends_after_ten_minutes(
    database: Database, keyring: Keyring, step: SecondStep, drafter: Colleague
) -> None:
    secret = set_up(database, keyring, drafter)
    token = half_open(database, keyring, drafter)
    end = LATER + timedelta(minutes=10)

    assert step.waiting(token, at=end - timedelta(seconds=1)) is not None
    assert step.waiting(token, at=end) is None
    assert step.enter(token, code_of(secret, end), at=end, origin=HERE) is Refused.ENDED


def test_wrong_codes_are_counted_per_person_through_new_sittings(
    database: Database, keyring: Keyring, step: SecondStep, drafter: Colleague
) -> None:
    secret = set_up(database, keyring, drafter)
    tokens = [half_open(database, keyring, drafter) for _ in range(4)]

    found = [step.enter(token, "000000", at=LATER, origin=HERE) for token in tokens]

    assert found == [*[Refused.CODE] * 3, Waits(10)]
    assert isinstance(step.enter(tokens[0], code_of(secret, LATER), at=LATER, origin=HERE), Waits)


def test_a_recovery_code_opens_once(database: Database, keyring: Keyring, step: SecondStep, drafter: Colleague) -> None:
    set_up(database, keyring, drafter)
    with database.write() as session:
        code = recovery_codes.make(session, drafter, at=MORNING)[0]

    def enter_by_recovery() -> object:
        token = half_open(database, keyring, drafter)
        return step.enter(token, code, at=LATER, origin=HERE, is_recovery=True)

    assert isinstance(enter_by_recovery(), SignedIn)
    assert enter_by_recovery() is Refused.RECOVERY


def test_the_password_alone_never_replaces_codes_that_are_in_force(
    database: Database, keyring: Keyring, step: SecondStep
) -> None:
    approver = enter(database, "sekinin@example.jp", Role.APPROVER)
    token = half_open(database, keyring, approver, required=True)
    set_up(database, keyring, approver)
    other = half_open(database, keyring, approver, required=True)

    for sitting in (token, other):
        waiting = step.waiting(sitting, at=LATER)
        assert waiting is not None
        assert waiting.secret is None
        assert step.set_up(sitting, "000000", at=LATER, origin=HERE) is Refused.ENDED


def test_where_codes_are_a_must_the_first_sign_in_sets_them_up(
    database: Database, keyring: Keyring, step: SecondStep
) -> None:
    approver = enter(database, "sekinin@example.jp", Role.APPROVER)
    token = half_open(database, keyring, approver, required=True)
    waiting = step.waiting(token, at=LATER)
    assert waiting is not None
    assert waiting.secret is not None

    assert step.set_up(token, "000000", at=LATER, origin=HERE) is Refused.CODE
    found = step.set_up(token, pyotp.TOTP(waiting.secret).at(LATER), at=LATER, origin=HERE)

    assert isinstance(found, SetUp)
    assert len(found.recovery) == 10


@pytest.mark.parametrize(("role", "is_asked"), [(Role.DRAFTER, False), (Role.APPROVER, True), (Role.MANAGER, True)])
def test_codes_are_a_must_for_those_who_may_approve(
    database: Database, keyring: Keyring, *, role: Role, is_asked: bool
) -> None:
    who = enter(database, "dareka@example.jp", role)

    found = SignIn(database, keyring, codes_required=True).sign_in(who.address, PASSWORD, at=LATER)

    assert isinstance(found, HalfOpen if is_asked else SignedIn)


def test_a_session_without_a_code_ends_when_the_person_may_approve(
    database: Database, keyring: Keyring, drafter: Colleague, manager: Colleague
) -> None:
    found = SignIn(database, keyring, codes_required=True).sign_in(drafter.address, PASSWORD, at=LATER)
    assert isinstance(found, SignedIn)

    with database.write() as session:
        deed = manager.deed("staff.role-changed", drafter.actor)
        staff_changes.put_role(session, drafter.id, Role.APPROVER, deed, at=LATER)

    with database.read() as session:
        assert sign_in.who(session, found.token, at=LATER, codes_required=True) is None
        assert sign_in.who(session, found.token, at=LATER, codes_required=False) is not None


def test_a_new_password_or_leaving_ends_a_half_open_sitting(
    database: Database, keyring: Keyring, step: SecondStep, drafter: Colleague
) -> None:
    set_up(database, keyring, drafter)
    token = half_open(database, keyring, drafter)
    after = LATER + timedelta(seconds=1)

    with database.write() as session:
        session.execute(update(StaffRow).values(password_set_at=after))
    assert step.waiting(token, at=after) is None

    with database.write() as session:
        session.execute(update(StaffRow).values(password_set_at=MORNING, active=False))
    assert step.waiting(token, at=after) is None
