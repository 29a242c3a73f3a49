"""Notice templates in a real browser: a manager writes a new version, an approver releases it, the next mail has it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from admin.people.roles import Role
from tests.browser.windows import windows
from tests.support.house import House

pytestmark = pytest.mark.browser
ADDED = "★どなたでも参加できます。"


# What is essential without a script is walked in test_without_script.py.
@pytest.fixture
def desks(browser: Browser, house: House) -> Iterator[dict[Role, Page]]:
    """Who writes, who releases and who uses it, all signed in."""
    with windows(browser, house, (Role.DRAFTER, Role.APPROVER, Role.MANAGER)) as pages:
        yield pages


def write_version(manager: Page) -> None:
    manager.goto("/admin/notices")
    manager.get_by_role("link", name=re.compile("催し（講習会")).click()
    manager.get_by_role("link", name="この定型文を直す").click()
    body = manager.locator("[name=body]")
    body.fill(f"{body.input_value()}\n{ADDED}")
    manager.get_by_role("button", name="保存して確認を頼む").click()
    expect(manager.locator("main")).to_contain_text("新しい版を保存しました")


def test_a_new_version_is_in_the_next_mail_once_another_person_released_it(desks: dict[Role, Page]) -> None:
    manager, approver, drafter = desks[Role.MANAGER], desks[Role.APPROVER], desks[Role.DRAFTER]
    write_version(manager)
    expect(manager.get_by_role("button", name="使えるようにする")).to_have_count(0)
    drafter.goto("/admin/write/event?example=1")
    expect(drafter.locator("#preview")).not_to_contain_text(ADDED)

    approver.goto("/admin/notices")
    approver.get_by_role("link", name=re.compile("催し（講習会")).click()
    approver.get_by_role("link", name="変わるところを見る").click()
    expect(approver.locator("ins").first).to_contain_text(ADDED)
    approver.get_by_role("button", name="使えるようにする").click()

    expect(approver.locator("main")).to_contain_text("新しい版を使えるようにしました")
    drafter.goto("/admin/write/event?example=1")
    expect(drafter.locator("#preview")).to_contain_text(ADDED)


def test_a_fault_is_told_beside_the_text_and_what_was_typed_stays(desks: dict[Role, Page]) -> None:
    manager = desks[Role.MANAGER]
    manager.goto("/admin/notices/event/edit")

    manager.locator("[name=body]").fill("{{ subject }}\n{{ venu }}")
    manager.get_by_role("button", name="保存して確認を頼む").click()

    expect(manager.locator("#e-body")).to_contain_text("本文の2行目：「venu」")
    expect(manager.locator("[name=body]")).to_have_value("{{ subject }}\n{{ venu }}")


def test_a_field_that_is_at_fault_stands_open(desks: dict[Role, Page]) -> None:
    manager = desks[Role.MANAGER]
    manager.goto("/admin/notices/event/edit")
    manager.locator("summary", has_text="費用").click()

    manager.locator("[name=field-cost-default]").fill("{{ 1 + 1 }}")
    manager.get_by_role("button", name="保存して確認を頼む").click()

    expect(manager.locator("[name=field-cost-default]")).to_be_visible()
    expect(manager.locator("#e-field-cost-default")).to_be_visible()


def test_the_mail_follows_the_typing(desks: dict[Role, Page]) -> None:
    manager = desks[Role.MANAGER]
    manager.goto("/admin/notices/event/edit")

    manager.locator("[name=subject]").fill("{{ title }}へどうぞ")

    expect(manager.locator("#preview .letter__head")).to_contain_text("市民防犯講習会へどうぞ")
    manager.locator("[name=subject]").fill("{{ title")
    expect(manager.locator("#preview")).to_contain_text("閉じ忘れ")
