"""What residents do behind their own links by one button each: the language, a pause, leaving taken back, and why."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from foundation.database import Database
from foundation.languages import Language
from foundation.ledger import LedgerLine
from foundation.tokens import Keyring
from mailer.bounce_report.bounce_class import BounceClass
from subscribers import leaving_reasons
from subscribers.leaving_reasons import LeavingReasonRow, Why
from subscribers.links import PREFERENCES, STOP
from subscribers.tables import Subscriber, SubscriberState
from tests.subscribers.people import HANAKO, Desk, letters_to, subscriber_of
from tests.support.bounced import bounce
from tests.support.clock import HandClock
from tests.support.page_reader import PageReader

GARBAGE = ("", "0", "3", "-1", "1 ", "１", "1e0", "x" * 5000, "\0", "<b>", "{{ 7*7 }}", "1\r\n")


@pytest.fixture
def database_kind() -> str:
    """What the rooms do is proved on both; here it is how they are met."""
    return "sqlite"


@pytest.fixture
def number(desk: Desk) -> int:
    return desk.register()


@pytest.fixture
def me(number: int, keyring: Keyring) -> str:
    return f"/me/{keyring.sign(PREFERENCES, number)}"


@pytest.fixture
def stop(number: int, keyring: Keyring) -> str:
    return f"/stop/{keyring.sign(STOP, number)}"


def actions(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(LedgerLine.action).order_by(LedgerLine.id)))


def reasons(database: Database) -> dict[tuple[str, str], int]:
    with database.read() as session:
        return {(row.month, row.why): row.number for row in session.scalars(select(LeavingReasonRow))}


def test_a_pause_is_chosen_told_and_ended_early_by_one_button(client: PageReader, desk: Desk, me: str) -> None:
    paused = client.post(f"{me}/pause", data={"weeks": "2"})
    page = client.get(f"{me}?done=paused").text
    resumed = client.post(f"{me}/resume")
    after = client.get(f"{me}?done=resumed").text

    assert (paused.status_code, paused.headers["location"]) == (303, f"{me}?done=paused")
    assert "いまは、お知らせを休んでいます" in page
    assert "12月4日(金)" in page
    assert f'action="{me}/resume"' in page
    assert f'action="{me}/pause"' not in page
    assert (resumed.status_code, resumed.headers["location"]) == (303, f"{me}?done=resumed")
    assert "再開しました" in after
    assert f'action="{me}/pause"' in after
    assert subscriber_of(desk.database).paused_until is None


def test_a_pause_ends_by_itself_at_its_moment(client: PageReader, desk: Desk, me: str, clock: HandClock) -> None:
    client.post(f"{me}/pause", data={"weeks": "1"})
    clock.set(datetime(2026, 11, 26, 14, 59, 59, tzinfo=UTC))
    before = client.get(me).text

    clock.move(timedelta(seconds=1))

    assert "休んでいます" in before
    assert "休んでいます" not in client.get(me).text


def test_only_what_is_offered_pauses(client: PageReader, desk: Desk, me: str) -> None:
    for weeks in GARBAGE:
        assert client.post(f"{me}/pause", data={"weeks": weeks}).status_code in (303, 400)

    assert subscriber_of(desk.database).paused_until is None
    assert actions(desk.database) == ["subscriber.registered"]


def test_the_language_is_changed_by_one_button_and_kept(client: PageReader, desk: Desk, me: str) -> None:
    page = client.get(me).text
    offered = re.findall(r'name="language" value="(\w+)"', page)

    answer = client.post(f"{me}/language", data={"language": "en"})

    assert offered == [each.value for each in Language if each is not Language.JAPANESE]
    assert (answer.status_code, answer.headers["location"]) == (303, f"{me}?done=language")
    assert subscriber_of(desk.database).language == "en"
    assert 'value="en"' not in client.get(me).text


def test_a_language_that_we_do_not_speak_changes_nothing(client: PageReader, desk: Desk, me: str) -> None:
    for language in ("fr", *GARBAGE):
        client.post(f"{me}/language", data={"language": language})

    assert subscriber_of(desk.database).language is None


def test_choosing_topics_leaves_language_and_pause_alone(client: PageReader, desk: Desk, me: str) -> None:
    client.post(f"{me}/language", data={"language": "zh"})
    client.post(f"{me}/pause", data={"weeks": "8"})

    client.post(me, data={"topic": ["crime"]})

    resident = subscriber_of(desk.database)
    assert (resident.language, resident.every_topic) == ("zh", False)
    assert resident.paused_until == datetime(2027, 1, 14, 15, 0, tzinfo=UTC)


def test_opening_the_address_of_a_form_changes_nothing_and_leads_back(
    client: PageReader, desk: Desk, me: str, stop: str
) -> None:
    for way, page in [(f"{me}/{each}", me) for each in ("language", "pause", "resume")] + [
        (f"{stop}/{each}", stop) for each in ("undo", "why")
    ]:
        answer = client.get(way)
        assert (answer.status_code, answer.headers["location"]) == (303, page)

    assert actions(desk.database) == ["subscriber.registered"]


def test_the_token_of_one_purpose_does_nothing_of_another_and_a_strangers_words_come_into_no_address(
    client: PageReader, desk: Desk, me: str, stop: str
) -> None:
    crossed_me, crossed_stop = stop.replace("/stop/", "/me/"), me.replace("/me/", "/stop/")
    client.post(f"{crossed_me}/pause", data={"weeks": "1"})
    client.post(f"{crossed_me}/language", data={"language": "en"})
    undone, told = client.post(f"{crossed_stop}/undo"), client.post(f"{crossed_stop}/why", data={"why": "moved"})
    strange = client.post("/me/%0d%0aSet-Cookie:x/pause", data={"weeks": "1"})

    assert (undone.status_code, told.status_code) == (404, 404)
    assert (subscriber_of(desk.database).paused_until, subscriber_of(desk.database).language) == (None, None)
    assert strange.headers["location"] == "/me/unknown?done=paused"


def test_who_is_about_to_stop_is_told_of_the_pause_in_their_language(client: PageReader, me: str, stop: str) -> None:
    page = client.get(f"{stop}?lang=en").text

    assert (
        page.index("Stop the alerts</button>") < page.index("You can also pause") < page.index(f'href="{me}?lang=en"')
    )


def test_who_pressed_stop_is_offered_the_way_back_and_takes_it(
    client: PageReader, desk: Desk, stop: str, me: str, keyring: Keyring, number: int
) -> None:
    stopped = client.post(stop).text
    again = client.get(stop).text
    to_change = client.get(me).text
    back = client.post(f"{stop}/undo")
    twice = client.post(f"{stop}/undo")

    assert f'action="{stop}/undo"' in stopped
    assert f'action="{stop}/undo"' in again
    assert f'action="{stop}/undo"' in to_change
    assert (back.status_code, twice.status_code) == (200, 200)
    assert f"/me/{keyring.sign(PREFERENCES, number)}" in back.text
    assert subscriber_of(desk.database).state == SubscriberState.ACTIVE
    assert actions(desk.database).count("subscriber.undone") == 1


def test_after_a_day_the_way_back_is_gone_and_the_page_says_how_to_register(
    client: PageReader, desk: Desk, stop: str, me: str, clock: HandClock
) -> None:
    client.post(stop)
    clock.move(timedelta(hours=24))

    assert f"{stop}/undo" not in client.get(stop).text + client.get(me).text
    late = client.post(f"{stop}/undo")
    assert late.status_code == 409
    assert 'href="/"' in late.text
    assert subscriber_of(desk.database).state == SubscriberState.STOPPED


def test_who_left_may_say_why_once_and_only_the_count_is_kept(client: PageReader, desk: Desk, stop: str) -> None:
    page = client.post(stop).text
    for why in ("moved", "moved", "too-many"):
        assert client.post(f"{stop}/why", data={"why": why}).status_code == 200

    assert re.findall(r'name="why" value="([\w-]+)"', page) == [each.value for each in Why]
    assert reasons(desk.database) == {("2026-11", "moved"): 1}
    assert f"{stop}/why" not in client.get(stop).text
    with desk.database.read() as session:
        assert "moved" not in " ".join(session.scalars(select(LedgerLine.details)))


def test_the_question_may_be_left_empty_and_takes_no_other_words(client: PageReader, desk: Desk, stop: str) -> None:
    client.post(stop)

    for why in ("hanako moved to Osaka", *GARBAGE):
        client.post(f"{stop}/why", data={"why": why})
    client.post(f"{stop}/why")

    assert reasons(desk.database) == {}
    assert client.post(f"{stop}/why", data={"why": "other"}).status_code == 200
    assert reasons(desk.database) == {("2026-11", "other"): 1}


def test_who_has_not_left_is_not_counted(client: PageReader, desk: Desk, stop: str) -> None:
    client.post(f"{stop}/why", data={"why": "moved"})

    assert reasons(desk.database) == {}


def test_answers_are_counted_by_the_months_of_the_town(
    client: PageReader, desk: Desk, keyring: Keyring, clock: HandClock
) -> None:
    for address, at in (("a@example.jp", 14), ("b@example.jp", 15), ("c@example.jp", 16)):
        clock.set(datetime(2026, 11, 30, at, 59, 59, tzinfo=UTC))
        leaver = f"/stop/{keyring.sign(STOP, desk.register(address))}"
        client.post(leaver)
        client.post(f"{leaver}/why", data={"why": "bad-time"})

    assert reasons(desk.database) == {("2026-11", "bad-time"): 1, ("2026-12", "bad-time"): 2}
    with desk.database.read() as session:
        assert leaving_reasons.counts(session, date(2026, 11, 1))[Why.BAD_TIME] == 3
        assert leaving_reasons.counts(session, date(2026, 12, 1)) == dict.fromkeys(Why, 0) | {Why.BAD_TIME: 2}


def test_whoever_our_mail_is_filtered_for_is_told_on_their_own_page_and_nobody_else(
    client: PageReader, desk: Desk, me: str, number: int, clock: HandClock
) -> None:
    before = client.get(me).text
    bounce(desk.database, HANAKO, BounceClass.FILTERED, at=clock.now(), ref=number)
    told = client.get(me).text
    clock.move(timedelta(days=31))

    assert "迷惑メールの設定で断られました" in told
    assert 'href="/help"' in told
    assert "迷惑メールの設定で断られました" not in before
    assert "迷惑メールの設定で断られました" not in client.get(me).text
    assert "迷惑メールの設定で断られました" not in client.post("/register", data={"address": HANAKO}).text


def test_after_registering_areas_and_language_are_one_step_away_and_the_whole_town_is_the_start(
    client: PageReader, desk: Desk, keyring: Keyring
) -> None:
    token = desk.invite()

    page = client.post(f"/r/{token}").text

    resident = subscriber_of(desk.database)
    mine = f"/me/{keyring.sign(PREFERENCES, resident.id)}"
    assert resident.every_area
    assert f'href="{mine}"' in page
    assert f'action="{mine}/language"' in page
    assert "{me}" in letters_to(desk.database)[-1].tail
    assert 'name="language"' not in client.get("/").text


def test_a_link_of_somebody_erased_is_answered_kindly(client: PageReader, database: Database, keyring: Keyring) -> None:
    me, stop = f"/me/{keyring.sign(PREFERENCES, 4711)}", f"/stop/{keyring.sign(STOP, 4711)}"

    assert client.post(f"{me}/pause", data={"weeks": "1"}).status_code == 303
    assert client.post(f"{me}/resume").status_code == 303
    assert client.post(f"{stop}/undo").status_code == 409
    assert client.post(f"{stop}/why", data={"why": "moved"}).status_code == 200
    with database.read() as session:
        assert session.scalars(select(Subscriber)).all() == []
