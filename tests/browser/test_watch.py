"""The watch page in a real browser, without a script: on a telephone, by the keyboard alone, on paper."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from admin.people.roles import Role
from mailer.bounce_report.bounce_class import BounceClass
from tests.browser.windows import let_in
from tests.support.bounced import bounce
from tests.support.house import House

pytestmark = pytest.mark.browser

LONG_DOMAIN = "a-very-long-name-of-a-domain.section.city.komorebi.example.jp"


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    """Every class of error, from a carrier and from elsewhere."""
    for number, bounce_class in enumerate(BounceClass):
        at = house.clock.now() - timedelta(days=5 * number)
        bounce(house.home.database, f"{bounce_class}@docomo.ne.jp", bounce_class, at=at)
        bounce(house.home.database, f"{bounce_class}@{LONG_DOMAIN}", bounce_class, at=at)
    context = browser.new_context(base_url=house.url, java_script_enabled=False)
    page = context.new_page()
    let_in(house, page, Role.VIEWER)
    page.goto("/admin/bounces")
    yield page
    context.close()


@pytest.mark.parametrize("width", [360, 800, 1280])
def test_charts_and_tables_fit_the_screen_unfolded(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.locator(".figures summary").click()

    table = page.get_by_role("table", name="理由ごと、週ごとの件数")
    expect(table).to_be_visible()
    for part in (table, page.locator(".strip svg").last, page.locator("#places + table")):
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_the_keyboard_narrows_it_to_one_carrier(page: Page) -> None:
    page.get_by_label("通信会社・ドメイン").focus()
    page.keyboard.type("docomo")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"\?domain=docomo#trend$"))
    expect(page.locator(".trend")).to_contain_text("docomo からのエラーだけを表示しています。")
    expect(page.locator(".trend table").last).not_to_contain_text(LONG_DOMAIN)


def test_a_screen_reader_is_told_the_numbers_of_a_chart(page: Page) -> None:
    chart = page.get_by_role("img", name="アドレスがない：週ごとの件数")

    expect(chart).to_have_accessible_description(re.compile("今週 2件。$"))


def test_paper_has_the_figures_that_the_screen_folds_away(page: Page) -> None:
    table = page.get_by_role("table", name="理由ごと、週ごとの件数")
    expect(table).to_be_hidden()

    page.emulate_media(media="print")

    expect(table).to_be_visible()
    expect(page.get_by_label("通信会社・ドメイン")).to_be_hidden()
