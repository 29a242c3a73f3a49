"""The ledger of places in the console: seen by all, written by drafters, printed from, counted, and never doubled."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from admin.people.roles import Role
from foundation.ledger import LedgerLine
from subscribers import growth
from subscribers.placements import PlacementRow
from subscribers.places import PlaceRow
from tests.admin.whole_console import Console, whole_console, words

PLACES = "/admin/places"
SHOP = {"label": "ひかり台商店会", "kind": "shop", "note": "レジの横", "key": ""}
LEAFLETS = {"sheet": "leaflet", "number": "250", "day": "2026-11-20", "occasion": "event", "note": "防災訓練"}
MARKUP = "<b onclick=x>{{7*7}}</b>"
PAPERS = ("/leaflet?place={}", "/poster?place={}", "/poster?place={}&amp;size=a3", "/card?place={}")


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with whole_console(tmp_path, residents=True) as console:
        yield console


def come(console: Console, ticks: dict[tuple[str, str], int]) -> None:
    """Registrations by day and place."""
    with console.home.database.write() as session:
        growth.add(session, {(day, "registered", place): number for (day, place), number in ticks.items()})


def deeds(console: Console) -> list[tuple[str, str]]:
    with console.home.database.read() as session:
        lines = session.scalars(select(LedgerLine).where(LedgerLine.action.like("place%")).order_by(LedgerLine.id))
        return [(line.action, line.subject) for line in lines]


def placements_in(console: Console) -> int:
    with console.home.database.read() as session:
        return session.scalar(select(func.count()).select_from(PlacementRow)) or 0


def table(answer: httpx.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None
    return found[1]


def test_a_place_is_added_printed_changed_retired_and_brought_back(console: Console, clerk: httpx.Client) -> None:
    added = clerk.post(f"{PLACES}/new", data=SHOP)
    page = clerk.get(added.headers["location"])
    at = f"{PLACES}/at/shop-1"
    changed = clerk.post(f"{at}/edit", data={**SHOP, "label": "ひかり台商店会（本部）"})
    retired = clerk.post(f"{at}/retire")
    gone = clerk.get(at)
    restored = clerk.post(f"{at}/restore")

    assert [each.status_code for each in (added, changed, retired, restored)] == [303] * 4
    assert added.headers["location"] == f"{at}?done=place-added"
    for paper in PAPERS:
        assert f'href="{paper.format("shop-1")}"' in page.text
        assert f'href="{paper.format("shop-1")}"' not in gone.text
    assert "touroku-shop-1@mail.example.jp" in page.text
    assert deeds(console) == [
        ("place.added", "place:shop-1"),
        ("place.changed", "place:shop-1"),
        ("place.retired", "place:shop-1"),
        ("place.restored", "place:shop-1"),
    ]


def test_every_print_button_leads_to_paper(console: Console, clerk: httpx.Client) -> None:
    page = clerk.get(f"{PLACES}/at/library").text

    ways = re.findall(r'href="(/(?:leaflet|poster|card|entry)[^"]*)"', page)
    assert len(ways) == 6
    assert [clerk.get(way.replace("&amp;", "&")).status_code for way in ways] == [200] * 6


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({}, ["label", "kind"]),
        ({**SHOP, "label": "中央図書館"}, ["label"]),
        ({**SHOP, "key": "library"}, ["key"]),
        ({**SHOP, "key": "en"}, ["key"]),
        ({**SHOP, "label": "あ" * 10_000, "note": "い" * 10_000, "key": "u" * 10_000}, ["label", "note", "key"]),
        ({**SHOP, "label": "一\r\n二"}, ["label"]),
        ({**SHOP, "kind": "station"}, ["kind"]),
    ],
)
def test_what_is_wrong_with_a_place_stands_beside_its_field_and_on_top(
    console: Console, clerk: httpx.Client, form: dict[str, str], fields: list[str]
) -> None:
    answer = clerk.post(f"{PLACES}/new", data=form)

    assert answer.status_code == 422
    for field in fields:
        assert f'id="e-{field}"' in answer.text
        assert f'href="#f-{field}"' in answer.text
    assert len(answer.content) < 60_000
    assert deeds(console) == []


def test_a_form_that_comes_in_twice_adds_one_place(console: Console, clerk: httpx.Client) -> None:
    answers = [clerk.post(f"{PLACES}/new", data=SHOP).status_code for _ in range(2)]

    assert answers == [303, 422]
    assert len(deeds(console)) == 1


def test_a_name_with_markup_stands_as_it_was_typed_on_every_page(console: Console, clerk: httpx.Client) -> None:
    made = clerk.post(f"{PLACES}/new", data={**SHOP, "label": MARKUP, "note": MARKUP, "kind": "primary-school"})
    at = made.headers["location"].partition("?")[0]
    clerk.post(f"{at}/placements", data={**LEAFLETS, "note": MARKUP})
    come(console, {("2026-11-20", at.rpartition("/")[2]): 3})

    for way in (PLACES, at, f"{at}/edit", f"{PLACES}/april", "/admin/subscribers/numbers"):
        page = clerk.get(way).text
        assert "<b onclick" not in page
        assert "&lt;b onclick=x&gt;{{7*7}}&lt;/b&gt;" in page


@pytest.mark.parametrize("key", ["nowhere", "%00", "A", "a" * 2000, "%E3%81%82", "new%20x", "{{7*7}}"])
def test_a_place_that_is_not_there_is_said_not_to_be(clerk: httpx.Client, key: str) -> None:
    at = f"{PLACES}/at/{key}"

    looks = [clerk.get(way).status_code for way in (at, f"{at}/edit")]
    writes = [clerk.post(f"{at}/{step}", data=SHOP).status_code for step in ("edit", "retire", "restore")]
    note = clerk.post(f"{at}/placements", data=LEAFLETS).status_code
    back = clerk.post(f"{at}/placements/1/take-back").status_code

    assert {*looks, *writes, note, back} <= {404, 400}


def test_a_placement_is_noted_once_and_taken_back_once(console: Console, clerk: httpx.Client) -> None:
    at = f"{PLACES}/at/library"
    form = {**LEAFLETS, "once": hidden(clerk.get(at), "once")}
    noted = [clerk.post(f"{at}/placements", data=form).status_code for _ in range(3)]
    page = words(clerk.get(at))
    with console.home.database.read() as session:
        number = session.scalars(select(PlacementRow.id)).one()
    back = [clerk.post(f"{at}/placements/{number}/take-back").status_code for _ in range(2)]

    assert (noted, back) == ([303] * 3, [303] * 2)
    assert "2026年11月20日(金)" in page
    assert "ちらし 250枚" in page
    assert "防災訓練" in page
    assert placements_in(console) == 0
    assert deeds(console) == [("placement.noted", "place:library"), ("placement.taken-back", "place:library")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "0"}, "number"),
        ({"number": "9" * 10_000}, "number"),
        ({"number": "-3"}, "number"),
        ({"day": "きのう"}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"sheet": "flag"}, "sheet"),
        ({"occasion": ""}, "occasion"),
        ({"note": "あ" * 10_000}, "note"),
        ({"note": "メ\x07モ"}, "note"),
    ],
)
def test_what_is_wrong_with_a_placement_stands_beside_its_field(
    console: Console, clerk: httpx.Client, change: dict[str, str], field: str
) -> None:
    answer = clerk.post(f"{PLACES}/at/library/placements", data={**LEAFLETS, **change})

    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text
    assert placements_in(console) == 0


def test_the_list_tells_what_hangs_and_who_registered_after_it(console: Console, clerk: httpx.Client) -> None:
    clerk.post(f"{PLACES}/at/library/placements", data={**LEAFLETS, "sheet": "poster", "number": "2"})
    come(console, {("2026-11-19", "library"): 5, ("2026-11-20", "library"): 7, ("2026-03-01", "library"): 1})

    row = next(row for row in re.findall(r"<tr>.*?</tr>", clerk.get(PLACES).text, re.S) if "/at/library" in row)
    seen = " ".join(re.sub(r"<[^>]+>", " ", row).split())

    assert seen == "中央図書館 図書館 ポスター 2枚 （2026年11月20日(金)） 7 12 13"


def test_a_word_that_nobody_knows_is_told_and_may_be_added(console: Console, clerk: httpx.Client) -> None:
    come(console, {("2026-11-20", "wakaba"): 4, ("2026-11-20", "=cmd|' /c calc'!a1"): 1})

    page = clerk.get(PLACES)
    form = clerk.get(f"{PLACES}/new?key=wakaba")
    odd = clerk.get(f"{PLACES}/new", params={"key": '"><script>'})
    clerk.post(f"{PLACES}/new", data={**SHOP, "key": "wakaba"})

    assert "wakaba 4人" in words(page)
    assert page.text.count("?key=") == 1
    assert 'value="wakaba"' in form.text
    assert "<script>" not in odd.text
    assert "wakaba 4人" not in words(clerk.get(PLACES))


def test_the_numbers_page_calls_places_as_the_ledger_does(console: Console, clerk: httpx.Client) -> None:
    clerk.post(f"{PLACES}/at/library/edit", data={**SHOP, "label": "新しい図書館", "kind": "library"})
    come(console, {("2026-11-20", "library"): 4})
    number = console.resident("hanako@example.jp", place="library")

    page = clerk.get("/admin/subscribers/numbers")
    one = clerk.get(f"/admin/subscribers/{number}")

    assert "新しい図書館" in words(page)
    assert f'href="{PLACES}"' in page.text
    assert "中央図書館" not in words(page)
    assert "新しい図書館" in words(one)


def test_the_files_have_every_place_with_its_months_and_every_placement(console: Console, clerk: httpx.Client) -> None:
    clerk.post(f"{PLACES}/new", data={**SHOP, "label": "=cmd|' /c calc'!a1"})
    clerk.post(f"{PLACES}/at/hall/retire")
    clerk.post(f"{PLACES}/at/library/placements", data=LEAFLETS)
    come(console, {("2026-11-20", "library"): 7, ("2026-10-01", "library"): 2})

    places, placed = table(clerk.get(f"{PLACES}/places.csv")), table(clerk.get(f"{PLACES}/placements.csv"))

    assert len(places) == 6
    library = next(row for row in places if row[0] == "library")
    assert library[1:3] == ["中央図書館", "図書館"]
    assert library[5] == "touroku-library@mail.example.jp"
    assert library[-3:] == ["2", "7", "9"]
    assert next(row for row in places if row[0] == "hall")[4] == "使わない"
    assert next(row for row in places if row[0] == "shop-1")[1] == "'=cmd|' /c calc'!a1"
    assert placed[1] == ["2026-11-20", "中央図書館", "ちらし", "250", "催し・講習会", "防災訓練", "配信担当者"]
    assert clerk.get(f"{PLACES}/others.csv").status_code == 404


def test_a_viewer_sees_everything_and_is_offered_no_form(console: Console) -> None:
    viewer = console.browser(Role.VIEWER)

    pages = [viewer.get(way) for way in (PLACES, f"{PLACES}/at/library", f"{PLACES}/april")]

    assert [page.status_code for page in pages] == [200] * 3
    for page in pages:
        assert 'method="post" action="/admin/places' not in page.text
        assert "/new" not in page.text.partition("<main")[2]
    assert viewer.post(f"{PLACES}/new", data=SHOP).status_code == 403


def test_the_ledger_tells_of_places_in_words_and_leads_to_them(console: Console, clerk: httpx.Client) -> None:
    clerk.post(f"{PLACES}/new", data=SHOP)
    clerk.post(f"{PLACES}/at/shop-1/placements", data=LEAFLETS)

    page = console.browser(Role.MANAGER).get("/admin/ledger")

    said = words(page)
    assert "配布・配置場所を加えた" in said
    assert "配布・配置を記録した" in said
    assert 'href="/admin/places/at/shop-1"' in page.text
    assert "レジの横" not in page.text
    with console.home.database.read() as session:
        details = [json.loads(line) for line in session.scalars(select(LedgerLine.details))]
        assert session.scalars(select(PlaceRow.key)).all() == ["shop-1"]
    assert not any("防災訓練" in str(each) for each in details)
