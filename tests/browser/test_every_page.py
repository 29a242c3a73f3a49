"""Every page at three widths: nothing cut off, nothing too small to press, nothing that axe-core objects to at AA.

With HANSHO_PICTURES naming a folder, each page is also left there as a picture, for eyes to judge.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.admin.role_table import table
from tests.support.full_town import FullTown, full_town
from tests.support.paper import Paper

pytestmark = pytest.mark.browser

WIDTHS = (360, 768, 1280)
PICTURES = os.environ.get("HANSHO_PICTURES")
# Streams, files, and what is no page of its own.
NO_PAGES = re.compile(r"/events$|/export$|\.csv$|^/admin/sign-in$")
CONSOLE = sorted(
    way.path
    for way in table()
    if way.method == "GET" and way.path.startswith("/admin") and not NO_PAGES.search(way.path)
)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
# What lies outside the picture at the right, but for what is scrolled in a box of its own or meant to be unseen.
CUT_OFF = """() => [...document.querySelectorAll("main *, header *, footer *")].filter((each) => {
  const box = each.getBoundingClientRect();
  if (!box.width || box.right <= document.documentElement.clientWidth + 1) return false;
  for (let up = each; up && up !== document.body; up = up.parentElement)
    if (["auto", "scroll", "hidden"].includes(getComputedStyle(up).overflowX)) return false;
  return true;
}).map((each) => each.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullTown]:
    with full_town(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture(scope="module")
def context(browser: Browser, town: FullTown) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=town.url, locale="ja-JP")
    context.add_cookies([town.cookie()])  # type: ignore[list-item]  # Playwright's own dictionary type
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("path", CONSOLE)
def test_a_page_of_the_console_is_whole_and_open_to_everybody(page: Page, town: FullTown, path: str) -> None:
    faults = {way: found for way in town.ways(path) if (found := _faults(page, way))}

    assert faults == {}


def test_the_pages_of_residents_are_whole_and_open_to_everybody(browser: Browser, town: FullTown) -> None:
    context = browser.new_context(base_url=town.url, locale="ja-JP")
    page = context.new_page()

    faults = {way: found for way in (*town.resident_pages(), "/admin/sign-in") if (found := _faults(page, way))}

    context.close()
    assert faults == {}


@pytest.mark.parametrize("language", ["yasashii", "en", "zh"])
def test_the_pages_of_residents_are_whole_in_every_language(browser: Browser, town: FullTown, language: str) -> None:
    context = browser.new_context(base_url=town.url)
    page = context.new_page()

    japanese = ("/leaflet", "/liaison/")
    ways = [f"{way}?lang={language}" for way in town.resident_pages() if not way.startswith(japanese)]
    # What a page is built of is the same in every language: one of the three is looked at by axe-core, too.
    look = _faults if language == "zh" else _cut_off
    faults = {way: found for way in ways if (found := look(page, way))}

    context.close()
    assert faults == {}


def test_lists_of_persons_lie_on_their_side_and_number_their_sheets(page: Page, town: FullTown, tmp_path: Path) -> None:
    officer = town.manager.id
    for way in ("/admin/liaisons/print", f"/admin/liaisons/handover?officer={officer}"):
        page.goto(way)
        page.pdf(path=tmp_path / "list.pdf", prefer_css_page_size=True)
        paper = Paper(tmp_path / "list.pdf")

        assert (paper.sheets, paper.size) == (1, (297, 210)), way
        assert "1/1" in paper.text(), way


def test_paper_has_what_a_page_says_and_not_what_one_may_press_there(page: Page, town: FullTown) -> None:
    page.goto("/admin/bulletins")
    page.emulate_media(media="print")
    assert [chips.is_visible() for chips in page.locator(".chips").all()] == [False]

    page.goto(town.ways("/admin/bulletins/{bulletin_id}")[0])
    pressed = page.locator("details:not([open]), .button, nav")
    assert pressed.count() > 5
    assert [each for each in pressed.all() if each.is_visible()] == []


def test_on_a_telephone_the_menus_are_one_row_each_with_the_page_one_is_on_in_sight(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})

    for way in ("/admin/bulletins?state=sent", "/admin/materials", "/admin/voices?state=open", "/admin/ledger"):
        page.goto(way)
        assert page.evaluate("scrollY") == 0, way
        for menu in page.locator("nav:is(.nav, .tabs, .chips)").all():
            row, here = menu.bounding_box(), menu.locator("[aria-current]").bounding_box()
            assert row, way
            assert here, way
            assert row["height"] < 2 * here["height"], way
            assert 0 <= here["x"] <= 360 - here["width"], way


def test_to_whom_a_bulletin_goes_is_said_once_on_the_screen_and_once_on_paper(page: Page, town: FullTown) -> None:
    for way in town.ways("/admin/bulletins/{bulletin_id}"):
        for media in ("screen", "print"):
            page.goto(way)
            page.emulate_media(media=media)
            for term in ("届ける相手", "配信の期限"):
                said = page.locator("dt", has_text=term).filter(visible=True)
                assert said.count() == 1, (way, media, term)


def test_what_is_not_there_leads_to_its_list_by_one_press(page: Page, town: FullTown) -> None:
    page.goto("/admin/materials/unknown")

    expect(page.get_by_role("navigation").locator("[aria-current]")).to_have_text("連絡員")
    page.get_by_role("link", name="資料の一覧へ").click()
    expect(page).to_have_url(f"{town.url}/admin/materials")


def test_a_liaisons_record_is_changed_by_one_button(page: Page, town: FullTown) -> None:
    kept = [way for way in town.ways("/admin/liaisons/{liaison_id}") if _changes(page, way)]

    assert len(kept) >= 3


def _changes(page: Page, way: str) -> int:
    page.goto(way)
    found = page.get_by_role("link", name="記録を変える").count()
    assert found <= 1, way
    return found


def _faults(page: Page, way: str) -> list[str]:
    return _cut_off(page, way) + [_told(each) for each in Axe().run(page, options=RULES).response["violations"]]


def _cut_off(page: Page, way: str) -> list[str]:
    found = []
    page.goto(way, wait_until="load")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width}: cut off: {each}" for each in page.evaluate(CUT_OFF)]
        if PICTURES:
            name = re.sub(r"\W+", "-", way).strip("-") or "front"
            page.screenshot(path=Path(PICTURES) / f"{name[:60]}-{width}.png", full_page=True)
    return found


def _told(violation: dict[str, Any]) -> str:
    return f"{violation['id']}: {violation['help']}: {[node['html'][:160] for node in violation['nodes'][:3]]}"
