"""Voices in the console: the list, its file, what was heard and written down, and late ones."""

import csv
import io
import re
from datetime import timedelta

import httpx
from sqlalchemy import select

from admin.people.roles import Role
from liaisons.voice_tables import Road, Voice
from tests.admin.heard_voices import (
    ANSWER,
    MAIL,
    MARKUP,
    PHONE,
    SAID,
    VOICES,
    WORDS,
    heard,
    letters_to,
    member,
    press,
    the_voice,
)
from tests.admin.whole_console import Console, words


def test_a_late_one_is_marked_in_the_list_on_its_page_and_on_the_first_page(
    console: Console, clerk: httpx.Client
) -> None:
    at = heard(console)
    heard(console, 2, due_on=console.home.voices.today() + timedelta(days=90))
    assert "期限を過ぎ" not in words(clerk.get(at)) + words(clerk.get("/admin"))
    assert "対応がいる意見・要望 2件" in words(clerk.get("/admin"))

    console.clock.move(timedelta(days=30))

    clerk = console.browser(Role.DRAFTER)
    for page in (VOICES, at, "/admin"):
        assert "期限を過ぎ" in words(clerk.get(page))
    assert "期限を過ぎた意見・要望 1件" in words(clerk.get("/admin"))
    assert words(clerk.get(f"{VOICES}?late=1")).count(WORDS) == 1
    assert press(clerk, at, "due", due_on="2027-01-08", due_why="現地を確かめるため") == "voice-due"
    assert "期限を過ぎ" not in words(clerk.get("/admin"))


def test_the_list_is_narrowed_by_state_section_area_and_road(console: Console, clerk: httpx.Client) -> None:
    area = console.home.town.areas[0].key
    first = heard(console, text="一つめ", area=area)
    heard(console, 2, text="二つめ", road=Road.CALL)
    press(clerk, first, "assign", section="道路管理課", officer="")

    def shown(query: str) -> list[str]:
        page = words(clerk.get(f"{VOICES}?{query}"))
        return [each for each in ("一つめ", "二つめ") if each in page]

    assert shown("") == ["一つめ", "二つめ"]
    assert shown("state=assigned") == shown(f"area={area}") == shown("section=道路管理課") == ["一つめ"]
    assert shown("road=call") == shown("state=received") == ["二つめ"]
    assert shown("state=cannot") == []
    assert shown("state=nonsense&area=%00&road=x&page=999999&section=%00") == ["一つめ", "二つめ"]


def test_staff_write_down_what_they_heard_once_and_the_person_is_told(console: Console, clerk: httpx.Client) -> None:
    liaison = member(console)
    form = clerk.get(f"{VOICES}/new?liaison={liaison.id}")
    once = re.search(r'name="once" value="([^"]+)"', form.text)
    assert once is not None
    assert f'<option value="{liaison.id}" selected>' in form.text

    said = {**SAID, "liaison": str(liaison.id), "once": once[1]}
    answers = [clerk.post(f"{VOICES}/new", data=said).headers["location"] for _ in range(2)]

    assert answers == [f"{VOICES}/1?done=voice-written-mailed", f"{VOICES}/1?done=voice-written"]
    voice = the_voice(console)
    assert (voice.liaison_id, voice.writer_name, voice.road) == (liaison.id, "配信担当者", "visit")
    assert len(letters_to(console, "yamada@example.jp")) == 1


WRONG_TALKS = [
    ({"text": ""}, "text"),
    ({"text": "あ" * 5001}, "text"),
    ({"road": "form"}, "road"),
    ({"day": "2026-11-25"}, "day"),
    ({"day": "2025-01-01"}, "day"),
    ({"day": "x" * 10_000}, "day"),
    ({"mail": "a@b@c"}, "mail"),
    ({"phone": "電話して"}, "phone"),
    ({"liaison": "999"}, "liaison"),
]


def test_what_is_wrong_with_what_was_heard_stands_beside_its_field(console: Console, clerk: httpx.Client) -> None:
    for change, field in WRONG_TALKS:
        answer = clerk.post(f"{VOICES}/new", data={**SAID, **change})

        assert answer.status_code == 422
        assert f'id="e-{field}"' in answer.text
    with console.home.database.read() as session:
        assert session.scalars(select(Voice)).all() == []


def test_every_section_reads_but_only_who_acts_sees_how_the_person_is_reached(console: Console) -> None:
    viewer = console.browser(Role.VIEWER)
    at = heard(console, mail=MAIL, phone=PHONE)

    page, table = viewer.get(at), viewer.get(f"{VOICES}/voices.csv")

    assert page.status_code == 200
    assert WORDS in page.text
    assert f'action="{at}' not in page.text
    for answer in (page, table, viewer.get(VOICES), console.browser(Role.DRAFTER).get(f"{VOICES}/voices.csv")):
        assert MAIL not in answer.text
        assert PHONE not in answer.text
    assert MAIL in console.browser(Role.DRAFTER).get(at).text


def test_the_file_has_what_was_said_and_what_became_of_it_and_no_formula(console: Console, clerk: httpx.Client) -> None:
    at = heard(console, text="=cmd|' /c calc'!a1")
    press(clerk, at, "answer", answer=ANSWER)

    head, row = csv.reader(io.StringIO(clerk.get(f"{VOICES}/voices.csv").content.decode("utf-8-sig")))

    told = dict(zip(head, row, strict=True))
    assert told["内容"] == "'=cmd|' /c calc'!a1"
    assert (told["回答・理由"], told["状態"], told["伝え方"]) == (ANSWER, "回答済み", "本人の確認ページ")


def test_neither_the_list_nor_its_file_names_a_liaison(console: Console, clerk: httpx.Client) -> None:
    heard(console, road=Road.PAGE, liaison_id=member(console).id)

    listed, file = clerk.get(VOICES).text, clerk.get(f"{VOICES}/voices.csv").content.decode("utf-8-sig")

    assert WORDS in listed
    assert "連絡員 1番" in file
    assert "yamada" not in listed + file


def test_markup_stands_as_it_was_typed_and_a_foreign_sender_is_marked(console: Console, clerk: httpx.Client) -> None:
    at = heard(console, road=Road.MAIL, text=MARKUP, liaison_id=member(console).id, mail=MAIL, differs=True)
    press(clerk, at, "assign", section=MARKUP, officer="")
    press(clerk, at, "answer", answer=MARKUP)

    for way in (VOICES, at, "/admin"):
        assert "<b onclick" not in clerk.get(way).text
    assert "差出人が登録と異なります" in words(clerk.get(at))
    assert [MARKUP in letter.body for letter in letters_to(console, MAIL)] == [True], (
        "to who wrote, not to the register"
    )
