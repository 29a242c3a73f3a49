"""The register of staff."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from admin.people import passwords, staff
from admin.people.roles import Role
from admin.people.staff import Colleague, StaffRow
from foundation import ledger
from foundation.addresses import Address
from foundation.database import Database
from tests.admin.conftest import enter
from tests.admin.morning import MORNING

ADDRESS = Address.parse("tanto@example.jp")


def test_a_person_entered_is_found_by_address(database: Database, drafter: Colleague) -> None:
    with database.read() as session:
        assert staff.find(session, ADDRESS) == drafter
        assert staff.find(session, Address.parse("other@example.jp")) is None


def test_entering_an_address_again_changes_role_and_name_but_not_the_password(
    database: Database, drafter: Colleague
) -> None:
    with database.write() as session:
        changed = staff.add(
            session, ADDRESS, " 半鐘 花子 ", role=Role.APPROVER, password_hash=None, at=MORNING, actor="command"
        )

    assert changed == Colleague(drafter.id, "半鐘 花子", "tanto@example.jp", Role.APPROVER)
    with database.read() as session:
        stored = session.scalar(select(StaffRow.password_hash))
        assert passwords.fits("correct horse battery 9", stored)


@pytest.mark.parametrize("name", ["", "  ", "a\r\nBcc: b", "a\0b"])
def test_a_name_that_could_break_a_header_is_refused(database: Database, name: str) -> None:
    with pytest.raises(ValueError, match="氏名"), database.write() as session:
        staff.add(session, ADDRESS, name, role=Role.VIEWER, password_hash=None, at=MORNING, actor="command")

    with database.read() as session:
        assert staff.everyone(session) == []


def test_the_ledger_tells_of_each_change_without_address_or_name(database: Database, drafter: Colleague) -> None:
    with database.write() as session:
        staff.deactivate(session, drafter.id, at=MORNING + timedelta(days=1), actor="staff:9")

    with database.read() as session:
        lines = list(ledger.lines_about(session, drafter.actor))
        assert [(line.actor, line.action) for line in lines] == [
            ("command", "staff.added"),
            ("staff:9", "staff.deactivated"),
        ]
        assert all("example.jp" not in line.details and drafter.name not in line.details for line in lines)


def test_whoever_is_shut_out_is_found_no_more_but_still_named_by_number(database: Database, drafter: Colleague) -> None:
    with database.write() as session:
        staff.deactivate(session, drafter.id, at=MORNING, actor="command")

    with database.read() as session:
        assert staff.find(session, ADDRESS) is None
        assert staff.everyone(session) == []
        assert staff.numbered(session, drafter.id) == drafter


def test_everyone_of_a_role_includes_the_roles_above(database: Database, drafter: Colleague) -> None:
    approver = enter(database, "sekinin@example.jp", Role.APPROVER)
    manager = enter(database, "kanri@example.jp", Role.MANAGER)

    with database.read() as session:
        assert staff.everyone(session) == [drafter, approver, manager]
        assert staff.everyone(session, at_least=Role.APPROVER) == [approver, manager]
