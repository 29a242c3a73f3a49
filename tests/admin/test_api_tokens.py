"""Bearer tokens."""

from datetime import timedelta

from sqlalchemy import select

from admin.people import api_tokens, staff
from admin.people.api_tokens import StaffToken
from admin.people.staff import Colleague
from foundation import ledger
from foundation.database import Database
from tests.admin.morning import MORNING


def issued(database: Database, drafter: Colleague) -> str:
    with database.write() as session:
        return api_tokens.issue(session, drafter.id, at=MORNING, actor="command")


def owner(database: Database, token: str) -> Colleague | None:
    with database.read() as session:
        presence = api_tokens.owner(session, token, at=MORNING)
        return presence.me if presence else None


def test_a_token_speaks_for_its_person_and_is_stored_hashed(database: Database, drafter: Colleague) -> None:
    token = issued(database, drafter)

    assert owner(database, token) == drafter
    assert owner(database, token + "a") is None
    with database.read() as session:
        assert token not in session.scalars(select(StaffToken.fingerprint)).all()
        assert [line.action for line in ledger.lines_about(session, drafter.actor)][-1] == "staff.token-issued"


def test_a_new_token_leaves_the_earlier_one_valid(database: Database, drafter: Colleague) -> None:
    first, second = issued(database, drafter), issued(database, drafter)

    assert owner(database, first) == owner(database, second) == drafter


def test_revoked_tokens_open_nothing(database: Database, drafter: Colleague) -> None:
    first, second = issued(database, drafter), issued(database, drafter)

    with database.write() as session:
        ended = api_tokens.revoke_all(session, drafter.id, at=MORNING, actor="command")

    assert ended == 2
    assert owner(database, first) is owner(database, second) is None


def test_a_token_of_someone_shut_out_opens_nothing(database: Database, drafter: Colleague) -> None:
    token = issued(database, drafter)

    with database.write() as session:
        staff.deactivate(session, drafter.id, at=MORNING, actor="command")

    assert owner(database, token) is None


def test_the_use_is_noted_at_most_once_a_minute(database: Database, drafter: Colleague) -> None:
    token = issued(database, drafter)

    with database.write() as session:
        first = api_tokens.owner(session, token, at=MORNING)
        api_tokens.used(session, token, at=MORNING)
        soon = api_tokens.owner(session, token, at=MORNING + timedelta(seconds=59))
        later = api_tokens.owner(session, token, at=MORNING + timedelta(seconds=60))

    assert [presence.is_due for presence in (first, soon, later) if presence] == [True, False, True]
