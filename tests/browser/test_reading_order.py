"""Residents' pages as a screen reader has them: landmarks, one first heading, no level left out, a telling order."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page

from tests.support.full_town import FullTown, full_town

pytestmark = pytest.mark.browser

# What of each page has to be heard in this order; pieces of lines of the accessibility tree.
ORDER = {
    "/": (
        *('link "本文へ進む"', "- banner:", "navigation", "- main:", "[level=1]", 'heading "登録のしかた" [level=2]'),
        *('link "登録用の空メールを送る"', "img ", 'textbox "メールアドレス', 'button "登録用メールを受け取る"'),
        *('heading "最近のお知らせ" [level=2]', 'link "これまでのお知らせを見る"', "- contentinfo:"),
    ),
    "/r/": (
        *("- banner:", "- main:", 'list "手順"', 'heading "このアドレスを登録しますか" [level=1]', "jiro@example.jp"),
        *('group "受け取る内容"', "checkbox", 'button "登録する"', "- contentinfo:"),
    ),
    "/me/": (
        *("- banner:", "- main:", 'heading "登録内容の変更" [level=1]', 'group "受け取る内容"', "checkbox", "button "),
        *('heading "配信を停止するとき" [level=2]', 'link "配信停止のページ"', "- contentinfo:"),
    ),
    "/stop/": (
        *(
            "- banner:",
            "- main:",
            'heading "配信を停止しますか" [level=1]',
            'button "配信を停止する"',
            "- contentinfo:",
        ),
    ),
    "/bulletins": (
        *("- banner:", "- main:", 'heading "これまでのお知らせ" [level=1]', "- search:", 'searchbox "ことばでさがす"'),
        *('combobox "お知らせの種類"', 'button "さがす"', "- list:", "- time:", "- link ", 'navigation "月ごとに見る"'),
        *('heading "月ごとに見る" [level=2]', "link ", "- contentinfo:"),
    ),
    "/bulletins/": (
        *("- banner:", "- main:", "[level=1]", "- term: 配信日時", "- time:", "- term: 配信内容"),
        *('region "お知らせの本文"', 'link "これまでのお知らせ"', "- contentinfo:"),
    ),
}
_HEADING = re.compile(r"heading .*\[level=(\d)\]")
_VAGUE = ("こちら", "ここ", "クリック", "詳細", "リンク", "もっと見る")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullTown]:
    with full_town(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture(scope="module")
def trees(browser: Browser, town: FullTown) -> Iterator[dict[str, str]]:
    """The accessibility tree of each page that has a page frame."""
    context = browser.new_context(base_url=town.url, locale="ja-JP")
    page = context.new_page()
    paper = ("/leaflet?place=library", "/poster", "/card")
    yield {way: _tree(page, way) for way in town.resident_pages() if not way.startswith(paper)}
    context.close()


def _tree(page: Page, way: str) -> str:
    page.goto(way, wait_until="load")
    return page.locator("body").aria_snapshot()


@pytest.mark.parametrize("start", ORDER)
def test_a_page_is_read_in_the_order_in_which_one_acts(trees: dict[str, str], start: str) -> None:
    exact = start in trees
    tree = trees[start] if exact else next(tree for way, tree in trees.items() if way.startswith(start))
    at = 0

    for piece in ORDER[start]:
        found = tree.find(piece, at)
        assert found >= 0, f"「{piece}」 is not read, or too early:\n{tree}"
        at = found + len(piece)


def test_every_page_has_its_landmarks_once(trees: dict[str, str]) -> None:
    for way, tree in trees.items():
        lines = tree.splitlines()
        for landmark in ("- banner:", "- main:", "- contentinfo:"):
            assert lines.count(landmark) == 1, (way, landmark)


def test_every_page_has_one_first_heading_and_leaves_no_level_out(trees: dict[str, str]) -> None:
    for way, tree in trees.items():
        levels = [int(each) for each in _HEADING.findall(tree)]
        assert levels.count(1) == 1, way
        body = levels[levels.index(1) :]
        assert all(after <= before + 1 for before, after in pairwise(body)), (way, levels)


def test_a_link_says_by_itself_where_it_leads(trees: dict[str, str]) -> None:
    for way, tree in trees.items():
        for name in re.findall(r'link "([^"]*)"', tree):
            assert len(name.strip()) > 1, (way, name)
            assert name.strip() not in _VAGUE, (way, name)
        assert "- link:" not in tree, way  # one without a name


def test_every_field_and_picture_has_a_name(trees: dict[str, str]) -> None:
    for way, tree in trees.items():
        for kind in ("textbox", "searchbox", "combobox", "checkbox", "radio", "button", "img"):
            assert not re.search(rf"- {kind}(?: \[|:|$)", tree, re.MULTILINE), (way, kind)
