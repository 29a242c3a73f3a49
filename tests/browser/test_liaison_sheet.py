"""What a liaison prints and copies: one A4 page however long the notice, and a text taken by one press."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from bulletins.drafting import Sheet
from tests.liaisons.door import Door, opened
from tests.liaisons.neighbourhood import TO_ALL_AND_LIAISONS
from tests.support.clock import HandClock
from tests.support.paper import Paper

pytestmark = pytest.mark.browser
SUBJECT = "防犯の催しのお知らせと夜間の見回りについて"


@pytest.fixture
def door(tmp_path: Path, clock: HandClock) -> Iterator[Door]:
    yield from opened(tmp_path, clock, own_line=False)


@pytest.fixture
def page(browser: Browser, door: Door) -> Iterator[Page]:
    context = browser.new_context(base_url=str(door.client.base_url), viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def long(lines: int, width: int) -> Sheet:
    fields = {"subject": SUBJECT, "text": "\n".join(["お気をつけください。".ljust(width, "あ")] * lines)}
    return replace(TO_ALL_AND_LIAISONS, fields=fields)


def test_the_sheet_is_one_page_of_a4_however_long_the_notice(door: Door, page: Page, tmp_path: Path) -> None:
    for lines, width in ((3, 12), (17, 8), (23, 47), (38, 35)):
        number = door.town.office.sending(long(lines, width))
        for way in ("sheet", "sheet?board=1"):
            page.goto(f"/liaison/{door.token}/{number}/{way}")
            page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True)
            paper = Paper(tmp_path / "sheet.pdf")
            assert (paper.sheets, paper.size) == (1, (210, 297)), (lines, width, way)
            assert min(paper.margins()) >= 5
            assert f"電話{door.town.office.home.town.contact.phone}" in paper.text()


def test_who_prints_the_page_itself_gets_the_notice_and_no_form(door: Door, page: Page) -> None:
    page.goto(door.here)
    page.emulate_media(media="print")

    assert page.locator(".letter__text").is_visible()
    assert [each for each in page.locator("form, textarea, input, nav, main a").all() if each.is_visible()] == []


def test_a_text_is_copied_by_one_press_and_nothing_reaches_over_the_edge(door: Door, page: Page) -> None:
    page.goto(door.here)

    page.get_by_role("button", name="短い文面を写す").click()

    assert page.get_by_role("button", name="写しました").is_visible()
    chosen = page.evaluate("document.activeElement.value.slice(document.activeElement.selectionStart)")
    assert chosen == page.locator("#short").input_value()
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_without_a_script_no_button_stands_there_in_vain(browser: Browser, door: Door) -> None:
    context = browser.new_context(base_url=str(door.client.base_url), java_script_enabled=False)
    page = context.new_page()
    page.goto(door.here)

    assert page.locator("[data-copies]").count() == 2
    assert page.locator("[data-copies]:visible").count() == 0
    assert page.locator("#long").is_visible()
    page.get_by_role("button", name="確認の番号を受け取る").click()
    assert page.get_by_label("確認の番号").is_visible()
    context.close()
