"""Candidates put aside, April's review, the hand-over and the figures of the year, in the console."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from admin.people.roles import Role
from liaisons import forwarding_year, life
from liaisons.candidates import CandidateRow
from tests.admin.liaison_pages import CANDIDATE, CANDIDATES, LIST, TANAKA, active, liaison
from tests.admin.morning import MORNING
from tests.admin.staff_pages import letters_to
from tests.admin.whole_console import Console, whole_console, words
from tests.liaisons.network import enter


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with whole_console(tmp_path, residents=True) as console:
        yield console


def test_a_candidate_put_aside_tells_the_sender_why_and_is_decided_once(console: Console, clerk: httpx.Client) -> None:
    viewer = console.browser(Role.VIEWER)
    twice = [viewer.post(CANDIDATES, data=CANDIDATE).status_code for _ in range(2)]
    bad = viewer.post(CANDIDATES, data={**CANDIDATE, "why": "", "name": "あ" * 5_000})
    bare = clerk.post(f"{CANDIDATES}/1/aside", data={"because": ""})
    aside = clerk.post(f"{CANDIDATES}/1/aside", data={"because": "いまは足りています"})
    again = clerk.post(f"{CANDIDATES}/1/aside", data={"because": "もう一度"})

    with console.home.database.read() as session:
        assert len(session.scalars(select(CandidateRow)).all()) == 1
    assert (twice, bad.status_code) == ([303, 303], 422)
    assert [each.status_code for each in (bare, aside, again)] == [422, 303, 409]
    assert "理由：いまは足りています" in words(viewer.get(CANDIDATES))
    assert viewer.get(f"{CANDIDATES}/1").status_code == 403
    assert clerk.post(f"{LIST}/new", data={**TANAKA, "candidate": "1"}).status_code == 303


def test_april_asks_the_office_and_nobody_else(console: Console, clerk: httpx.Client) -> None:
    at = active(console, clerk)
    assert liaison(console, at).reviewed_year == 2026
    console.clock.set(datetime(2027, 4, 1, 0, 0, tzinfo=UTC))
    clerk = console.browser(Role.DRAFTER)

    waits, home = words(clerk.get(f"{LIST}/review")), words(clerk.get("/admin"))
    confirmed = clerk.post(f"{at}/confirm", data={"back": "review"})
    after = words(clerk.get(f"{LIST}/review"))

    assert "残り 1人" in waits
    assert "4月の確認が残っています 1人" in home
    assert confirmed.headers["location"].startswith(f"{LIST}/review?")
    assert "令和9年度の確認は、全員済んでいます" in after
    assert len(letters_to(console, TANAKA["address"])) == 0


def test_a_change_of_officer_is_one_sheet_and_one_button(console: Console, clerk: httpx.Client) -> None:
    at = active(console, clerk)
    old, new = console.people[Role.DRAFTER].id, console.second.id

    sheet = words(clerk.get(f"{LIST}/handover?officer={old}"))
    moved = clerk.post(f"{LIST}/handover", data={"from": str(old), "to": str(new)})
    odd: list[dict[str, str]] = [{}, {"from": "x", "to": "1"}, {"from": "1", "to": "99"}]
    nobody = [clerk.post(f"{LIST}/handover", data=each) for each in odd]

    assert "田中 一郎若葉野町会 会長、防犯協会理事" in sheet
    assert "業務のほかに使わない" in sheet
    assert moved.status_code == 303
    assert liaison(console, at).officer_id == new
    assert [each.status_code for each in nobody] == [422] * 3
    assert "この担当者の連絡員はいません" in words(clerk.get(f"{LIST}/handover?officer={old}"))


def test_the_figures_of_the_year_are_for_everybody_and_say_nothing_of_forwarding(
    console: Console, clerk: httpx.Client
) -> None:
    active(console, clerk)

    page = console.browser(Role.VIEWER).get(f"{LIST}/years")

    assert "活動中1この年度に活動を始めた1" in words(page).replace(" ", "")
    assert "東部（若葉野・月見橋）1人" in words(page).replace(" ", "")
    assert "受けたもの 0件" in words(page)
    assert "転送" not in words(page)
    assert clerk.get(f"{LIST}/years/2025").status_code == 404


def test_of_a_year_that_is_over_it_is_told_how_many_passed_on_where_five_did_and_five_did_not(
    console: Console, clerk: httpx.Client
) -> None:
    active(console, clerk)
    with console.home.database.write() as session:
        for number in range(9):
            life.note(session, enter(session, f"sato{number}", at=MORNING), at=MORNING)
    zone, pages = console.home.town.zone, []
    for liaison_id in range(1, 6):
        with console.home.database.write() as session:
            forwarding_year.note(session, console.home.keyring, liaison_id, at=console.clock.now(), zone=zone)
        if liaison_id > 3:
            console.clock.set(datetime(2027, 4, 1, 0, 0, tzinfo=UTC))
            pages.append(words(console.browser(Role.VIEWER).get(f"{LIST}/years/2026")))
            console.clock.set(MORNING)
    pages.append(words(clerk.get(f"{LIST}/years/2026")))

    assert ["転送先の方へお知らせを送ったことのある連絡員 5人" in page for page in pages] == [False, True, False]


def test_every_page_of_the_network_has_one_menu_above_its_heading(console: Console, clerk: httpx.Client) -> None:
    at = active(console, clerk)
    own = (LIST, at, f"{at}/edit", CANDIDATES, *(f"{LIST}/{name}" for name in ("new", "review", "handover", "years")))
    others = ("voices", "voices/new", "meetings", "meetings/new", "papers", "papers/new", "materials", "materials/new")
    for page in (*own, *(f"/admin/{name}" for name in others), "/admin/materials/calls", "/admin/materials/calls/edit"):
        shown = clerk.get(page)

        above, heading, _ = shown.text.partition("<h1")
        _, menu, links = above.partition('<nav class="tabs screen"')
        assert (shown.status_code, bool(heading), bool(menu)) == (200, True, True), page
        assert links.partition("</nav>")[0].count("aria-current") == 1, page
