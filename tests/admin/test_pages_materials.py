"""The materials in the console and behind a liaison's link: read by all, written by drafters, seen once checked."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from admin.people.roles import Role
from liaisons.personal_link import LIAISON
from liaisons.tables import LiaisonState
from tests.admin.whole_console import Console, whole_console, words
from tests.liaisons.network import enter

MATERIALS = "/admin/materials"
MARKUP = "<b onclick=x>{{7*7}}</b>"
TYPED = {
    "title": "集会の開き方",
    "text": f"場所を決めます。\n■持ち物\n・名簿 {MARKUP}",
    "topics": "crime",
    "note-north": "北部では公民館です。",
}


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with whole_console(tmp_path, residents=True) as console:
        yield console


@pytest.fixture
def stranger(console: Console) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=console.url, trust_env=False, timeout=30) as stranger:
        yield stranger


def link(console: Console, name: str, *areas: str, state: LiaisonState = LiaisonState.ACTIVE) -> str:
    with console.home.database.write() as session:
        liaison = enter(session, name, at=console.clock.now(), areas=areas, state=state)
        assert liaison.subscriber_id is not None
        return f"/liaison/{console.home.keyring.sign(LIAISON, liaison.subscriber_id)}/materials"


def test_a_page_is_written_checked_read_by_liaisons_and_hidden_again(console: Console, stranger: httpx.Client) -> None:
    clerk, viewer = console.browser(Role.DRAFTER), console.browser(Role.VIEWER)
    north, south = link(console, "north", "north"), link(console, "south", "south")

    before = stranger.get(north)
    added = clerk.post(f"{MATERIALS}/new", data=TYPED)
    at = added.headers["location"].partition("?")[0]
    key = at.rpartition("/")[2]
    seen, listed = viewer.get(at), viewer.get(MATERIALS)
    read, elsewhere = stranger.get(f"{north}/{key}"), stranger.get(f"{south}/{key}")
    changed = clerk.post(f"{at}/edit", data={**TYPED, "title": "集いの開き方", "version": "1"})
    past = viewer.get(f"{at}/versions/1")
    checked = clerk.post(f"{MATERIALS}/calls/check", data={"version": "0"})
    index = stranger.get(north)
    hidden = clerk.post(f"{at}/hide")

    assert "いまお見せできる資料はありません" in words(before)
    assert [each.status_code for each in (added, changed, checked, hidden)] == [303] * 4
    assert MARKUP.replace("<", "&lt;").replace(">", "&gt;") in seen.text
    assert "集会の開き方" in words(listed)
    assert "<li>名簿 &lt;b onclick=x&gt;{{7*7}}&lt;/b&gt;</li>" in read.text
    assert "北部では公民館です。" in words(read)
    assert "北部では公民館です。" not in words(elsewhere)
    assert "集会の開き方" in words(past)
    assert "詐欺の電話から身を守る" in words(index)
    assert stranger.get(f"{north}/{key}").status_code == 404
    assert stranger.get(f"{north}/first").status_code == 404


def test_a_link_that_is_not_ours_or_whose_liaison_ended_opens_nothing(console: Console, stranger: httpx.Client) -> None:
    ended = link(console, "ended", state=LiaisonState.ENDED)

    for way in (ended, f"{ended}/calls"):
        page = stranger.get(way)
        assert (page.status_code, "ありがとうございました" in words(page)) == (410, True), way
    for way in ("/liaison/aaaaaaaaaaaaaaaaaaaaaaaa/materials", "/liaison/%00/materials"):
        assert stranger.get(way).status_code == 404, way


def test_who_wrote_beside_somebody_else_keeps_the_words_and_overwrites_nothing(console: Console) -> None:
    one, other = console.browser(Role.DRAFTER), console.browser(Role.APPROVER)
    at = one.post(f"{MATERIALS}/new", data=TYPED).headers["location"].partition("?")[0]
    one.post(f"{at}/edit", data={**TYPED, "text": "先に保存した。", "version": "1"})

    late = other.post(f"{at}/edit", data={**TYPED, "text": "あとから書いた。", "version": "1"})
    unfit = other.post(f"{at}/edit", data={**TYPED, "title": "", "version": "2"})
    checked = other.post(f"{at}/check", data={"version": "1"})

    assert (late.status_code, unfit.status_code, checked.status_code) == (409, 422, 409)
    assert "あとから書いた。" in late.text
    assert "題を入力してください。" in words(unfit)
    assert "先に保存した。" in words(one.get(at))
