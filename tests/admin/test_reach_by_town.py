"""Areas chosen by the names of towns, on the form and from the place; the usual stays the whole town."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from admin.people.roles import Role
from admin.writing.lengths import lengths_of
from bulletins.drafting import Preview
from tests.admin.whole_console import PLAIN, Console, whole_console, words

EVERY_AREA = ["north", "central", "south", "east"]
FORM: dict[str, str | list[str]] = {name: value for name, value in PLAIN.items() if name != "areas_all"}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder: Path = tmp_path_factory.mktemp("reach")
    with whole_console(folder) as console:
        yield console


@pytest.fixture
def browser(console: Console) -> httpx.Client:
    return console.browser(Role.DRAFTER)


def areas(console: Console, browser: httpx.Client, form: dict[str, str | list[str]]) -> str:
    answer = browser.post("/admin/write/plain", data={**FORM, **form, "action": "save"})
    assert answer.status_code == 303, words(answer)
    return console.desk.listed()[0].areas


def test_a_ticked_town_narrows_the_areas_to_its_own(console: Console, browser: httpx.Client) -> None:
    assert areas(console, browser, {"areas": EVERY_AREA, "area_towns": ["水車町"]}) == '["central"]'


def test_towns_of_two_areas_reach_both(console: Console, browser: httpx.Client) -> None:
    assert areas(console, browser, {"area_towns": ["若葉野", "水車町", "月見橋"]}) == '["central", "east"]'


def test_the_whole_town_stays_whole_whatever_else_is_ticked(console: Console, browser: httpx.Client) -> None:
    assert areas(console, browser, {"areas_all": "1", "area_towns": ["水車町"]}) == "[]"


def test_a_town_that_does_not_exist_reaches_nobody_and_is_told(browser: httpx.Client) -> None:
    answer = browser.post("/admin/write/plain", data={**FORM, "area_towns": "ない町", "action": "submit"})

    assert answer.status_code == 422
    assert "地域を1つ以上選ぶか" in words(answer)


def test_every_town_stands_on_the_form_with_its_chome(console: Console, browser: httpx.Client) -> None:
    page = browser.get("/admin/write/suspicious-person").text

    for town in console.desk.town.towns:
        assert f"{town.name}<small>1〜{town.chome}丁目</small>" in page


def test_the_place_gives_the_areas_by_one_press_and_the_default_is_the_whole_town(browser: httpx.Client) -> None:
    form = {"field-place": "こもれび市若葉野3丁目", "areas_all": "1", "areas": EVERY_AREA, "topics": "suspicious"}

    usual = browser.post("/admin/write/suspicious-person", data={**form, "action": "preview"})
    narrowed = browser.post("/admin/write/suspicious-person", data={**form, "action": "areas-from-place"})

    assert 'name="areas_all" value="1" checked' in usual.text
    assert 'name="areas_all" value="1" checked' not in narrowed.text
    chosen = [area for area in EVERY_AREA if f'name="areas" value="{area}"' in narrowed.text]
    ticked = [
        area for area in chosen if "checked" in narrowed.text.split(f'name="areas" value="{area}"')[1].split(">")[0]
    ]
    assert ticked == ["east"]


def test_a_place_outside_gives_no_area_and_that_is_told(browser: httpx.Client) -> None:
    form = {"field-place": "青嶺市若葉野3丁目", "areas_all": "1", "topics": "suspicious", "action": "areas-from-place"}

    answer = browser.post("/admin/write/suspicious-person", data=form)

    assert "地域を選べませんでした" in words(answer)
    assert 'name="areas_all" value="1" checked' in answer.text


@pytest.mark.parametrize(("subject", "units"), [("あ" * 30, 30), ("あ" * 31, 31), ("a" * 61, 31), ("", 0)])
def test_the_meter_counts_in_full_width_characters(subject: str, units: int) -> None:
    length, _ = lengths_of(Preview(subject, "本文", ()))

    assert length.now == units
    assert length.is_long == (units > 30)


def test_the_meter_counts_only_what_is_written_and_not_what_stands_below_every_mail() -> None:
    text = "見出し\n" + "あ" * 201 + "\n※返信メールは受け付けておりません。\n担当部署：地域安全課"

    _, body = lengths_of(Preview("見出し", text, ()))

    assert (body.now, body.is_long) == (201, True)


def test_the_preview_says_how_long_the_mail_is(browser: httpx.Client) -> None:
    answer = browser.post("/admin/write/preview", data={**PLAIN, "notice": "plain", "field-subject": "長" * 40})

    assert "目安の30文字より長めです" in words(answer)
    assert "件名 40文字" in words(answer)
