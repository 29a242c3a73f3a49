"""The console in a real browser: one writes, another approves, the mail is read in the practice mailbox."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from admin.people.roles import Role
from tests.browser.windows import windows
from tests.support.house import House, eventually

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["with-javascript", "without-javascript"])
def desks(browser: Browser, house: House, request: pytest.FixtureRequest) -> Iterator[dict[Role, Page]]:
    """A drafter and an approver, both signed in."""
    with windows(browser, house, (Role.DRAFTER, Role.APPROVER), script=request.param) as pages:
        yield pages


def test_one_writes_another_approves_and_the_mail_arrives_as_it_was_shown(
    desks: dict[Role, Page], house: House
) -> None:
    drafter, approver = desks[Role.DRAFTER], desks[Role.APPROVER]
    house.register("taro@example.com")

    drafter.goto("/admin/write/suspicious-person?example=1")
    drafter.get_by_role("button", name="承認を依頼する").click()
    expect(drafter.locator("main")).to_contain_text("承認待ち")

    approver.goto("/admin")
    approver.get_by_role("link", name="内容を見て決める").first.click()
    expect(approver.locator("main")).to_contain_text(re.compile("登録者 ?1人.*届きます"))
    shown = approver.locator("main").inner_text()
    approver.get_by_role("button", name="承認する").click()
    expect(approver.locator("main")).to_contain_text("配信待ち")

    house.clock.set(house.home.hours.start_for(house.clock.now(), hold=house.home.settings.hold))
    house.tick()
    letter = eventually(lambda: house.letters("taro@example.com")[2:], what="the bulletin")[0]
    own_lines = str(letter.get_content()).split("登録内容の変更")[0].strip().splitlines()
    assert len(own_lines) > 8
    for line in own_lines:
        assert line.strip() in shown


def test_a_drafter_is_shown_no_way_to_approve(desks: dict[Role, Page]) -> None:
    drafter = desks[Role.DRAFTER]
    drafter.goto("/admin/write/suspicious-person?example=1")
    drafter.get_by_role("button", name="承認を依頼する").click()

    expect(drafter.get_by_role("button", name="承認する")).to_have_count(0)


def test_what_is_missing_is_said_beside_the_field_and_nothing_typed_is_lost(desks: dict[Role, Page]) -> None:
    drafter = desks[Role.DRAFTER]
    drafter.goto("/admin/write/plain")
    drafter.locator("[name=field-subject]").fill("件名だけを書きました")
    drafter.get_by_role("button", name="承認を依頼する").click()

    expect(drafter.locator("#e-field-text")).to_contain_text("＊")
    expect(drafter.locator("[name=field-subject]")).to_have_value("件名だけを書きました")
