"""One-time codes: each counts once, near its moment, and for one person."""

import json
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from admin.people import one_time_codes, recovery_codes
from admin.people.one_time_codes import StaffCodes
from admin.people.recovery_codes import StaffRecoveryCode
from admin.people.staff import Colleague
from foundation import ledger
from foundation.database import Database
from foundation.ledger import LedgerLine
from foundation.tokens import Keyring
from tests.admin.morning import MORNING

STEP = timedelta(seconds=30)
LATER = MORNING + timedelta(hours=1)


@pytest.fixture
def secret(database: Database, keyring: Keyring, drafter: Colleague) -> str:
    return set_up(database, keyring, drafter)


def set_up(database: Database, keyring: Keyring, who: Colleague) -> str:
    with database.write() as session:
        one_time_codes.begin(session, keyring, who.id)
        secret = one_time_codes.pending_secret(session, keyring, who.id)
        assert secret is not None
        assert one_time_codes.confirm(session, keyring, who, code_of(secret, MORNING), at=MORNING)
    return secret


def code_of(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


def accepted(database: Database, keyring: Keyring, who: Colleague, code: str, at: datetime) -> bool:
    with database.write() as session:
        return one_time_codes.accept(session, keyring, who.id, code, at=at)


def test_a_code_opens_once_and_never_again(
    database: Database, keyring: Keyring, drafter: Colleague, secret: str
) -> None:
    code = code_of(secret, LATER)

    found = [accepted(database, keyring, drafter, code, LATER + timedelta(seconds=second)) for second in (0, 1, 29)]

    assert found == [True, False, False]


def test_the_code_that_confirmed_the_set_up_does_not_sign_in(
    database: Database, keyring: Keyring, drafter: Colleague, secret: str
) -> None:
    assert not accepted(database, keyring, drafter, code_of(secret, MORNING), MORNING)


def test_a_code_before_the_last_one_is_spent_with_it(
    database: Database, keyring: Keyring, drafter: Colleague, secret: str
) -> None:
    assert accepted(database, keyring, drafter, code_of(secret, LATER), LATER)

    assert not accepted(database, keyring, drafter, code_of(secret, LATER - STEP), LATER)


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_telephone_may_be_one_step_early_or_late(
    database: Database, keyring: Keyring, drafter: Colleague, secret: str, *, steps: int, is_good: bool
) -> None:
    assert accepted(database, keyring, drafter, code_of(secret, LATER + steps * STEP), LATER) is is_good


def test_spaces_and_full_width_digits_are_forgiven(
    database: Database, keyring: Keyring, drafter: Colleague, secret: str
) -> None:
    wide = code_of(secret, LATER).translate(str.maketrans("0123456789", "０１２３４５６７８９"))

    assert accepted(database, keyring, drafter, f" {wide[:3]} {wide[3:]} ", LATER)


@pytest.mark.parametrize(
    "garbage", ["", "12345", "1234567", "abcdef", "１２３", "\0" * 6, "9" * 5000, "-12345", "²²²²²²"]
)
def test_garbage_is_no_code(
    database: Database, keyring: Keyring, drafter: Colleague, secret: str, garbage: str
) -> None:
    assert not accepted(database, keyring, drafter, garbage, LATER)


def test_a_secret_that_no_code_confirmed_opens_nothing(
    database: Database, keyring: Keyring, drafter: Colleague
) -> None:
    with database.write() as session:
        one_time_codes.begin(session, keyring, drafter.id)
        pending = one_time_codes.pending_secret(session, keyring, drafter.id)

    assert pending is not None
    assert not accepted(database, keyring, drafter, code_of(pending, LATER), LATER)


def test_setting_up_anew_leaves_the_old_telephone_in_force_until_it_is_confirmed(
    database: Database, keyring: Keyring, drafter: Colleague, secret: str
) -> None:
    with database.write() as session:
        one_time_codes.begin(session, keyring, drafter.id)
        new = one_time_codes.pending_secret(session, keyring, drafter.id)
        assert new is not None
        assert not one_time_codes.confirm(session, keyring, drafter, "000000", at=LATER)

    assert accepted(database, keyring, drafter, code_of(secret, LATER), LATER)
    with database.write() as session:
        assert one_time_codes.confirm(session, keyring, drafter, code_of(new, LATER + STEP), at=LATER + STEP)
    end = LATER + 4 * STEP
    assert not accepted(database, keyring, drafter, code_of(secret, end), end)
    assert accepted(database, keyring, drafter, code_of(new, end), end)


def test_one_persons_code_is_nothing_for_another(
    database: Database, keyring: Keyring, drafter: Colleague, manager: Colleague, secret: str
) -> None:
    set_up(database, keyring, manager)

    assert not accepted(database, keyring, manager, code_of(secret, LATER), LATER)


def test_neither_table_nor_ledger_shows_a_secret_or_a_code(
    database: Database, keyring: Keyring, drafter: Colleague, secret: str
) -> None:
    with database.write() as session:
        codes = recovery_codes.make(session, drafter, at=MORNING)
        assert recovery_codes.spend(session, drafter, codes[0], at=LATER)

    with database.read() as session:
        row = session.get_one(StaffCodes, drafter.id)
        kept = [row.sealed or "", *session.scalars(select(StaffRecoveryCode.fingerprint))]
        kept += [json.dumps([line.subject, line.details]) for line in session.scalars(select(LedgerLine))]
        for hidden in (secret, *codes, *(code.replace("-", "") for code in codes)):
            assert all(hidden.lower() not in text.lower() for text in kept)
        actions = [line.action for line in ledger.lines_about(session, drafter.actor)]
    assert actions[-3:] == ["staff.codes-on", "staff.recovery-codes-made", "staff.recovery-code-used"]


def test_each_recovery_code_counts_once_however_it_is_written(database: Database, drafter: Colleague) -> None:
    with database.write() as session:
        codes = recovery_codes.make(session, drafter, at=MORNING)
        assert len(set(codes)) == 10
        assert recovery_codes.spend(session, drafter, f" {codes[3].lower().replace('-', ' ')} ", at=LATER)
        assert not recovery_codes.spend(session, drafter, codes[3], at=LATER)
        assert recovery_codes.left(session, drafter.id) == 9


def test_a_new_sheet_of_recovery_codes_voids_the_old_one(
    database: Database, drafter: Colleague, manager: Colleague
) -> None:
    with database.write() as session:
        old = recovery_codes.make(session, drafter, at=MORNING)
        new = recovery_codes.make(session, drafter, at=LATER)

        assert not recovery_codes.spend(session, drafter, old[0], at=LATER)
        assert not recovery_codes.spend(session, manager, new[0], at=LATER)
        assert not recovery_codes.spend(session, drafter, "", at=LATER)
        assert recovery_codes.spend(session, drafter, new[0], at=LATER)
