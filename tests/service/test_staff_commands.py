"""`hansho staff …`."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from admin import api_tokens, sign_in
from admin.roles import Role
from admin.sign_in import SignedIn, SignIn
from foundation import ledger
from foundation.database import Base, Database
from foundation.tokens import Keyring
from service.commands.staff import staff
from tests.admin.conftest import MORNING, PASSWORD
from tests.support.clock import HandClock

ADDRESS = "tanto@example.jp"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SimpleNamespace]:
    database = Database(f"sqlite:///{tmp_path / 'hansho.db'}")
    Base.metadata.create_all(database.engine)
    yield SimpleNamespace(database=database, clock=HandClock(MORNING), keyring=Keyring(["a secret of the tests"]))
    database.close()


def run(desk: SimpleNamespace, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(staff, list(words), obj=desk, input=typed)


def entered(desk: SimpleNamespace) -> Result:
    return run(
        desk, "add", ADDRESS, "--name", "担当", "--role", "drafter", "--password-stdin", typed=f"{PASSWORD}\nrest"
    )


def test_a_person_entered_with_a_password_can_sign_in(desk: SimpleNamespace) -> None:
    result = entered(desk)

    assert result.exit_code == 0
    signed_in = SignIn(desk.database, desk.keyring).sign_in(ADDRESS, PASSWORD, at=MORNING)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.me.role is Role.DRAFTER


def test_without_terminal_and_password_the_person_uses_the_api_only(desk: SimpleNamespace) -> None:
    result = run(desk, "add", ADDRESS, "--name", "機械", "--role", "approver", typed="not a password\n")

    assert result.exit_code == 0
    for password in ("", "not a password"):
        assert SignIn(desk.database, desk.keyring).sign_in(ADDRESS, password, at=MORNING) is sign_in.Refused.WRONG


def test_the_token_stands_alone_on_standard_output_and_works(desk: SimpleNamespace) -> None:
    entered(desk)

    result = run(desk, "token", ADDRESS)

    with desk.database.read() as session:
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
def test_what_cannot_be_done_is_told_in_one_line_on_standard_error(
    desk: SimpleNamespace, words: tuple[str, ...]
) -> None:
    result = run(desk, *words, typed="short\n")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert json.loads(run(desk, "list", "--json").stdout) == []


def test_an_unknown_role_is_wrong_usage(desk: SimpleNamespace) -> None:
    assert run(desk, "add", ADDRESS, "--name", "a", "--role", "mayor").exit_code == 2


def test_whoever_is_shut_out_loses_tokens_and_the_ledger_knows_who_did_it(desk: SimpleNamespace) -> None:
    entered(desk)
    token = run(desk, "token", ADDRESS).stdout.strip()

    result = run(desk, "deactivate", ADDRESS)

    assert result.exit_code == 0
    with desk.database.read() as session:
        assert api_tokens.owner(session, token, at=MORNING) is None
        assert {line.actor for line in ledger.lines_about(session, "staff:1")} == {"command"}


def test_the_list_shows_who_may_enter(desk: SimpleNamespace) -> None:
    entered(desk)

    shown = json.loads(run(desk, "list", "--json").stdout)

    assert shown == [{"id": 1, "address": ADDRESS, "name": "担当", "role": "drafter", "deputy_rank": None}]
