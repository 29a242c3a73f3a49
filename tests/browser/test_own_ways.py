"""A resident on a telephone, without script: a pause, another language, leaving and taking it back, a lost link."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from admin.people.roles import Role
from tests.support.house import House, eventually, links_of

pytestmark = pytest.mark.browser
ADDRESS = "taro@example.com"


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    size = {"width": 360, "height": 740}
    context = browser.new_context(base_url=house.url, viewport=size, java_script_enabled=False)  # type: ignore[arg-type]  # Playwright's own dictionary type
    yield context.new_page()
    context.close()


@pytest.fixture
def links(house: House) -> dict[str, str]:
    """Of the completion letter."""
    house.register(ADDRESS)
    found = links_of(house.letters(ADDRESS)[-1])
    return {name: next(link for link in found if f"/{name}/" in link) for name in ("me", "stop")}


def test_a_pause_is_two_taps_and_ends_by_one(page: Page, links: dict[str, str]) -> None:
    page.goto(links["me"])
    page.get_by_text("お知らせを、しばらく止める").click()
    page.get_by_label("4週間").check()
    page.get_by_role("button", name="休む").click()

    expect(page.get_by_role("status")).to_contain_text("の朝から、また届きます")
    page.get_by_role("button", name="いますぐ再開する").click()
    expect(page.get_by_role("status")).to_contain_text("再開しました")


def test_a_language_is_one_tap_and_the_page_speaks_it(page: Page, links: dict[str, str]) -> None:
    page.goto(links["me"])

    page.get_by_role("button", name="English").click()

    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.get_by_role("status")).to_contain_text("Your language has been changed")


def test_stopping_by_mistake_is_undone_on_the_same_page(page: Page, house: House, links: dict[str, str]) -> None:
    viewer = house.colleague("viewer@city.example.jp", Role.VIEWER)
    page.goto(links["stop"])
    page.get_by_role("button", name="配信を停止する").click()
    assert house.find(viewer, ADDRESS)["state"] == "stopped"
    page.get_by_label("お知らせが多い").check()
    page.get_by_role("button", name="送る").click()

    page.get_by_role("button", name="停止を取り消す").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("停止を取り消しました")
    assert house.find(viewer, ADDRESS)["state"] == "active"


def test_a_lost_link_comes_again_by_mail_and_opens_the_page(page: Page, house: House, links: dict[str, str]) -> None:
    before = len(house.letters(ADDRESS))
    page.goto("/")
    page.get_by_role("link", name="リンクをなくしたとき").click()
    page.get_by_label("メールアドレス").fill(f"mailto:{ADDRESS}")
    page.get_by_role("button", name="リンクを受け取る").click()

    letter = eventually(lambda: house.letters(ADDRESS)[before:], what="the letter with the links")[0]

    assert links["me"] in links_of(letter)
    page.goto(links["me"])
    expect(page.get_by_role("heading", level=1)).to_contain_text("登録内容の変更")


def test_whoever_waits_for_a_mail_finds_help_in_three_taps(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="メールが届かないとき").click()
    page.get_by_role("link", name="docomo").click()
    page.get_by_role("link", name="設定を確かめた").click()

    expect(page.get_by_role("heading", level=2).first).to_contain_text("まだ10分たっていない")
