"""Answer caps: the one thing that ends every loop."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import mailer.answer_caps
from foundation.database import Database
from mailer.answer_caps import AnswerRow, Cap, Leave, Road, forget_old, may_answer
from tests.support.mail_engine import AT, KEYRING

MINUTE = timedelta(minutes=1)


def ask(
    database: Database, address: str = "a@example.jp", *, after: timedelta = timedelta(0), road: Road = Road.MAIL
) -> bool:
    return leave(database, address, after=after, road=road) is Leave.YES


def leave(
    database: Database, address: str = "a@example.jp", *, after: timedelta = timedelta(0), road: Road = Road.MAIL
) -> Leave:
    with database.write() as session:
        return may_answer(session, KEYRING, address, road=road, at=AT + after)


def test_an_address_gets_three_answers_in_ten_minutes(database: Database) -> None:
    assert [ask(database, after=n * MINUTE) for n in range(5)] == [True, True, True, False, False]
    assert ask(database, after=10 * MINUTE)


def test_an_address_gets_six_answers_a_day(database: Database) -> None:
    hourly = [ask(database, after=n * 60 * MINUTE) for n in range(24)]

    assert hourly == [True] * 6 + [False] * 18
    assert ask(database, after=24 * 60 * MINUTE)


@pytest.mark.parametrize("other", ["taro+1@gmail.com", "t.a.r.o@gmail.com", "ta.ro+x+y@gmail.com"])
def test_one_mailbox_has_one_cap_whatever_it_is_called(database: Database, other: str) -> None:
    for _ in range(3):
        assert ask(database, "taro@gmail.com")

    assert not ask(database, other)
    assert ask(database, "t.aro@docomo.ne.jp")
    assert ask(database, "+@docomo.ne.jp")


def test_one_address_does_not_use_up_anothers_answers(database: Database) -> None:
    for _ in range(4):
        ask(database)

    assert ask(database, "b@example.jp")


def test_everybody_together_gets_no_more_than_the_cap(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailer.answer_caps, "EVERYBODY_CAPS", (Cap(5, MINUTE),))

    answers = [ask(sqlite, f"r{n}@example.jp") for n in range(7)]

    assert answers == [True] * 5 + [False] * 2
    assert leave(sqlite, "r9@example.jp") is Leave.LATER, "it is put off, not dropped"
    assert ask(sqlite, "r9@example.jp", road=Road.WEB), "a flood on one road does not shut the other"
    assert ask(sqlite, "later@example.jp", after=MINUTE)


def answered(database: Database, people: int, *, road: Road = Road.MAIL) -> None:
    """So many others have had an answer just now."""
    with database.write() as session:
        session.add_all(AnswerRow(who=f"{road}{n}", road=road.value, at=AT) for n in range(people))


def test_three_thousand_who_ask_in_the_minute_of_an_earthquake_are_all_answered_at_once(database: Database) -> None:
    answered(database, 2_999)

    assert ask(database, after=timedelta(seconds=30))


def test_a_flood_of_forms_and_the_minute_of_an_earthquake_are_counted_apart(sqlite: Database) -> None:
    answered(sqlite, 2_999)
    answered(sqlite, 6_000, road=Road.WEB)

    assert leave(sqlite, road=Road.WEB) is Leave.LATER
    assert leave(sqlite, road=Road.MAIL) is Leave.YES


def test_a_flood_is_put_off_before_it_is_three_times_an_earthquake(sqlite: Database) -> None:
    answered(sqlite, 9_000)

    assert leave(sqlite) is Leave.LATER
    assert leave(sqlite, after=MINUTE) is Leave.YES


def test_what_is_counted_is_no_address_and_is_forgotten(database: Database) -> None:
    ask(database)
    with database.read() as session:
        assert "example" not in session.scalars(select(AnswerRow.who)).one()

    with database.write() as session:
        forget_old(session, at=AT + timedelta(days=3))

    with database.read() as session:
        assert session.scalars(select(AnswerRow)).all() == []
