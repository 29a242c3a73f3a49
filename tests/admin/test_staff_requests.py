"""More power for somebody takes two managers; less takes one; the last manager stays."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from admin.accounts.newcomer import Newcomer
from admin.people import api_tokens, one_time_codes, staff, staff_changes, staff_list, staff_requests
from admin.people.invitations import AlreadyInvited
from admin.people.roles import Role
from admin.people.staff import Colleague
from admin.people.staff_changes import LastManager, UnknownColleague
from admin.people.staff_requests import AlreadyAsked, Kind, NotAnother, Overtaken, RequestGone, StaffRequest
from foundation import ledger
from foundation.database import Database
from foundation.tokens import Keyring
from mailer.outbox_tables import LetterRow
from service.entrance import SAMPLE_TOWN
from service.home import TEMPLATES
from subscribers.stationery import Stationery
from subscribers.town import load_town
from tests.admin.conftest import enter
from tests.admin.morning import MORNING
from tests.admin.test_one_time_codes import set_up


@pytest.fixture(scope="module")
def stationery() -> Stationery:
    return Stationery.read(Path(TEMPLATES) / "letters", load_town(SAMPLE_TOWN), "https://anzen.example.jp")


@pytest.fixture
def second(database: Database) -> Colleague:
    return enter(database, "second@example.jp", Role.MANAGER)


def role_of(session: Session, who: Colleague) -> Role:
    found = staff.numbered(session, who.id)
    assert found is not None
    return found.role


def raised(session: Session, who: Colleague, me: Colleague, role: Role = Role.APPROVER) -> StaffRequest:
    request = staff_requests.change_role(session, who.id, role, me, at=MORNING)
    assert request is not None
    return request


def test_a_role_goes_up_only_when_another_manager_confirms(
    database: Database, drafter: Colleague, manager: Colleague, second: Colleague, stationery: Stationery
) -> None:
    with database.write() as session:
        request = raised(session, drafter, manager)
        assert role_of(session, drafter) is Role.DRAFTER
        with pytest.raises(NotAnother):
            staff_requests.confirm(session, request.id, manager, stationery, at=MORNING)
        assert role_of(session, drafter) is Role.DRAFTER

        staff_requests.confirm(session, request.id, second, stationery, at=MORNING)

        assert role_of(session, drafter) is Role.APPROVER
        lines = [(line.actor, line.action) for line in ledger.lines_about(session, drafter.actor)][1:]
        assert lines == [
            (manager.actor, "staff.requested"),
            (second.actor, "staff.request-confirmed"),
            (second.actor, "staff.role-changed"),
        ]
        *_, last = ledger.lines_about(session, drafter.actor)
        assert json.loads(last.details) == {"before": "drafter", "after": "approver"}


@pytest.mark.parametrize("role", [Role.DRAFTER, Role.APPROVER])
def test_whoever_is_no_manager_confirms_nothing(
    database: Database, drafter: Colleague, manager: Colleague, stationery: Stationery, role: Role
) -> None:
    with database.write() as session:
        request = raised(session, drafter, manager)
        low = Colleague(99, "誰か", "dareka@example.jp", role)

        with pytest.raises(NotAnother):
            staff_requests.confirm(session, request.id, low, stationery, at=MORNING)


def test_nobody_confirms_what_is_about_oneself(
    database: Database, keyring: Keyring, manager: Colleague, second: Colleague, stationery: Stationery
) -> None:
    set_up(database, keyring, second)
    with database.write() as session:
        request = staff_requests.ask_about(session, Kind.CODES, second.id, manager, at=MORNING)

        with pytest.raises(NotAnother):
            staff_requests.confirm(session, request.id, second, stationery, at=MORNING)
        assert one_time_codes.is_on(session, second.id)


def test_lost_codes_are_reset_by_two(
    database: Database,
    keyring: Keyring,
    drafter: Colleague,
    manager: Colleague,
    second: Colleague,
    stationery: Stationery,
) -> None:
    set_up(database, keyring, drafter)
    with database.write() as session:
        request = staff_requests.ask_about(session, Kind.CODES, drafter.id, manager, at=MORNING)
        assert one_time_codes.is_on(session, drafter.id)

        staff_requests.confirm(session, request.id, second, stationery, at=MORNING)

        assert not one_time_codes.is_on(session, drafter.id)


def test_a_request_counts_once_and_not_after_it_was_declined_or_grew_old(
    database: Database, drafter: Colleague, manager: Colleague, second: Colleague, stationery: Stationery
) -> None:
    with database.write() as session:
        ends: list[Callable[[StaffRequest], object]] = [
            lambda one: staff_requests.decline(session, one.id, second, at=MORNING),
            lambda one: staff_requests.decline(session, one.id, manager, at=MORNING),
        ]
        for end in ends:
            request = raised(session, drafter, manager)
            end(request)
            with pytest.raises(RequestGone):
                staff_requests.confirm(session, request.id, second, stationery, at=MORNING)
        old = raised(session, drafter, manager)
        with pytest.raises(RequestGone):
            staff_requests.confirm(session, old.id, second, stationery, at=MORNING + timedelta(days=14))
        staff_requests.confirm(session, old.id, second, stationery, at=MORNING)
        with pytest.raises(RequestGone):
            staff_requests.confirm(session, old.id, second, stationery, at=MORNING)


def test_the_same_is_asked_once(database: Database, drafter: Colleague, manager: Colleague) -> None:
    with database.write() as session:
        raised(session, drafter, manager)

        with pytest.raises(AlreadyAsked):
            raised(session, drafter, manager, Role.MANAGER)


def test_a_request_does_not_outlive_the_role_it_was_asked_at(
    database: Database, drafter: Colleague, manager: Colleague, second: Colleague, stationery: Stationery
) -> None:
    with database.write() as session:
        request = raised(session, drafter, manager)
        assert staff_requests.change_role(session, drafter.id, Role.VIEWER, second, at=MORNING) is None

        with pytest.raises(Overtaken):
            staff_requests.confirm(session, request.id, second, stationery, at=MORNING)
        assert role_of(session, drafter) is Role.VIEWER


def test_a_role_goes_down_at_once_but_the_last_manager_stays(
    database: Database, manager: Colleague, second: Colleague
) -> None:
    with database.write() as session:
        assert staff_requests.change_role(session, second.id, Role.VIEWER, manager, at=MORNING) is None
        assert role_of(session, second) is Role.VIEWER

        with pytest.raises(LastManager):
            staff_requests.change_role(session, manager.id, Role.APPROVER, manager, at=MORNING)
        with pytest.raises(LastManager):
            staff_changes.deactivate(session, manager.id, manager, at=MORNING)
        assert role_of(session, manager) is Role.MANAGER


def test_a_manager_without_a_password_does_not_count_as_the_one_who_stays(
    database: Database, manager: Colleague, second: Colleague
) -> None:
    with database.write() as session:
        staff_changes.active(session, second.id).password_hash = None
        session.flush()

        with pytest.raises(LastManager):
            staff_changes.deactivate(session, manager.id, manager, at=MORNING)


def test_whoever_left_is_not_there_any_more(
    database: Database, keyring: Keyring, drafter: Colleague, manager: Colleague
) -> None:
    set_up(database, keyring, drafter)
    with database.write() as session:
        raised(session, drafter, manager)
        staff_changes.deactivate(session, drafter.id, manager, at=MORNING)
        staff_requests.end_about(session, manager.actor, at=MORNING, staff_id=drafter.id)

        assert staff_requests.open_ones(session, at=MORNING) == []
        assert not one_time_codes.is_on(session, drafter.id)
        with pytest.raises(UnknownColleague):
            staff_requests.change_role(session, drafter.id, Role.VIEWER, manager, at=MORNING)


def test_who_left_collects_no_token_after_coming_back(
    database: Database, drafter: Colleague, manager: Colleague, second: Colleague, stationery: Stationery
) -> None:
    with database.write() as session:
        request = staff_requests.ask_about(session, Kind.TOKEN, drafter.id, manager, at=MORNING)
        staff_requests.confirm(session, request.id, second, stationery, at=MORNING)
        assert staff_requests.may_collect(session, drafter, at=MORNING)

        staff_requests.end_about(session, manager.actor, at=MORNING, staff_id=drafter.id)

        assert not staff_requests.may_collect(session, drafter, at=MORNING)


def test_a_token_had_without_a_second_manager_does_not_grow_with_the_role(
    database: Database, drafter: Colleague, manager: Colleague, second: Colleague, stationery: Stationery
) -> None:
    with database.write() as session:
        token = api_tokens.issue(session, drafter.id, at=MORNING, actor=drafter.actor)
        request = raised(session, drafter, manager)
        assert api_tokens.owner(session, token, at=MORNING) is not None
        staff_requests.confirm(session, request.id, second, stationery, at=MORNING)

        assert api_tokens.owner(session, token, at=MORNING) is None


@pytest.mark.parametrize(
    ("role", "is_sent"),
    [(Role.VIEWER, True), (Role.DRAFTER, True), (Role.APPROVER, False), (Role.MANAGER, False)],
)
def test_whoever_may_approve_is_invited_by_two(
    database: Database,
    manager: Colleague,
    second: Colleague,
    stationery: Stationery,
    *,
    role: Role,
    is_sent: bool,
) -> None:
    newcomer = Newcomer("新人 さくら", "sakura@example.jp", role.value)
    with database.write() as session:
        assert newcomer.invite(session, stationery, manager, at=MORNING) is is_sent
        assert (session.query(LetterRow).count() == 1) is is_sent
        with pytest.raises(AlreadyInvited):
            newcomer.invite(session, stationery, second, at=MORNING)

        for request in staff_requests.open_ones(session, at=MORNING):
            staff_requests.confirm(session, request.id, second, stationery, at=MORNING)

        assert session.query(LetterRow).count() == 1


def test_one_manager_alone_is_told_the_command_that_does_the_same(
    database: Database, drafter: Colleague, manager: Colleague
) -> None:
    with database.write() as session:
        raised(session, drafter, manager)
        [line] = staff_list.requests(session, manager, at=MORNING)

        assert not staff_list.others_can_confirm(session, manager)
        assert line.command == f"hansho staff add {drafter.address} --name '配信担当者' --role approver"
        assert (line.is_mine, line.may_confirm) == (True, False)
