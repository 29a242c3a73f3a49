"""Notice templates in a real browser: a manager writes a new version, an approver releases it, the next mail has it."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from admin.roles import Role
from tests.browser.test_office import sign_in
from tests.support.house import House

pytestmark = pytest.mark.browser
ADDED = "★どなたでも参加できます。"


# What is essential without a script is walked in test_without_script.py.
@pytest.fixture(params=[True], ids=["with-javascript"])
def has_script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def desks(browser: Browser, house: House, *, has_script: bool) -> Iterator[dict[Role, Page]]:
    """A browser window each for who writes, who releases and who uses it, all signed in."""
    pages = {}
    for role in (Role.DRAFTER, Role.APPROVER, Role.MANAGER):
        context = browser.new_context(
            base_url=house.url, viewport={"width": 1280, "height": 900}, java_script_enabled=has_script
        )
        pages[role] = context.new_page()
        sign_in(house, pages[role], role)
    yield pages
    for page in pages.values():
        page.context.close()


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


def test_the_mail_follows_the_typing_or_the_button(desks: dict[Role, Page], *, has_script: bool) -> None:
    manager = desks[Role.MANAGER]
    manager.goto("/admin/notices/event/edit")

    manager.locator("[name=subject]").fill("{{ title }}へどうぞ")
    if not has_script:
        manager.get_by_role("button", name="プレビューを更新").click()

    expect(manager.locator("#preview .letter__head")).to_contain_text("市民防犯講習会へどうぞ")
    manager.locator("[name=subject]").fill("{{ title")
    if not has_script:
        manager.get_by_role("button", name="プレビューを更新").click()
    expect(manager.locator("#preview")).to_contain_text("閉じ忘れ")


def test_every_page_of_the_notices_is_open_to_all_and_fits_a_telephone(
    desks: dict[Role, Page], *, has_script: bool
) -> None:
    manager = desks[Role.MANAGER]
    write_version(manager)
    paths = ["", "/event", "/event/versions/1", "/event/versions/0", "/event/edit", "/evacuation/copy"]

    for path in paths:
        manager.set_viewport_size({"width": 360, "height": 740})
        manager.goto(f"/admin/notices{path}")
        assert manager.evaluate("document.documentElement.scrollWidth") <= 360, path
        manager.set_viewport_size({"width": 1280, "height": 900})
        if not has_script:
            continue  # axe is a script itself
        found = Axe().run(manager, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        assert found.response["violations"] == [], path
