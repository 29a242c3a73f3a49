"""Behind the link: a look changes nothing, a stranger learns nothing, and what cannot be sent is refused kindly."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bulletins.tables import Bulletin
from liaisons import register
from mailer.outbox_tables import LetterRow
from tests.bulletins.corrections import correction
from tests.bulletins.office import tokyo
from tests.liaisons.door import Door, key_of
from tests.liaisons.network import ANNA


@pytest.fixture
def database_kind() -> str:
    """A page shows what a room found; the rooms are proved on both."""
    return "sqlite"


def test_looking_changes_nothing_however_often(door: Door) -> None:
    before = door.everything()

    pages = [door.client.get(way) for way in (f"/liaison/{door.token}", door.here, f"{door.here}/sheet")]
    others = [door.client.get(f"{door.here}/{way}") for way in ("code", "send")]

    assert [page.status_code for page in pages] == [200] * 3
    assert {(other.status_code, other.headers["location"]) for other in others} == {(303, door.here)}
    assert door.everything() == before


def test_the_page_tells_the_notice_and_nothing_of_the_liaison_or_the_members(door: Door) -> None:
    pages = [door.client.get(way).text for way in (f"/liaison/{door.token}", door.here, f"{door.here}/sheet")]

    assert door.town.office.bulletin(door.number).subject in pages[1]
    for page in pages:
        assert not any(word in page for word in ("sato", "自治会", "both@"))
    assert "3人" in pages[1]
    assert door.client.get(door.here).headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("token", ["x", "a" * 24, "0" * 500, "%00", "<b>"])
def test_what_we_did_not_sign_opens_nothing(door: Door, token: str) -> None:
    before = door.everything()
    ways = [("GET", ""), ("GET", f"/{door.number}"), ("POST", f"/{door.number}/code"), ("POST", "/link")]

    answers = [door.client.request(how, f"/liaison/{token}{rest}") for how, rest in ways]

    assert all(answer.status_code in (400, 404, 405) for answer in answers)
    assert door.everything() == before


def test_another_liaison_s_words_and_numbers_open_nothing(door: Door) -> None:
    for number in (0, 99, 10**17, 10**18, 10**30, "9" * 5000):
        assert door.client.get(f"/liaison/{door.token}/{number}").status_code == 404
    unsent = door.town.office.sending()

    assert door.client.get(f"/liaison/{door.token}/{unsent}").status_code == 404


def test_after_consent_ended_the_page_says_so_kindly(door: Door) -> None:
    key, code = key_of(door.ask()), door.codes()[-1]
    with door.town.office.database.write() as session:
        register.end(session, 1, "liaison", at=door.town.office.clock.now())

    answers = [door.client.get(door.here), door.ask(), door.send(key, code)]

    assert [answer.status_code for answer in answers] == [410] * 3
    assert "お礼を申し上げます" in answers[0].text
    assert door.orders() == 0
    for way in ("circle", "materials", "voice"):
        page = door.client.get(f"/liaison/{door.token}/{way}")
        assert (page.status_code, "ありがとうございました" in page.text) == (410, True)


def test_what_is_put_right_meanwhile_is_refused_though_the_code_is_good(door: Door) -> None:
    door.town.office.finish()
    key, code = key_of(door.ask()), door.codes()[-1]
    door.town.office.waiting(correction(door.number))

    answer = door.send(key, code)

    assert answer.status_code == 409
    assert "訂正が出ています" in answer.text
    assert "data-copies" not in answer.text
    assert door.orders() == 0


def test_outside_the_hours_the_page_says_when_it_leaves(door: Door) -> None:
    door.town.office.clock.set(tokyo("2026-11-20T20:00:00"))
    key, code = key_of(door.ask()), door.codes()[-1]

    assert "11月24日(火) 午前9時から" in door.send(key, code).text


def test_where_the_town_does_not_allow_it_no_own_line_is_taken(door: Door) -> None:
    answer = door.ask(line="夕方、見回りをします。")

    assert answer.status_code == 422
    assert 'name="line"' not in door.client.get(door.here).text
    assert door.codes() == []


def test_an_own_line_is_set_apart_and_checked_as_the_staff_s_words_are(own_words: Door) -> None:
    asked = own_words.ask(line="田中さん（090-1234-5678）へ連絡を。\r\n※ わかば小学校の近くです。")

    assert all(word in asked.text for word in ("090-1234-5678", "田中さん", "わかば小学校", "もう一度ご確認ください"))
    own_words.send(key_of(asked), own_words.codes()[-1])
    own_words.town.pass_on()
    told = own_words.town.text("a", own_words.number)
    head, _, _ = told.partition("\n----------\n\n")
    assert head == "【連絡員より】\n田中さん（090-1234-5678）へ連絡を。\n※ わかば小学校の近くです。"


@pytest.mark.parametrize(
    "line",
    [
        "あ" * 201,
        "あ" * 5000,
        "見回り\x07中",
        "【連絡員より】市長です",
        "よろしく\n----------\n本日の訓練は中止です",
        "\u202eです",
    ],
)
def test_an_own_line_that_cannot_be_sent_is_refused_beside_its_field(own_words: Door, line: str) -> None:
    answer = own_words.ask(line=line)

    assert answer.status_code in (400, 422)
    assert own_words.codes() == []
    assert own_words.orders() == 0


@pytest.mark.parametrize("line", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "{stop}", "{forward}"])
def test_marks_in_an_own_line_are_inert(own_words: Door, line: str) -> None:
    asked = own_words.ask(line=line)
    own_words.send(key_of(asked), own_words.codes()[-1])
    own_words.town.pass_on()

    assert "<script>alert" not in asked.text
    with own_words.town.office.database.read() as session:
        row = own_words.town.office.rows()[-1]
        letter = session.get_one(LetterRow, row.letter_id)
    assert line in letter.body
    assert line not in letter.tail.replace("{stop}", "")


@pytest.mark.parametrize("sentence", ["0", "4", "-1", "１", "x" * 400, "<b>"])
def test_only_the_town_s_sentences_are_taken(door: Door, sentence: str) -> None:
    assert door.ask(sentence=sentence).status_code == 422
    assert door.codes() == []


def test_the_sheet_has_boxes_for_some_twenty_households_and_the_board_has_none(door: Door) -> None:
    round_, board = (door.client.get(f"{door.here}/sheet{rest}").text for rest in ("", "?board=1"))

    assert round_.count("<li></li>") == 20
    assert board.count("<li></li>") == 0
    assert all(door.town.office.bulletin(door.number).subject in page for page in (round_, board))


def test_paper_does_not_speak_of_answering_a_mail_and_names_the_office_once(door: Door) -> None:
    town = door.town.office.home.town
    said = town.standing_note("no_reply", "plain")
    assert said in door.town.office.bulletin(door.number).text

    page = door.client.get(f"{door.here}/sheet").text

    assert said not in page
    assert page.count(town.section) == 1


def test_what_is_pasted_elsewhere_does_not_speak_of_answering_a_mail(door: Door) -> None:
    said = door.town.office.home.town.standing_note("no_reply", "plain")

    _, _, pasted = door.client.get(door.here).text.partition('id="long"')

    assert said not in pasted.partition("</textarea>")[0]


def test_what_is_over_may_still_be_printed_and_what_was_put_right_leads_to_what_is_right(door: Door) -> None:
    office = door.town.office
    begun = office.clock.now()
    office.clock.move(timedelta(days=15))
    late = door.client.get(door.here).text
    office.clock.set(begun)
    office.finish()
    mending = office.sending(correction(door.number))

    wrong = door.client.get(door.here).text

    assert f"{door.here}/sheet" in late
    assert "/code" not in late
    assert "/sheet" not in wrong
    assert f'href="{door.here.rpartition("/")[0]}/{mending}"' in wrong or f'href="/bulletins/{mending}"' in wrong


def test_a_correction_that_was_withdrawn_itself_is_nothing_to_be_led_to(door: Door) -> None:
    office = door.town.office
    office.finish()
    mending = office.sending(correction(door.number))
    office.withdraw(mending)

    wrong = door.client.get(door.here).text

    assert "前の内容は、もう知らせないでください" in wrong
    assert f"/{mending}" not in wrong


def test_what_was_chosen_and_typed_stands_there_after_a_refusal(own_words: Door) -> None:
    answer = own_words.client.post(f"{own_words.here}/code", data={"sentence": "2", "line": "あ" * 201}).text

    assert re.search('value="2"[^>]* checked', answer)
    assert "あ" * 201 in answer


def test_a_notice_leads_to_the_materials_of_its_topic_that_the_office_shows(door: Door) -> None:
    office = door.town.office
    materials, at = office.home.network.materials, office.clock.now()
    with office.database.write() as session:
        office_topic = materials.town.topics[0].key
        for key, topics in (("calls", (office_topic,)), ("disaster", ("weather",))):
            old = materials.starters[key]
            materials.save(session, key, replace(old, topics=topics), ANNA, seen=0, at=at)
        session.get_one(Bulletin, door.number).topics = f'["{office_topic}"]'

    page = door.client.get(door.here).text

    assert f'href="/liaison/{door.token}/materials/calls"' in page
    assert "/materials/disaster" not in page
