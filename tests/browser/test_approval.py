"""Approval in a real browser: the code is found in the practice mailbox, read out and typed in; and other roads."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from admin.people import staff
from admin.people.roles import Role
from foundation.addresses import Address
from tests.browser.windows import windows
from tests.support.house import House, eventually

pytestmark = pytest.mark.browser
APPROVER = f"{Role.APPROVER.value}@city.example.jp"


# What is essential without a script is walked in test_without_script.py.
@pytest.fixture
def desks(browser: Browser, house: House) -> Iterator[dict[Role, Page]]:
    """A drafter, an approver and a manager, who are named by their roles."""
    with windows(browser, house, (Role.DRAFTER, Role.APPROVER, Role.MANAGER)) as pages:
        yield pages


def submit(page: Page, path: str = "/admin/write/suspicious-person?example=1") -> str:
    """Returns the address of the bulletin's page."""
    page.goto(path)
    page.get_by_role("button", name="承認を依頼する").click()
    expect(page.locator("main")).to_contain_text("承認待ち")
    return page.url.split("?")[0]


def code(house: House, count: int = 1) -> str:
    """Of the newest of so many letters that ask the approver."""
    asked = eventually(
        lambda: [one for one in house.letters(APPROVER) if "承認依頼" in str(one["Subject"])][count - 1 :],
        what="the letter with the code",
    )
    found = re.search(r"^(\d{4} \d{4})\r?$", str(asked[-1].get_content()), re.MULTILINE)
    assert found is not None
    return found[1]


def call(page: Page, typed: str) -> None:
    page.get_by_text("電話承認（コードを読み上げてもらう）").click()
    page.get_by_role("radio", name=Role.APPROVER.label).check()
    page.get_by_label(re.compile("読み上げられたコード")).fill(typed)
    page.get_by_role("button", name="電話承認する").click()


def test_the_code_of_the_practice_mailbox_read_out_approves_and_the_approver_is_told(
    desks: dict[Role, Page], house: House
) -> None:
    drafter = desks[Role.DRAFTER]
    submit(drafter)

    call(drafter, code(house))

    expect(drafter.locator("main")).to_contain_text("配信待ち")
    expect(drafter.locator("main")).to_contain_text(f"{Role.APPROVER.label}（電話承認、入力：{Role.DRAFTER.label}）")
    eventually(
        lambda: [one for one in house.letters(APPROVER) if "電話承認の確認" in str(one["Subject"])], what="the proof"
    )


def test_returned_and_resubmitted_only_the_new_code_serves(desks: dict[Role, Page], house: House) -> None:
    drafter, approver = desks[Role.DRAFTER], desks[Role.APPROVER]
    url = submit(drafter)
    old = code(house)
    approver.goto(url)
    approver.get_by_text("差し戻す", exact=True).first.click()
    approver.get_by_label(re.compile("差し戻す理由")).fill("場所を確かめてください")
    approver.get_by_role("button", name="差し戻す").click()
    expect(approver.locator("main")).to_contain_text("差し戻しました")
    drafter.goto(url)
    expect(drafter.locator("main")).to_contain_text("場所を確かめてください")
    drafter.get_by_role("button", name="承認を依頼する").click()
    new = code(house, count=2)

    call(drafter, old)
    expect(drafter.locator("#e-code")).to_contain_text("コードが違います")
    drafter.get_by_label(re.compile("読み上げられたコード")).fill(new)
    drafter.get_by_role("button", name="電話承認する").click()

    expect(drafter.locator("main")).to_contain_text("配信待ち")


def test_a_deputys_approval_stays_on_the_first_page_until_it_is_signed_off(
    desks: dict[Role, Page], house: House
) -> None:
    approver, manager = desks[Role.APPROVER], desks[Role.MANAGER]
    with house.home.database.write() as session:
        staff.add(
            session,
            Address.parse(APPROVER),
            "代決 次郎",
            role=Role.APPROVER,
            password_hash=None,
            at=house.clock.now(),
            actor="test",
            deputy_rank=1,
        )
    url = submit(desks[Role.DRAFTER])
    approver.goto(url)
    approver.get_by_role("button", name="承認する").click()
    expect(approver.locator("main")).to_contain_text("代決 次郎（代決）")

    manager.goto("/admin")
    manager.get_by_role("link", name="確かめて後閲する").click()
    manager.get_by_role("button", name="後閲する").click()

    expect(manager.locator("main")).to_contain_text("後閲した人")
    manager.goto("/admin")
    expect(manager.get_by_text("後閲を待っています")).to_have_count(0)


def test_a_scheduled_bulletin_waits_on_the_first_page_and_starts_when_it_was_asked_for(
    desks: dict[Role, Page], house: House
) -> None:
    drafter, approver = desks[Role.DRAFTER], desks[Role.APPROVER]
    house.register("taro@example.com")
    drafter.goto("/admin/write/suspicious-person?example=1")
    drafter.get_by_text("届ける相手と日時").click()
    drafter.get_by_label(re.compile("配信を始める日時")).fill("2026-11-20T10:30")
    drafter.get_by_role("button", name="承認を依頼する").click()
    expect(drafter.locator("main")).to_contain_text("に始める予約です")
    approver.goto(drafter.url.split("?")[0])
    approver.get_by_role("button", name="承認する").click()

    approver.goto("/admin")
    expect(approver.locator("main")).to_contain_text("きょう 午前10時30分 に始まります（あと30分）")
    house.clock.set(datetime.fromisoformat("2026-11-20T10:29:00+09:00"))
    house.tick()
    assert len(house.letters("taro@example.com")) == 2
    house.clock.move(timedelta(minutes=1))
    house.tick()

    eventually(lambda: house.letters("taro@example.com")[2:], what="the bulletin")


def test_the_mail_beside_the_decision_is_as_wide_as_a_telephone_until_the_box_is_cleared(
    desks: dict[Role, Page],
) -> None:
    url = submit(desks[Role.DRAFTER])
    approver = desks[Role.APPROVER]
    approver.goto(url)
    screen = approver.locator(".as-phone__screen")

    narrow = screen.bounding_box()
    approver.get_by_label("携帯電話の幅で見る").uncheck()
    wide = screen.bounding_box()

    assert narrow is not None
    assert wide is not None
    assert narrow["width"] <= 360 < wide["width"]
