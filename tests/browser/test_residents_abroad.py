"""The way of somebody who reads no Japanese, from the poster to leaving, on a small phone and without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from admin.people.roles import Role
from tests.support.foreign_reader import ForeignReader
from tests.support.house import House, eventually, links_of

pytestmark = pytest.mark.browser
ADDRESS = "maria@example.com"


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    context = browser.new_context(
        base_url=house.url, viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="en"
    )
    yield context.new_page()
    context.close()


def understands(page: Page) -> None:
    """Nothing Japanese that is not marked so, and nothing beyond the edge of the phone."""
    reader = ForeignReader(page.content())
    assert (reader.languages[0], reader.japanese) == ("en", [])
    assert page.locator("html").evaluate("root => root.scrollWidth") <= 360


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    understands(page)


def link(house: House, count: int, part: str) -> str:
    letter = eventually(lambda: house.letters(ADDRESS)[count - 1 :], what=f"letter {count}")[0]
    return next(each for each in links_of(letter) if part in each)


def test_somebody_who_reads_no_japanese_registers_chooses_and_leaves(page: Page, house: House) -> None:
    viewer = house.colleague("viewer@city.example.jp", Role.VIEWER)
    page.goto("/")
    page.get_by_role("link", name="English").click()
    heading(page, "Safety alerts from Komorebi City, sent to you by email")
    expect(page.get_by_text("You need not write anything")).to_be_visible()
    mail = str(page.get_by_role("link", name="Open the email").get_attribute("href"))
    assert mail.startswith("mailto:touroku-en@mail.example.jp?subject=Register&body=Please")

    assert house.mail(ADDRESS, "touroku-en@mail.example.jp", b"Subject: Register\r\n\r\nHello\r\n") == 250
    page.goto(link(house, 1, "/r/"))
    assert house.letters(ADDRESS)[0]["Subject"] == "[Komorebi Safety Mail] Your link to sign up"
    heading(page, "Sign up with this address?")
    assert house.find(viewer, ADDRESS) == {}

    page.get_by_role("button", name="Sign up").click()
    heading(page, "You are signed up")
    assert house.find(viewer, ADDRESS)["state"] == "active"

    page.goto(link(house, 2, "/me/"))
    assert house.letters(ADDRESS)[1]["Subject"] == "[Komorebi Safety Mail] You are signed up"
    heading(page, "Change your settings")
    page.get_by_label("Weather").uncheck()
    page.get_by_role("button", name="Save these changes").click()
    heading(page, "Change your settings")
    expect(page.get_by_role("status")).to_contain_text("Your changes are saved")
    topics = house.find(viewer, ADDRESS)["topics"]
    assert isinstance(topics, list)
    assert topics
    assert "weather" not in topics

    page.goto(link(house, 2, "/stop/"))
    heading(page, "Stop the alerts?")
    page.get_by_role("button", name="Stop the alerts").click()
    heading(page, "The alerts have been stopped")
    assert house.find(viewer, ADDRESS)["state"] == "stopped"


def test_the_menu_leads_into_every_language_and_back(page: Page, house: House) -> None:
    page.goto("/bulletins")
    for name, language, title in (
        ("English", "en", "Past alerts"),
        ("中文", "zh-Hans", "以往的信息"),
        ("やさしい日本語", "ja", "今いままでの お知しらせ"),
        ("日本語", "ja", "これまでのお知らせ"),
    ):
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        assert page.locator("html").get_attribute("lang") == language
        expect(page.get_by_role("navigation").locator("[aria-current]")).to_have_text(name)
        shown = page.get_by_role("heading", level=1).evaluate("node => node.innerText")
        assert "".join(shown.split()) == "".join(title.split())
        assert page.locator("html").evaluate("root => root.scrollWidth") <= 360
