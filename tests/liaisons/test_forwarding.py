"""Passing on: once a person, behind the bulletin, inside the hours, and nobody lost or doubled by a crash."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bulletins import other_languages
from bulletins.approval import Decision
from bulletins.other_languages import EditionRow
from bulletins.tables import Bulletin
from foundation.languages import Language
from liaisons.forward_tables import ForwardOrder
from liaisons.forward_words import Words
from liaisons.tables import Circle, Membership
from mailer.outbox_tables import Lane, State
from mailer.quiet import is_quiet
from subscribers.tables import Subscriber
from tests.bulletins.office import GONE, OK, tokyo
from tests.liaisons.neighbourhood import CIRCLE, TO_ALL_AND_LIAISONS, Neighbourhood, sent

on_both = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both where one copy a person, or a turn that broke off, is at stake."""
    return str(getattr(request, "param", "sqlite"))


@on_both
def test_a_circle_gets_it_once_however_often_it_is_sent(town: Neighbourhood, small_chunks: int) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)

    town.forward(liaison, number)
    town.forward(liaison, number, Words("市からのお知らせです。"))
    town.pass_on()
    town.forward(liaison, number)
    town.pass_on()

    assert town.received(number) == {"sato": 1, **dict.fromkeys(CIRCLE, 1)}
    assert town.office.post() == ["sato", *CIRCLE]
    assert not town.has_work()


@on_both
def test_who_joins_later_gets_it_when_it_is_sent_again_and_nobody_else_does(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = town.office.sending(replace(TO_ALL_AND_LIAISONS, expires_after=timedelta(days=5)))
    town.forward(liaison, number, Words("市からのお知らせです。"))
    town.settle_all(number)
    with town.office.database.write() as session:
        circle = session.scalars(select(Circle.id).where(Circle.liaison_id == liaison)).one()
        late = town.subscriber(session, "late", in_city_list=False)
        session.add(Membership(circle_id=circle, subscriber_id=late.id, joined_at=town.office.clock.now()))

    town.office.clock.set(tokyo("2026-11-20T20:00:00"))
    town.forward(liaison, number)
    town.pass_on()
    by_night = town.received(number)
    town.office.clock.set(tokyo("2026-11-24T09:00:00"))
    town.pass_on()

    assert by_night == {"sato": 1, **dict.fromkeys(CIRCLE, 1)}
    assert town.received(number) == {**by_night, "late": 1}
    assert "市からのお知らせです。" in town.text("late", number)


@on_both
def test_who_is_in_several_circles_and_on_the_city_list_gets_one_copy(town: Neighbourhood) -> None:
    town.office.residents("a", "taro")
    first, second = town.liaison("sato", "a", "b"), town.liaison("ito", "a", "b", "c")
    number = sent(town)

    town.forward(first, number)
    town.forward(second, number)
    town.pass_on()

    assert town.received(number) == dict.fromkeys(("sato", "ito", "a", "b", "c", "taro"), 1)


def test_without_a_forward_no_member_gets_anything(town: Neighbourhood) -> None:
    town.liaison("sato", *CIRCLE)

    number = sent(town)
    town.pass_on()

    assert town.received(number) == {"sato": 1}


def test_a_member_reads_the_words_above_the_notice_and_which_circle_it_came_by(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", "a")
    number = sent(town)

    town.forward(liaison, number, Words("ご確認ください。", "夕方、見回りをします。"))
    town.pass_on()

    text = town.text("a", number)
    assert text.startswith("【連絡員より】\nご確認ください。\n夕方、見回りをします。\n----------\n\n")
    assert town.office.bulletin(number).text in text
    assert "「sato自治会」を通じて登録された方" in text
    assert "{stop}" in text
    assert "sato自治会" not in town.text("sato", number)


def test_members_read_it_in_their_own_language(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", "a", "b")
    english = update(Subscriber).where(Subscriber.address == "a@example.jp").values(language="en")
    town.office.meddle(lambda session: session.execute(english))
    number = sent(town)
    revision = town.office.bulletin(number).revision
    row = EditionRow(bulletin_id=number, language="en", subject="Notice", text="From the city.", revision=revision)
    town.office.meddle(lambda session: session.merge(row))

    town.forward(liaison, number)
    town.pass_on()

    assert other_languages.OTHERS[1] is Language.ENGLISH or Language.ENGLISH in other_languages.OTHERS
    assert town.text("a", number).startswith("From the city.")
    assert 'through "sato自治会"' in town.text("a", number)
    assert town.text("b", number).startswith(town.office.bulletin(number).text)


@on_both
def test_bulletins_go_before_circles(town: Neighbourhood, small_chunks: int) -> None:
    town.office.residents("t", "u", "v", "w")
    liaison = town.liaison("sato", "t", "x")
    number = town.office.begun(TO_ALL_AND_LIAISONS)
    while not town.received(number)["sato"]:
        town.office.fan_out_once()

    town.forward(liaison, number)
    town.pass_on()
    before = town.received(number)
    town.office.fan_out()
    town.pass_on()

    assert before["x"] == 0
    assert town.received(number) == dict.fromkeys(("sato", "t", "u", "v", "w", "x"), 1)
    assert town.office.progress(number).audience == 5


def test_placed_in_the_evening_it_waits_for_the_next_opening(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = town.office.sending(replace(TO_ALL_AND_LIAISONS, expires_after=timedelta(days=5)))
    town.settle_all(number)
    town.office.clock.set(tokyo("2026-11-20T20:00:00"))

    town.forward(liaison, number)
    town.pass_on()
    evening = town.received(number)
    town.office.clock.set(tokyo("2026-11-24T09:00:00"))
    town.pass_on()

    assert evening == {"sato": 1}
    assert sorted(town.office.post()) == list(CIRCLE)


def test_begun_inside_the_hours_it_goes_on_within_the_grace(town: Neighbourhood, small_chunks: int) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = town.office.sending(replace(TO_ALL_AND_LIAISONS, expires_after=timedelta(days=5)))
    town.office.clock.set(tokyo("2026-11-20T16:59:59"))
    town.forward(liaison, number)

    town.pass_on_once()
    town.office.clock.set(tokyo("2026-11-20T17:00:01"))
    town.pass_on()

    assert town.received(number) == {"sato": 1, **dict.fromkeys(CIRCLE, 1)}


def test_an_urgent_one_is_passed_on_at_any_hour(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    town.office.clock.set(tokyo("2026-11-20T20:00:00"))
    number = town.office.waiting(TO_ALL_AND_LIAISONS, Decision(urgent=True, reason="急ぐため"))
    town.office.open_due()
    town.office.fan_out()

    town.forward(liaison, number)
    town.pass_on()

    assert town.received(number) == {"sato": 1, **dict.fromkeys(CIRCLE, 1)}
    assert {row.lane for row in town.office.rows()} >= {int(Lane.URGENT)}


@on_both
def test_a_crash_in_any_chunk_neither_loses_nor_doubles_anybody(town: Neighbourhood, small_chunks: int) -> None:
    forwarding = town.office.home.network.forwarding
    liaison, other = town.liaison("sato", *CIRCLE), town.liaison("ito", "d", "e", "f", "g")
    number = sent(town)
    town.forward(liaison, number)
    town.forward(other, number)

    more = True
    while more:
        town.crash(lambda session: forwarding.fan_out(session, at=town.office.clock.now()))
        more = town.pass_on_once()
        town.office.post()

    assert town.received(number) == dict.fromkeys(("sato", "ito", *"abcdefg"), 1)


@on_both
def test_a_circle_of_five_thousand_gets_it_once_each(town: Neighbourhood) -> None:
    members = [f"m{number}" for number in range(5000)]
    liaison = town.liaison("sato", *members[:1])

    def many(session: Session) -> None:
        at = town.office.clock.now()
        first = session.scalars(select(Subscriber.id).order_by(Subscriber.id.desc())).first() or 0
        rows = [
            {
                "id": first + place,
                "address": f"{name}@example.jp",
                "domain": "example.jp",
                "state": "active",
                "every_topic": True,
                "every_area": True,
                "since": at,
                "watch_from": at,
                "in_city_list": False,
                "may_say_why": False,
            }
            for place, name in enumerate(members[1:], start=1)
        ]
        session.execute(Subscriber.__table__.insert(), rows)  # type: ignore[attr-defined]  # a table, as all are
        circle = session.scalars(select(Circle.id)).one()
        joined = [{"circle_id": circle, "subscriber_id": row["id"], "joined_at": at} for row in rows]
        session.execute(Membership.__table__.insert(), joined)  # type: ignore[attr-defined]  # a table, as all are

    town.office.meddle(many)
    number = sent(town)

    town.forward(liaison, number)
    town.pass_on()

    assert town.received(number) == {"sato": 1, **dict.fromkeys(members, 1)}


@on_both
def test_when_it_is_over_nothing_tells_any_more_who_passed_it_on(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    town.forward(liaison, number, Words("ご確認ください。"))
    town.settle_all(number)

    town.office.clock.move(timedelta(seconds=town.office.bulletin(number).expires_seconds))
    town.tidy()

    with town.office.database.read() as session:
        assert session.scalars(select(ForwardOrder)).all() == []
        assert session.get_one(Bulletin, number)
    assert not town.has_work()


def test_a_dead_address_in_a_circle_fails_alone(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    town.forward(liaison, number)
    town.pass_on()

    town.office.post(lambda name: GONE if name == "b" else OK)

    ends = {row.address[0]: row.state for row in town.office.rows() if is_quiet(row.batch)}
    assert ends == {name: State.FAILED.value if name == "b" else State.SENT.value for name in CIRCLE}
