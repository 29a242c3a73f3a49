"""A text of the police pasted, on the console's pages without a script."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text as sql

from admin.people.roles import Role
from bulletins.police_text.lines import LONGEST_READ
from tests.admin.whole_console import PLAIN, Console, whole_console, words

TEXT = """不審者情報
【こもれび警察署からの情報】
11月24日午後3時10分頃、水車町二丁目4番の路上で、下校中の児童(男)が、男に声をかけられました。けがはありません。
■声かけ等の内容
・家はどこ？"""


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder: Path = tmp_path_factory.mktemp("pasting")
    with whole_console(folder) as console:
        yield console


@pytest.fixture
def browser(console: Console) -> httpx.Client:
    return console.browser(Role.DRAFTER)


def pasted(browser: httpx.Client, text: str, **more: str) -> httpx.Response:
    return browser.post("/admin/write", data={"pasted_anew": text, "action": "read", **more})


def form_in(page: str) -> dict[str, str]:
    """What the browser would post back."""
    named = re.findall(r'<(?:input|option)[^>]*?name="([^"]+)"[^>]*? value="([^"]*)"', page)
    areas = re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', page)
    return {name: value for name, value in (*named, *areas) if name not in ("topics", "areas", "area_towns")}


def test_the_box_to_paste_into_is_the_first_thing_on_the_page_of_notices(browser: httpx.Client) -> None:
    main = browser.get("/admin/write").text.split("<main", 1)[1]

    first = re.search(r"<(?:textarea|input|select|button|a class=\"button)[^>]*>", main)

    assert first is not None
    assert 'name="pasted_anew"' in first[0]


def test_a_text_chooses_its_notice_fills_the_fields_and_marks_each(browser: httpx.Client) -> None:
    answer = pasted(browser, TEXT)

    page = answer.text.split("<main", 1)[1]
    assert answer.status_code == 200
    assert "不審者・声かけ" in page.split("</h1>")[0]
    for value in ("2026-11-24T15:10", "水車町2丁目", "児童(男)", "下校中", "こもれび警察署", "不審者情報"):
        assert f'value="{value}"' in page
    assert "selected>市内－子どもの安全－声かけ" in page
    assert page.count("data-mark") == len(re.findall('class="from-paste"', page)) == 11


def test_what_was_left_and_what_was_dropped_is_told_beside_the_text_itself(browser: httpx.Client) -> None:
    answer = pasted(browser, TEXT)

    assert "読み取れなかった部分（1）" in words(answer)
    assert "<mark>けがはありません</mark>" in answer.text
    assert "場所の「4番」は" in words(answer)
    assert TEXT in answer.text.replace("<mark>", "").replace("</mark>", "")


def test_reading_saves_nothing_and_a_saved_draft_keeps_nothing_of_the_text(
    console: Console, browser: httpx.Client
) -> None:
    before = len(console.desk.listed())
    secret = TEXT.replace("けがはありません", "けがはないとのことです")

    answer = pasted(browser, secret)
    after_reading = len(console.desk.listed())
    saved = browser.post(
        "/admin/write/suspicious-person",
        data={**form_in(answer.text), "topics_all": "1", "areas_all": "1", "action": "save"},
    )

    assert after_reading == before
    assert saved.status_code == 303, words(saved)
    with console.home.database.read() as session:
        rows = [*session.execute(sql("select * from bulletins")), *session.execute(sql("select * from ledger"))]
    assert "水車町2丁目" in str(rows)
    assert "けがはないとのことです" not in str(rows)


def test_a_mark_goes_with_the_value_that_was_changed_and_stays_with_the_others(browser: httpx.Client) -> None:
    form = form_in(pasted(browser, TEXT).text)

    answer = browser.post(
        "/admin/write/suspicious-person",
        data={**form, "field-victim": "生徒(男)", "seen": "offender", "action": "preview"},
    )

    marked = re.findall(r'class="from-paste">.*?name="field-([a-z_]+)"', answer.text, re.DOTALL)
    assert "victim" not in marked, "it was changed"
    assert "offender" not in marked, "it was touched"
    assert {"place", "spot", "situation", "deed", "words"} <= set(marked)


def test_a_started_form_is_filled_by_a_text_too_and_what_the_text_is_silent_of_stays(browser: httpx.Client) -> None:
    typed = {"field-headline": "書きかけの見出し", "field-contact": "書きかけ 042-000-0001", "areas_all": "1"}
    text = TEXT.split("\n", 1)[1]

    answer = browser.post(
        "/admin/write/suspicious-person", data={**typed, "pasted_anew": text, "action": "read", "topics": "suspicious"}
    )

    assert 'value="書きかけの見出し"' in answer.text
    assert 'value="書きかけ 042-000-0001"' in answer.text
    assert 'value="水車町2丁目"' in answer.text


def test_a_saved_draft_is_filled_by_a_text_and_still_not_overwritten(console: Console, browser: httpx.Client) -> None:
    number = console.draft()

    answer = browser.post(
        f"/admin/bulletins/{number}/edit", data={**PLAIN, "version": "1", "pasted_anew": TEXT, "action": "read"}
    )

    assert "けがはありません" in answer.text
    assert console.desk.dossier(number).bulletin.version == 1
    assert f'action="/admin/bulletins/{number}/edit"' in answer.text


def test_the_same_text_is_read_for_another_notice(browser: httpx.Client) -> None:
    answer = browser.post("/admin/write", data={"pasted": TEXT, "action": "read", "as": "plain"})

    assert "自由文" in answer.text.split("</h1>")[0]
    assert "けがはありません" in answer.text.split('name="field-text"')[1].split("</textarea>")[0]


@pytest.mark.parametrize("text", ["", "   \n　"])
def test_an_empty_box_is_told_in_words(browser: httpx.Client, text: str) -> None:
    answer = pasted(browser, text)

    assert answer.status_code == 303
    assert "貼り付けた文章がありません" in words(browser.get(answer.headers["location"]))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "{{ town.police.name }}{% raw %}",
        "本日\x00午後3時\x1b[31m、水車町\u202eで",
        "あ" * 10_000,
        "■" * 10_000,
        "水車町2丁目" * 20_000,
        "\n" * 5_000,
        "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    ],
    ids=["script", "template", "control", "one-word", "marks", "too-long", "blank", "surrogate"],
)
def test_odd_texts_are_shown_as_text(browser: httpx.Client, text: str) -> None:
    answer = pasted(browser, text)

    assert answer.status_code in (200, 303)
    assert "<script>alert" not in answer.text
    if "{{" in text:
        assert "{{ town.police.name }}{% raw %}" in words(answer)
    if len(text) > LONGEST_READ:
        assert "長すぎるため" in words(answer)


def test_a_notice_that_does_not_exist_is_refused_in_words(browser: httpx.Client) -> None:
    answer = browser.post("/admin/write", data={"pasted": TEXT, "action": "read", "as": "../plain"})

    assert answer.status_code == 409
    assert "はじめの画面へ" in words(answer)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/admin/write"), ("GET", "/admin/listen"), ("POST", "/admin/listen")]
)
def test_a_viewer_reads_nothing_in(console: Console, method: str, path: str) -> None:
    assert console.browser(Role.VIEWER).request(method, path, data={"pasted": TEXT}).status_code == 403
