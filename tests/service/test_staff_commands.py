"""`hansho staff …`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from admin.people import api_tokens, invitations, one_time_codes, sign_in, staff_requests
from admin.people import staff as register
from admin.people.roles import Role
from admin.people.sign_in import SignedIn, SignIn
from admin.people.staff_requests import Kind
from foundation import ledger
from foundation.addresses import Address
from foundation.database import Base
from foundation.settings import load
from service.commands.staff import staff
from service.home import Home
from tests.admin.conftest import PASSWORD
from tests.admin.morning import MORNING
from tests.admin.test_one_time_codes import set_up
from tests.support.clock import HandClock
from tests.support.house import SECRET

ADDRESS = "tanto@example.jp"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Home]:
    settings = {"HANSHO_DATABASE_URL": f"sqlite:///{tmp_path / 'hansho.db'}", "HANSHO_SECRET": SECRET}
    house = Home(load(settings), HandClock(MORNING))
    Base.metadata.create_all(house.database.engine)
    yield house
    house.database.close()


def run(house: Home, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(staff, list(words), obj=house, input=typed)


def entered(house: Home) -> Result:
    return run(
        house, "add", ADDRESS, "--name", "担当", "--role", "drafter", "--password-stdin", typed=f"{PASSWORD}\nrest"
    )


def test_a_person_entered_with_a_password_can_sign_in(house: Home) -> None:
    result = entered(house)

    assert result.exit_code == 0
    signed_in = SignIn(house.database, house.keyring).sign_in(ADDRESS, PASSWORD, at=MORNING)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.me.role is Role.DRAFTER


def test_without_terminal_and_password_the_person_uses_the_api_only(house: Home) -> None:
    result = run(house, "add", ADDRESS, "--name", "機械", "--role", "approver", typed="not a password\n")

    assert result.exit_code == 0
    for password in ("", "not a password"):
        assert SignIn(house.database, house.keyring).sign_in(ADDRESS, password, at=MORNING) is sign_in.Refused.WRONG


def test_the_token_stands_alone_on_standard_output_and_works(house: Home) -> None:
    entered(house)

    result = run(house, "token", ADDRESS)

    with house.database.read() as session:
        presence = api_tokens.owner(session, result.stdout.strip(), at=MORNING)
    assert result.stdout.count("\n") == 1
    assert presence is not None
    assert presence.me.address == ADDRESS


@pytest.mark.parametrize(
    "words",
    [
        ("add", "no address", "--name", "a", "--role", "viewer"),
        ("add", ADDRESS, "--name", "a\nb", "--role", "viewer"),
        ("add", ADDRESS, "--name", "a", "--role", "viewer", "--password-stdin"),
        ("token", "nobody@example.jp"),
        ("deactivate", "nobody@example.jp"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line_on_standard_error(house: Home, words: tuple[str, ...]) -> None:
    result = run(house, *words, typed="short\n")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert json.loads(run(house, "list", "--json").stdout) == []


def test_an_unknown_role_is_wrong_usage(house: Home) -> None:
    assert run(house, "add", ADDRESS, "--name", "a", "--role", "mayor").exit_code == 2


def test_whoever_is_shut_out_loses_tokens_and_the_ledger_knows_who_did_it(house: Home) -> None:
    entered(house)
    token = run(house, "token", ADDRESS).stdout.strip()

    result = run(house, "deactivate", ADDRESS)

    assert result.exit_code == 0
    with house.database.read() as session:
        assert api_tokens.owner(session, token, at=MORNING) is None
        assert {line.actor for line in ledger.lines_about(session, "staff:1")} == {"command"}


def test_lost_codes_are_forgotten_by_command_and_the_request_for_it_is_settled(house: Home) -> None:
    entered(house)
    with house.database.read() as session:
        me = register.find(session, Address.parse(ADDRESS))
    assert me is not None
    set_up(house.database, house.keyring, me)
    with house.database.write() as session:
        staff_requests.ask_about(session, Kind.CODES, me.id, me, at=MORNING)

    result = run(house, "reset-codes", ADDRESS)
    again = run(house, "reset-codes", ADDRESS)

    assert (result.exit_code, again.exit_code) == (0, 1)
    with house.database.read() as session:
        assert not one_time_codes.is_on(session, me.id)
        assert staff_requests.open_ones(session, at=MORNING) == []
        actors = [line.actor for line in ledger.lines_about(session, me.actor) if line.action == "staff.codes-reset"]
    assert actors == ["command"]


def test_an_invitation_by_command_goes_out_and_replaces_the_one_that_waits(house: Home) -> None:
    for _ in range(2):
        assert run(house, "invite", ADDRESS, "--name", "新任", "--role", "approver").exit_code == 0

    with house.database.read() as session:
        [row] = invitations.open_ones(session)
        assert (row.address, row.role) == (ADDRESS, "approver")
        assert row.token_hash is not None
    entered(house)
    assert run(house, "invite", ADDRESS, "--name", "新任", "--role", "approver").exit_code == 1


def test_the_list_shows_who_may_enter(house: Home) -> None:
    entered(house)

    shown = json.loads(run(house, "list", "--json").stdout)

    assert shown == [{"id": 1, "address": ADDRESS, "name": "担当", "role": "drafter", "deputy_rank": None}]
