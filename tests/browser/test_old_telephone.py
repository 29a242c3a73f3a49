"""Residents' pages on a telephone of 2014: readable, nothing hidden, a button that can be seen and pressed."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from tests.browser.old_telephone import as_of_2014
from tests.bulletins.samples import PROJECT
from tests.support.full_town import FullTown, full_town

pytestmark = pytest.mark.browser

STYLE = PROJECT / "templates" / "style"
PICTURES = os.environ.get("HANSHO_PICTURES")
PAPER = ("/leaflet?place=library", "/poster", "/card")  # for a printer
CONTRAST = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
# Text that is there but takes no room, but for what only a screen reader is told.
HIDDEN = """() => [...document.querySelectorAll("main :is(p, h1, h2, label, a, button, dd, li)")]
  .filter((each) => !each.closest(".unseen, details:not([open]), [hidden]") && each.textContent.trim())
  .filter((each) => { const box = each.getBoundingClientRect(); return box.width < 8 || box.height < 8; })
  .map((each) => each.outerHTML.slice(0, 120))"""
# Buttons and fields that look like the page around them.
UNSEEN = """() => [...document.querySelectorAll("main .button, main .input")].filter((each) => {
  const is = getComputedStyle(each);
  const line = parseFloat(is.borderTopWidth) && is.borderTopStyle === "solid" && is.borderTopColor;
  const size = each.getBoundingClientRect();
  return !line || line === "rgb(255, 255, 255)" || size.height < 44 || is.color === is.backgroundColor;
}).map((each) => each.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullTown]:
    with full_town(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture
def page(browser: Browser, town: FullTown) -> Iterator[Page]:
    context = browser.new_context(base_url=town.url, viewport={"width": 360, "height": 640}, locale="ja-JP")
    page = context.new_page()
    page.route(re.compile(r"/style/\w+\.css"), _old_sheet)
    yield page
    context.close()


def _old_sheet(route: Route) -> None:
    name = route.request.url.partition("/style/")[2].partition("?")[0]
    route.fulfill(body=as_of_2014((STYLE / name).read_text(encoding="utf-8")), content_type="text/css; charset=utf-8")


def test_every_page_is_readable_and_its_buttons_are_seen(page: Page, town: FullTown) -> None:
    faults: dict[str, list[str]] = {}
    for way in (*town.resident_pages(), "/?lang=yasashii", "/help", "/lost"):
        if way.startswith(PAPER):
            continue
        page.goto(way, wait_until="load")
        if PICTURES:
            name = re.sub(r"\W+", "-", way).strip("-") or "front"
            page.screenshot(path=Path(PICTURES) / f"old-{name[:50]}.png", full_page=True)
        found = [f"hidden: {each}" for each in page.evaluate(HIDDEN)]
        found += [f"not seen: {each}" for each in page.evaluate(UNSEEN)]
        found += _contrast(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{width} px wide"] if width > 360 else []
        if found:
            faults[way] = found

    assert faults == {}


def _contrast(page: Page) -> list[str]:
    found = Axe().run(page, options=CONTRAST).response["violations"]
    return [f"{each['help']}: {[node['html'][:120] for node in each['nodes']]}" for each in found]


def test_an_old_telephone_forgets_what_it_does_not_know() -> None:
    sheet = (
        "/* x{} */ .a { color: #111; color: var(--x); gap: 1rem } .b:has(.c) { top: 0 } @media print { .d { top: 0 } }"
    )

    old = re.sub(r"\s+", " ", as_of_2014(sheet))

    assert old.strip() == ".a { color: #111} @media print { .d { top: 0 } }"
