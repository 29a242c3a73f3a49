"""Residents' pages in a real browser: with the keyboard alone, without JavaScript, on a telephone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from admin.people.roles import Role
from tests.support.house import House, eventually, links_of

pytestmark = pytest.mark.browser
ADDRESS = "taro@example.com"


@pytest.fixture(params=[True, False], ids=["with-javascript", "without-javascript"])
def page(browser: Browser, house: House, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(
        base_url=house.url, viewport={"width": 360, "height": 740}, java_script_enabled=request.param
    )
    yield context.new_page()
    context.close()


def press_tab_until(page: Page, name: str) -> None:
    """Moves the focus by the keyboard to the button or link of this name."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and name in (focused.inner_text() or ""):
            return
    raise AssertionError(f"the keyboard does not reach 「{name}」")


def invitation_link(house: House) -> str:
    assert house.mail(ADDRESS, "touroku-toshokan@mail.example.jp") == 250
    return links_of(eventually(lambda: house.letters(ADDRESS), what="the invitation")[-1])[0]


def test_a_resident_registers_and_leaves_with_the_keyboard_alone(page: Page, house: House) -> None:
    viewer = house.colleague("viewer@city.example.jp", Role.VIEWER)
    page.goto(invitation_link(house))
    assert house.find(viewer, ADDRESS) == {}

    press_tab_until(page, "登録する")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("登録")
    found = house.find(viewer, ADDRESS)
    assert (found["state"], found["place"], found["topics"]) == ("active", "toshokan", [])

    letter = eventually(lambda: house.letters(ADDRESS)[1:], what="the completion letter")[0]
    stop = next(link for link in links_of(letter) if "/stop/" in link)
    page.goto(stop)
    assert house.find(viewer, ADDRESS)["state"] == "active"
    press_tab_until(page, "停止")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("停止")
    assert house.find(viewer, ADDRESS)["state"] == "stopped"


def test_a_resident_narrows_topics_on_the_page_behind_the_link(page: Page, house: House) -> None:
    viewer = house.colleague("viewer@city.example.jp", Role.VIEWER)
    house.register(ADDRESS)
    letter = eventually(lambda: house.letters(ADDRESS)[1:], what="the completion letter")[0]
    page.goto(next(link for link in links_of(letter) if "/me/" in link))
    topic = house.home.town.topics[0]

    # Without script, the way a person would: the box for all is cleared, then the boxes beneath.
    everything = page.locator("input[name=topic_all]")
    if everything.count():
        everything.uncheck()
    for other in house.home.town.topics[1:]:
        page.locator(f"input[name=topic][value={other.key}]").uncheck()
    page.get_by_role("button", name=re.compile("保存|変更")).first.click()

    assert house.find(viewer, ADDRESS)["topics"] == [topic.key]


def test_the_web_form_says_what_is_wrong_beside_the_field_and_takes_the_same_road(page: Page, house: House) -> None:
    page.goto("/")
    page.get_by_role("textbox", name="メールアドレス").fill("taro@")
    page.get_by_role("button", name="登録用メールを受け取る").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.locator("#e-address")).to_contain_text("＊")

    page.get_by_role("textbox", name="メールアドレス").fill(ADDRESS)
    page.get_by_role("button", name="登録用メールを受け取る").click()

    letter = eventually(lambda: house.letters(ADDRESS), what="the invitation")[0]
    assert "/r/" in links_of(letter)[0]


def test_no_page_is_wider_than_a_telephone_and_nothing_comes_from_outside(browser: Browser, house: House) -> None:
    context = browser.new_context(base_url=house.url, viewport={"width": 360, "height": 740})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    house.register(ADDRESS)
    letter = eventually(lambda: house.letters(ADDRESS)[1:], what="the completion letter")[0]
    personal = [link.removeprefix(house.url) for link in links_of(letter)]

    for path in ["/", "/bulletins", "/r/nobody", "/me/nobody", "/nowhere", "/admin/sign-in", *personal]:
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, f"{path} is {width} px wide"

    assert [url for url in asked if not url.startswith(house.url)] == []
    context.close()
