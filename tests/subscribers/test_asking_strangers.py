"""What strangers may ask: lost links, help, and what became of an invitation; nobody learns who is registered."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from foundation.database import Database
from foundation.tokens import Keyring
from mailer.answer_caps import AnswerRow
from mailer.outbox_tables import OutboxRow, State
from subscribers import leaving
from subscribers.filter_help import load_filter_help
from subscribers.links import PREFERENCES, STOP
from subscribers.tables import Invitation, StopReason
from subscribers.town import Town
from tests.subscribers.people import HANAKO, Desk, letters_to
from tests.support.clock import HandClock
from tests.support.page_reader import PageReader

TARO = "taro-123@example.jp"
CARRIERS = ("docomo", "au", "uq", "softbank", "ymobile", "rakuten", "gmail", "icloud", "yahoo")


@pytest.fixture
def database_kind() -> str:
    """What the rooms do is proved on both; here it is how they are met."""
    return "sqlite"


def _ticket(page: str) -> str:
    found = re.search(r'"(/register/[\w-]+)"', page)
    assert found is not None
    return found[1]


def _ask(client: PageReader, address: str = HANAKO) -> str:
    return _ticket(client.post("/register", data={"address": address}).text)


def _state(database: Database, state: State, *, bounced_as: str | None = None) -> None:
    with database.write() as session:
        session.execute(update(OutboxRow).values(state=state.value, bounced_as=bounced_as))


def _letters(database: Database) -> int:
    with database.read() as session:
        return len(session.scalars(select(OutboxRow.id)).all())


def test_a_lost_link_is_mailed_to_whoever_is_registered_with_both_links(client: PageReader, desk: Desk) -> None:
    desk.register()

    client.post("/lost", data={"address": " Ｈanako@example.jp. "})

    letter = letters_to(desk.database)[-1]
    assert "変更" in letter.subject
    assert {"{me}", "{stop}"} <= set(re.findall(r"{\w+}", letter.tail))


def test_known_unknown_stopped_and_capped_addresses_get_the_same_answer_and_only_the_first_gets_mail(
    client: PageReader, desk: Desk
) -> None:
    desk.register()
    gone = desk.register("gone@example.jp")
    with desk.database.write() as session:
        leaving.stop(session, gone, StopReason.LEFT, by="resident", at=desk.clock.now())
    before = _letters(desk.database)

    addresses = [HANAKO, HANAKO, HANAKO, TARO, TARO, TARO, TARO, "gone@example.jp"]
    answers = [client.post("/lost", data={"address": each}) for each in addresses]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text.replace(each, "") for answer, each in zip(answers, addresses, strict=True)}) == 1
    assert _letters(desk.database) == before + 2  # the registration was her first answer in ten minutes
    assert letters_to(desk.database, TARO) == []


def test_a_wrong_address_is_told_beside_the_field(client: PageReader) -> None:
    answer = client.post("/lost", data={"address": "hanako"})

    assert answer.status_code == 422
    assert 'id="e-address"' in answer.text


@pytest.mark.parametrize("path", ["/register", "/lost"])
def test_whoever_fills_the_field_that_people_do_not_see_gets_the_usual_answer_and_nothing_happens(
    client: PageReader, desk: Desk, path: str
) -> None:
    desk.register()
    before = _letters(desk.database)
    with desk.database.read() as session:
        counted = len(session.scalars(select(AnswerRow.id)).all())

    trapped = client.post(path, data={"address": HANAKO, "message": "buy"})
    assert _letters(desk.database) == before
    with desk.database.read() as session:
        assert len(session.scalars(select(AnswerRow.id)).all()) == counted
        assert len(session.scalars(select(Invitation.id)).all()) == 1
    usual = client.post(path, data={"address": HANAKO, "message": ""})

    alike = [re.sub(r"/register/[\w-]{64}", "", answer.text) for answer in (trapped, usual)]
    assert alike[0] == alike[1]
    assert trapped.status_code == usual.status_code == 200
    assert _letters(desk.database) == before + 1


@pytest.mark.parametrize("path", ["/", "/lost"])
def test_the_trap_is_unseen_named_for_those_who_hear_it_and_out_of_the_way_of_the_keyboard(
    client: PageReader, path: str
) -> None:
    page = client.get(path).text

    assert re.search(r'<div class="unseen"><label for="f-message">この欄は空のままにしてください</label>', page)
    assert re.search(r'<input id="f-message" name="message" type="text" autocomplete="off" tabindex="-1">', page)


def test_the_ticket_tells_what_became_of_the_letter_and_never_why(client: PageReader, desk: Desk) -> None:
    ticket = _ask(client)
    waiting = client.get(ticket).text
    _state(desk.database, State.SENT)
    handed = client.get(ticket).text
    _state(desk.database, State.SENT, bounced_as="filtered")
    filtered = client.get(ticket).text
    _state(desk.database, State.SENT, bounced_as="gone")
    gone = client.get(ticket).text
    _state(desk.database, State.FAILED)
    refused = client.get(ticket).text

    assert "登録用メールを送っています" in waiting
    assert "登録用メールを送りました" in handed
    assert "わかりません" in handed
    assert filtered == gone == refused
    assert "迷惑メールの設定" in filtered
    assert HANAKO not in waiting + handed + filtered


def test_a_ticket_tells_nothing_of_the_register(client: PageReader, desk: Desk) -> None:
    desk.register()

    known, unknown = client.get(_ask(client)).text, client.get(_ask(client, TARO)).text

    strip = re.compile(r"/register/[\w-]{64}")
    assert strip.sub("", known) == strip.sub("", unknown)


def test_a_ticket_without_a_letter_looks_like_any_other(client: PageReader, desk: Desk) -> None:
    trapped = _ticket(client.post("/register", data={"address": HANAKO, "message": "x"}).text)
    real = _ask(client)

    assert len(trapped) == len(real)
    assert client.get(trapped).text.replace(trapped, "") == client.get(real).text.replace(real, "")


def test_the_ticket_of_a_capped_request_leads_to_the_letter_before_it(client: PageReader, desk: Desk) -> None:
    tickets = [_ask(client) for _ in range(4)]
    _state(desk.database, State.SENT)

    assert "登録用メールを送りました" in client.get(tickets[3]).text


def test_a_ticket_lives_a_day_and_a_made_up_one_is_none(
    client: PageReader, desk: Desk, keyring: Keyring, clock: HandClock
) -> None:
    ticket = _ask(client)
    clock.move(timedelta(hours=24))

    assert "24時間たちました" in client.get(ticket).text
    for token in (
        "x",
        "é",
        "a" * 64,
        "A" * 5000,
        keyring.sign(STOP, 1),
        keyring.sign(PREFERENCES, 1),
        ticket[10:-1] + ("B" if ticket.endswith("A") else "A"),
    ):
        assert client.get(f"/register/{token}").status_code == 404


def test_the_form_s_own_address_leads_back_to_the_form(client: PageReader) -> None:
    answer = client.get("/register")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_the_filter_help_of_every_service_stands_folded_before_the_first_step(client: PageReader, town: Town) -> None:
    page = client.get("/").text
    first_step = page.index("touroku@mail.example.jp")

    services = {each.key: each for each in load_filter_help()}
    assert set(CARRIERS) <= set(services)
    for service in services.values():
        assert page.index(service.steps[0]) < first_step
    assert page.count('<details class="service">') == len(services)


def test_three_questions_lead_by_plain_links_to_an_answer(client: PageReader, town: Town) -> None:
    first = client.get("/help").text
    assert {f"/help/{each}" for each in CARRIERS} <= set(re.findall(r'href="([^"]+)"', first))

    for service in load_filter_help():
        second, third = client.get(f"/help/{service.key}").text, client.get(f"/help/{service.key}/wait").text
        assert town.from_address in second
        assert all(step in second for step in service.steps)
        assert f'href="/help/{service.key}/wait"' in second
        assert "まだ10分たっていない" in third
        assert town.contact.phone in third
        assert "<form" not in first + second + third
        assert "<script" not in first + second + third


def test_help_for_a_service_that_nobody_knows_is_not_found(client: PageReader) -> None:
    for key in ("nobody", "%00", "<b>", "x" * 3000, "docomo/else"):
        assert client.get(f"/help/{key}").status_code == 404
