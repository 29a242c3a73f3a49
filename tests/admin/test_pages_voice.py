"""Voices in the console: one voice is worked by drafters and told to the person."""

import re

import httpx
from sqlalchemy import select, update

from admin.people.roles import Role
from foundation.ledger import LedgerLine
from liaisons.voice_tables import Road, Voice
from mailer.outbox_tables import OutboxRow
from tests.admin.heard_voices import (
    ANSWER,
    MAIL,
    PHONE,
    VOICES,
    WORDS,
    heard,
    letters_to,
    member,
    press,
    the_voice,
    version,
)
from tests.admin.whole_console import Console, words


def test_a_voice_goes_its_way_and_the_answer_goes_to_the_person(console: Console, clerk: httpx.Client) -> None:
    at = heard(console, mail=MAIL)

    done = [
        press(clerk, at, "assign", section="道路管理課", officer=str(console.people[Role.APPROVER].id)),
        press(clerk, at, "take"),
        press(clerk, at, "answer", answer=ANSWER),
        press(clerk, at, "led-to", bulletin=str(console.draft()), led_to="街灯の一斉点検"),
    ]

    assert done == ["voice-assigned", "voice-taken", "voice-answered-mailed", "voice-led-to"]
    voice = the_voice(console)
    assert (voice.state, voice.told_by, voice.told_on, voice.led_to_id) == ("answered", "mail", "2026-11-24", 1)
    assert (voice.section, voice.officer_name) == ("道路管理課", "配信責任者")
    [letter] = letters_to(console, MAIL)
    assert ANSWER in letter.body
    page = words(clerk.get(at))
    for said in ("担当を決めた", "対応を始めた", "回答した", "結果を伝えた", "街灯の一斉点検", "停電のお知らせ"):
        assert said in page
    with console.home.database.read() as session:
        done_to_it = LedgerLine.subject == "voice:1", LedgerLine.action != "voice.viewed"
        deeds = session.scalars(select(LedgerLine.action).where(*done_to_it)).all()
    assert deeds[1:] == ["voice.assigned", "voice.taken", "voice.answered", "voice.told", "voice.led-to"]


def test_an_answer_to_a_liaison_goes_to_the_address_of_the_register(console: Console, clerk: httpx.Client) -> None:
    liaison = member(console)
    at = heard(console, road=Road.PAGE, liaison_id=liaison.id)

    press(clerk, at, "cannot", why="私有地のためです。")

    [letter] = letters_to(console, "yamada@example.jp")
    assert "対応できませんでした" in letter.tail
    assert "私有地のためです。" in letter.tail
    assert "koe-" in letter.links


def test_without_a_way_by_mail_somebody_tells_it_and_writes_that_down(console: Console, clerk: httpx.Client) -> None:
    at = heard(console, road=Road.CALL, phone=PHONE)

    assert press(clerk, at, "answer", answer=ANSWER) == "voice-answered"
    assert "本人には、まだ伝わっていません" in words(clerk.get(at))
    assert "まだ伝えていない 1" in words(clerk.get(VOICES))
    assert press(clerk, at, "told", told_by="phone", told_on="2026-11-24") == "voice-told"

    assert (the_voice(console).told_by, the_voice(console).told_on) == ("phone", "2026-11-24")
    assert letters_to(console, MAIL) == []


def test_an_answer_to_who_left_no_address_stands_on_their_page(console: Console, clerk: httpx.Client) -> None:
    at = heard(console)

    assert press(clerk, at, "answer", answer=ANSWER) == "voice-answered-page"
    assert the_voice(console).told_by == "page"
    assert "見たかどうかは、分かりません" in words(clerk.get(at))


def test_questions_about_a_case_get_the_towns_standing_answer_and_the_police_line(
    console: Console, clerk: httpx.Client
) -> None:
    at = heard(console, mail=MAIL)

    page = clerk.get(f"{at}?answer=standing").text
    area = re.search(r'<textarea class="input" id="f-answer"[^>]*>\s*([^<]+)</textarea>', page)

    assert area is not None
    assert console.home.town.sentences.no_enquiries in area[1]
    assert console.home.town.police.phone in area[1]
    assert 'href="' + at + '?answer=standing#f-answer"' in page
    assert press(clerk, at, "answer", answer=area[1]) == "voice-answered-mailed"


def test_two_hands_on_one_voice_answer_once(console: Console, clerk: httpx.Client) -> None:
    at = heard(console, mail=MAIL)
    seen = version(clerk, at)

    answers = [clerk.post(f"{at}/answer", data={"version": seen, "answer": f"{ANSWER}{n}"}) for n in range(2)]

    assert [each.status_code for each in answers] == [303, 409]
    assert "ほかの人が先に変えました" in words(answers[1])
    assert len(letters_to(console, MAIL)) == 1


def test_a_move_that_is_none_is_refused_with_the_state_as_it_is(console: Console, clerk: httpx.Client) -> None:
    at = heard(console)

    for step, form in (
        ("take", {}),
        ("reopen", {"reopened": "x"}),
        ("told", {"told_by": "mail", "told_on": "2026-11-24"}),
    ):
        answer = clerk.post(f"{at}/{step}", data={"version": version(clerk, at), **form})
        assert (answer.status_code, "いまは、その操作ができません" in words(answer)) == (409, True)


WRONG_STEPS = [
    ("assign", {"section": " "}, "section"),
    ("assign", {"section": "課" * 61}, "section"),
    ("answer", {"answer": ""}, "answer"),
    ("answer", {"answer": "あ" * 5001}, "answer"),
    ("cannot", {"why": "\0"}, "why"),
    ("due", {"due_on": "2026-12-20", "due_why": ""}, "due_why"),
    ("due", {"due_on": "2026-11-01", "due_why": "x"}, "due_on"),
    ("due", {"due_on": "きのう", "due_why": "x"}, "due_on"),
]


def test_what_is_wrong_stands_beside_its_field_and_nothing_moves(console: Console, clerk: httpx.Client) -> None:
    at = heard(console)
    for step, form, field in WRONG_STEPS:
        answer = clerk.post(f"{at}/{step}", data=form)

        assert answer.status_code == 422
        assert f'id="e-{field}"' in answer.text
        assert f'href="#f-{field}"' in answer.text
    assert the_voice(console).version == 1


def test_what_it_led_to_is_a_bulletin_that_exists(console: Console, clerk: httpx.Client) -> None:
    at = heard(console)
    press(clerk, at, "answer", answer=ANSWER)

    answer = clerk.post(f"{at}/led-to", data={"bulletin": "999"})

    assert answer.status_code == 422
    assert 'id="e-bulletin"' in answer.text


def test_a_voice_that_is_not_there_is_said_not_to_be(clerk: httpx.Client) -> None:
    for number in ("999999", "0", "x", "%00", "1e3", "9" * 5000):
        assert clerk.get(f"{VOICES}/{number}").status_code == 404
        assert clerk.post(f"{VOICES}/{number}/take").status_code == 404


def test_an_answer_that_does_not_arrive_is_told_to_whoever_looks(console: Console, clerk: httpx.Client) -> None:
    at = heard(console, mail=MAIL)
    press(clerk, at, "answer", answer=ANSWER)
    assert "送信待ちです" in words(clerk.get(at))

    for state, bounced, told in (
        ("sent", None, "受け取りました"),
        ("sent", "gone", "届きませんでした"),
        ("failed", None, "届きませんでした"),
    ):
        with console.home.database.write() as session:
            session.execute(update(OutboxRow).values(state=state, bounced_as=bounced))
        assert told in words(clerk.get(at))


def test_what_the_person_added_stands_below_what_they_said_first(console: Console, clerk: httpx.Client) -> None:
    at = heard(console)
    press(clerk, at, "answer", answer=ANSWER)
    desk = console.home.voices
    with console.home.database.write() as session:
        desk.add(session, session.get_one(Voice, 1), "まだ暗いです。", by="resident", once_key="form:1")

    page = words(clerk.get(at))

    assert page.index(WORDS) < page.index("まだ暗いです。") < page.index("次にすること")
    assert page.count("まだ暗いです。") == 1
    assert "対応中" in page


def test_who_is_answered_twice_has_two_letters(console: Console, clerk: httpx.Client) -> None:
    at = heard(console, mail=MAIL)
    press(clerk, at, "answer", answer=ANSWER)
    press(clerk, at, "reopen", reopened="電話で、まだ暗いと言われた")
    press(clerk, at, "answer", answer="もう一度、交換しました。")

    assert [ANSWER in letter.body for letter in letters_to(console, MAIL)] == [True, False]


def test_a_liaison_who_is_not_written_to_any_more_is_told_by_somebody(console: Console, clerk: httpx.Client) -> None:
    at = heard(console, road=Road.PAGE, liaison_id=member(console, stopped=True).id)

    assert press(clerk, at, "answer", answer=ANSWER) == "voice-answered"
    assert letters_to(console, "yamada@example.jp") == []


def test_each_look_at_somebody_who_is_named_or_can_be_reached_is_in_the_ledger(
    console: Console, clerk: httpx.Client
) -> None:
    pages = [heard(console), heard(console, 2, mail=MAIL), heard(console, 3, liaison_id=member(console).id)]

    assert [clerk.get(at).status_code for at in pages] == [200] * 3

    with console.home.database.read() as session:
        looks = session.scalars(select(LedgerLine.subject).where(LedgerLine.action == "voice.viewed")).all()
    assert looks == ["voice:2", "voice:3"]
