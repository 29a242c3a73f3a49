"""The pages by which residents and liaisons tell the office something."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from foundation.ledger import LedgerLine
from foundation.settings import load
from liaisons import voice_life
from liaisons.page_voice import NOTHING_WRITTEN
from liaisons.personal_link import LIAISON
from liaisons.tables import Liaison, LiaisonState, Way
from liaisons.voice_life import Turn
from liaisons.voice_links import ONE_VOICE
from liaisons.voice_tables import Road, Voice, VoiceState, VoiceStep
from liaisons.voices import MOST_A_DAY_EACH, Heard
from mailer.outbox_tables import LetterRow, OutboxRow
from service.home import Home
from service.web import residents_app
from tests.liaisons.network import ANNA, enter
from tests.support import ready_file
from tests.support.clock import HandClock
from tests.support.served import served

WORDS = "楓町の公園の街灯が切れています。"
MAIL = "saburo@example.com"
MARKUP = "<b onclick=x>{{7*7}}</b>"


@pytest.fixture
def database_kind() -> str:
    """A page shows what a room found; the rooms are proved on both."""
    return "sqlite"


@pytest.fixture
def home(tmp_path: Path, clock: HandClock) -> Iterator[Home]:
    ready_file.make(tmp_path / "hansho.db")
    home = Home(load({"HANSHO_DATA": str(tmp_path)}), clock)
    yield home
    home.database.close()


@pytest.fixture
def browser(home: Home) -> Iterator[httpx.Client]:
    with served(residents_app(home)) as client:
        yield client


@pytest.fixture
def liaison(home: Home) -> Liaison:
    with home.database.write() as session:
        return enter(session, "yamada", at=home.clock.now())


def at_page(home: Home, liaison: Liaison) -> str:
    assert liaison.subscriber_id is not None
    return f"/liaison/{home.keyring.sign(LIAISON, liaison.subscriber_id)}/voice"


def kept(home: Home) -> list[Voice]:
    with home.database.read() as session:
        return list(session.scalars(select(Voice).order_by(Voice.id)))


def letters_to(home: Home, address: str) -> list[LetterRow]:
    with home.database.read() as session:
        rows = select(LetterRow).join(OutboxRow, OutboxRow.letter_id == LetterRow.id)
        return list(session.scalars(rows.where(OutboxRow.address == address)))


def _heard(home: Home, liaison: Liaison, number: int) -> Heard:
    return Heard(Road.PAGE, WORDS, f"form:{number}", home.voices.due(), "liaison", liaison_id=liaison.id)


def key_of(page: httpx.Response) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_a_resident_tells_the_office_and_is_told_at_once_that_it_was_received(
    browser: httpx.Client, home: Home
) -> None:
    form = browser.get("/voice")
    area = home.town.areas[0].key
    sent = browser.post("/voice", data={"text": WORDS, "area": area, "address": MAIL.upper(), "once": key_of(form)})

    [voice] = kept(home)
    assert (voice.text, voice.area, voice.mail, voice.road) == (WORDS, area, MAIL, Road.FORM)
    assert (voice.state, voice.due_on, voice.liaison_id) == ("received", "2026-12-07", None)
    assert "受付番号は <strong>1番</strong>" in sent.text
    [letter] = letters_to(home, MAIL)
    assert f"/voice/{home.keyring.sign(ONE_VOICE, 1)}" in letter.body
    assert "街灯" not in letter.body, "who types a stranger's address must not make us mail them words"
    assert sent.headers["Cache-Control"] == "no-store"


def test_the_emergency_numbers_stand_before_the_form_and_the_police_line_too(browser: httpx.Client, home: Home) -> None:
    for language in ("ja", "yasashii", "en", "zh"):
        page = browser.get("/voice", params={"lang": language}).text
        before, _, after = page.partition('<textarea class="input" id="f-text"')
        assert after
        for words in ("tel:110", "tel:119", f"tel:{home.town.police.phone}"):
            assert words in before
    assert home.town.sentences.no_enquiries in browser.get("/voice").text


def test_without_an_address_the_page_says_so_and_leads_to_where_the_result_stands(
    browser: httpx.Client, home: Home
) -> None:
    sent = browser.post("/voice", data={"text": WORDS})
    way = re.search(r'href="(/voice/[a-z2-7]+)"', sent.text)

    assert "お返事の送り先がない" in sent.text
    assert way is not None
    assert "受け付けました。これから担当を決めます。" in browser.get(way[1]).text
    with home.database.write() as session:
        voice = session.scalars(select(Voice)).one()
        voice_life.answer(session, voice, Turn(ANNA, home.clock.now()), f"交換しました。{MARKUP}")
    page = browser.get(way[1]).text
    assert "交換しました。&lt;b onclick=x&gt;{{7*7}}&lt;/b&gt;" in page
    assert WORDS not in page


def test_who_comes_back_to_the_page_of_an_answered_voice_opens_it_again_once(browser: httpx.Client, home: Home) -> None:
    browser.post("/voice", data={"text": WORDS})
    with home.database.write() as session:
        voice = session.scalars(select(Voice)).one()
        voice_life.answer(session, voice, Turn(ANNA, home.clock.now()), "交換しました。")
    page = f"/voice/{home.keyring.sign(ONE_VOICE, 1)}"
    more = {"text": "まだ暗いです。", "once": key_of(browser.get(page))}

    answers = [browser.post(page, data=more) for _ in range(2)]

    assert [each.headers["location"] for each in answers] == [f"{page}?done=added"] * 2
    assert [voice.state for voice in kept(home)] == [VoiceState.IN_HAND]
    with home.database.read() as session:
        assert session.scalar(select(func.count()).where(VoiceStep.step == "added")) == 1
    assert browser.post(page, data={"text": " "}).status_code == 422


@pytest.mark.parametrize("token", ["unknown", "%00", "a" * 5000, "../me", "{{7*7}}"])
def test_a_page_of_no_voice_is_kindly_none(browser: httpx.Client, token: str) -> None:
    assert browser.get(f"/voice/{token}").status_code == 404
    assert browser.post(f"/voice/{token}", data={"text": WORDS}).status_code == 404


def test_a_form_that_comes_in_twice_is_one_voice_with_one_letter(browser: httpx.Client, home: Home) -> None:
    form = {"text": WORDS, "address": MAIL, "once": key_of(browser.get("/voice"))}

    pages = {browser.post("/voice", data=form).text.partition("<main")[2] for _ in range(3)}

    assert len(pages) == 1
    assert (len(kept(home)), len(letters_to(home, MAIL))) == (1, 1)


def test_whoever_fills_the_field_that_nobody_sees_gets_the_usual_page_and_nothing_is_kept(
    browser: httpx.Client, home: Home
) -> None:
    answer = browser.post("/voice", data={"text": WORDS, "address": MAIL, "message": "buy"})

    assert (answer.status_code, kept(home), letters_to(home, MAIL)) == (200, [], [])
    assert "ご意見・ご要望を受け付けました" in answer.text


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({}, ["text"]),
        ({"text": " \r\n\u3000"}, ["text"]),
        ({"text": "\0\u202e"}, ["text"]),
        ({"text": "あ" * 5001}, ["text"]),
        ({"text": WORDS, "address": "not an address"}, ["address"]),
        ({"text": "", "address": "a@b@c"}, ["text", "address"]),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_written_is_not_lost(
    browser: httpx.Client, home: Home, form: dict[str, str], fields: list[str]
) -> None:
    answer = browser.post("/voice", data=form)

    assert answer.status_code == 422
    for field in fields:
        assert f'id="e-{field}"' in answer.text
        assert f'href="#f-{field}"' in answer.text
    assert kept(home) == []
    assert (form.get("text") or "").strip(" \r\n\u3000\0\u202e")[:5000] in answer.text


def test_five_thousand_characters_are_taken_and_markup_stays_text(browser: httpx.Client, home: Home) -> None:
    browser.post("/voice", data={"text": "あ" * 5000})
    browser.post("/voice", data={"text": f"{MARKUP}\0\r\nNUL", "area": "nowhere"})

    first, second = kept(home)
    assert len(first.text) == 5000
    assert (second.text, second.area) == (f"{MARKUP}\nNUL", "")


def test_the_answer_caps_hold_for_this_letter_too(browser: httpx.Client, home: Home) -> None:
    for number in range(6):
        assert browser.post("/voice", data={"text": f"{WORDS}{number}", "address": MAIL}).status_code == 200

    assert (len(kept(home)), len(letters_to(home, MAIL))) == (6, 3)


def test_a_foreign_form_is_answered_in_its_language_page_and_letter(browser: httpx.Client, home: Home) -> None:
    sent = browser.post("/voice?lang=en", data={"text": "The street light is out.", "address": MAIL})

    assert "We received your comment" in sent.text
    [letter] = letters_to(home, MAIL)
    assert letter.subject.startswith("[Komorebi")
    assert f"/voice/{home.keyring.sign(ONE_VOICE, 1)}?lang=en" in letter.body


def test_looking_changes_nothing(browser: httpx.Client, home: Home, liaison: Liaison) -> None:
    browser.post("/voice", data={"text": WORDS})
    with home.database.read() as session:
        before = session.scalar(select(func.count()).select_from(LedgerLine))

    ways = (
        "/voice",
        f"/voice/{home.keyring.sign(ONE_VOICE, 1)}",
        at_page(home, liaison),
        "/voice/x",
        "/liaison/x/voice",
    )
    assert [browser.get(way).status_code for way in ways] == [200, 200, 200, 404, 404]

    with home.database.read() as session:
        assert session.scalar(select(func.count()).select_from(LedgerLine)) == before
    assert len(kept(home)) == 1


def test_a_liaison_writes_behind_their_link_without_a_code_and_the_answer_goes_to_the_register(
    browser: httpx.Client, home: Home, liaison: Liaison
) -> None:
    page = at_page(home, liaison)
    form = {"text": WORDS, "area": home.town.areas[1].key, "once": key_of(browser.get(page))}
    answers = [browser.post(page, data=form) for _ in range(2)]

    [voice] = kept(home)
    assert (voice.liaison_id, voice.road, voice.mail) == (liaison.id, Road.PAGE, None)
    assert {each.status_code for each in answers} == {200}
    assert "結果は、登録のアドレスにメールで" in answers[0].text
    assert len(letters_to(home, "yamada@example.jp")) == 1
    assert WORDS not in browser.get(page).text, "who got the mail passed on reads nothing that was told"
    with home.database.read() as session:
        [line] = session.scalars(select(LedgerLine).where(LedgerLine.action == "voice.received"))
    assert (line.actor, line.subject) == ("liaison", "voice:1")


def test_a_liaison_who_wishes_no_mail_is_told_by_whom_they_will_hear(
    browser: httpx.Client, home: Home, liaison: Liaison
) -> None:
    with home.database.write() as session:
        session.get_one(Liaison, liaison.id).way = Way.PHONE.value

    assert "ふだんのご連絡の方法で" in browser.post(at_page(home, liaison), data={"text": WORDS}).text


def test_what_is_wrong_on_a_liaisons_page_is_said_there(browser: httpx.Client, home: Home, liaison: Liaison) -> None:
    answer = browser.post(at_page(home, liaison), data={"text": ""})

    assert answer.status_code == 422
    assert answer.text.count(NOTHING_WRITTEN) == 2
    assert kept(home) == []


def test_after_consent_ended_the_page_refuses_kindly_and_a_foreign_token_is_none(
    browser: httpx.Client, home: Home, liaison: Liaison
) -> None:
    with home.database.write() as session:
        session.get_one(Liaison, liaison.id).state = LiaisonState.ENDED.value
    page = at_page(home, liaison)

    for answer in (browser.get(page), browser.post(page, data={"text": WORDS})):
        assert answer.status_code == 410
        assert 'href="/voice"' in answer.text
    assert browser.post(f"/liaison/{home.keyring.sign('stop', 1)}/voice", data={"text": WORDS}).status_code == 404
    assert kept(home) == []


def test_a_liaison_may_tell_much_in_a_day_but_not_without_end(
    browser: httpx.Client, home: Home, liaison: Liaison
) -> None:
    with home.database.write() as session:
        for number in range(MOST_A_DAY_EACH):
            home.voices.hear(session, _heard(home, liaison, number))

    answer = browser.post(at_page(home, liaison), data={"text": WORDS})

    assert answer.status_code == 422
    assert "お電話ください" in answer.text
    assert WORDS in answer.text
    assert len(kept(home)) == MOST_A_DAY_EACH
