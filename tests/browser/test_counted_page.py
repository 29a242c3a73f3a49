"""The counter that the promises of few actions rest on."""

import pytest
from playwright.sync_api import Browser

from tests.support.counted_page import CountedPage

pytestmark = pytest.mark.browser

PAGE = """data:text/html,<textarea onpaste="document.title='pasted'"></textarea><input>
<select><option>a</option><option>b</option></select><button onclick="document.title='clicked'">go</button>"""


def test_each_thing_done_is_one_action_and_is_really_done(browser: Browser) -> None:
    page = browser.new_page()
    counted = CountedPage(page)

    counted.open(PAGE)
    counted.paste(page.locator("textarea"), "貼り付け\n二行目")
    title_after_pasting = page.title()
    counted.fill(page.locator("input"), "書いた")
    counted.choose(page.locator("select"), "b")
    counted.click(page.locator("button"))
    counted.press("Tab")

    assert counted.actions == 6
    assert title_after_pasting == "pasted"
    assert page.locator("textarea").input_value() == "貼り付け\n二行目"
    assert (page.locator("input").input_value(), page.locator("select").input_value()) == ("書いた", "b")
    assert page.title() == "clicked"
    page.close()


def test_looking_costs_nothing(browser: Browser) -> None:
    page = browser.new_page()
    counted = CountedPage(page)
    counted.open(PAGE)

    page.locator("textarea").input_value()
    page.title()

    assert counted.actions == 1
    page.close()
