"""In a real browser: what was wrong is put right in one click, and a drill gives way to the real thing."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from admin.people.roles import Role
from bulletins.drafting import find
from bulletins.life import BulletinState
from tests.browser.windows import windows
from tests.support.house import House, eventually

pytestmark = pytest.mark.browser
WRONG = "【訂正】先ほどのメールについて"


# What is essential without a script is walked in test_without_script.py.
@pytest.fixture
def desks(browser: Browser, house: House) -> Iterator[dict[Role, Page]]:
    """A drafter and an approver, both signed in."""
    with windows(browser, house, (Role.DRAFTER, Role.APPROVER)) as pages:
        yield pages


def submit_example(page: Page, notice: str) -> int:
    page.goto(f"/admin/write/{notice}?example=1")
    return submit(page)


def submit(page: Page) -> int:
    page.get_by_role("button", name="承認を依頼する").click()
    expect(page.locator("main")).to_contain_text("承認待ち")
    return int(page.url.partition("?")[0].rpartition("/")[2])


def approve(page: Page, number: int) -> None:
    page.goto(f"/admin/bulletins/{number}")
    with page.expect_navigation():
        page.get_by_role("button", name="承認する").click()


def state(house: House, number: int) -> str:
    with house.home.database.read() as session:
        return find(session, number).state


def deliver(house: House, number: int) -> None:
    house.clock.move(timedelta(minutes=2))

    def is_sent() -> bool:
        house.tick()
        return state(house, number) == BulletinState.SENT

    eventually(is_sent, what="the end of the delivery")


def subjects(house: House, address: str) -> list[str]:
    return [str(letter["Subject"]) for letter in house.letters(address)]


def test_what_was_delivered_is_corrected_in_one_click_for_exactly_those_who_have_it(
    desks: dict[Role, Page], house: House
) -> None:
    drafter, approver = desks[Role.DRAFTER], desks[Role.APPROVER]
    house.register("taro@example.com")
    first = submit_example(drafter, "suspicious-person")
    approve(approver, first)
    deliver(house, first)
    house.register("late@example.com")

    drafter.goto(f"/admin/bulletins/{first}")
    drafter.get_by_role("link", name="訂正を書く").click()
    expect(drafter.get_by_label(re.compile("誤りのあったメールの件名"))).to_have_value(re.compile("不審"))
    drafter.get_by_label(re.compile("（誤）")).fill("1丁目")
    drafter.get_by_label(re.compile("（正）")).fill("2丁目")
    second = submit(drafter)
    expect(drafter.locator("main")).to_contain_text(
        f"お知らせ{first}番を送った 1人のうち、いまも登録している 1人に届きます。"
    )
    approve(approver, second)
    deliver(house, second)

    assert WRONG in subjects(house, "taro@example.com")
    assert WRONG not in subjects(house, "late@example.com")
    approver.goto(f"/bulletins/{first}")
    expect(approver.get_by_role("link", name=WRONG).first).to_be_visible()


def test_a_drill_is_refused_while_a_real_warning_is_in_force(desks: dict[Role, Page], house: House) -> None:
    drafter, approver = desks[Role.DRAFTER], desks[Role.APPROVER]
    house.register("taro@example.com")
    real = submit_example(drafter, "weather")
    approve(approver, real)
    deliver(house, real)
    drill = submit_example(drafter, "drill")

    approve(approver, drill)

    expect(approver.get_by_role("alert").first).to_contain_text(
        f"（お知らせ {real}番）が有効なあいだは、訓練を配信できません"
    )
    expect(approver.get_by_role("region", name="訓練")).to_be_visible()
    assert state(house, drill) == BulletinState.SUBMITTED
    assert all("訓練" not in each for each in subjects(house, "taro@example.com"))


def test_pages_with_a_drill_and_a_chain_fit_a_telephone(desks: dict[Role, Page], house: House) -> None:
    drafter, approver = desks[Role.DRAFTER], desks[Role.APPROVER]
    drill = submit_example(drafter, "drill")
    approve(approver, drill)
    deliver(house, drill)
    approver.set_viewport_size({"width": 360, "height": 740})

    for path in (
        "/admin",
        "/admin/bulletins",
        f"/admin/bulletins/{drill}",
        f"/admin/bulletins/{drill}/sheet",
        f"/admin/write/retraction?follows={drill}",
        "/bulletins",
        f"/bulletins/{drill}",
    ):
        answer = approver.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert approver.evaluate("document.documentElement.scrollWidth") <= 360, path
