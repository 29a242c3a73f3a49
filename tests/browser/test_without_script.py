"""The essentials of the console in a real browser that runs no script: signed in, written, approved, halted, sent."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from admin.people.roles import Role
from bulletins.life import BulletinState
from tests.browser.by_keyboard import Person, begin_delivery, bulletins, employ, end, state, window
from tests.browser.conftest import FRIDAY_MORNING
from tests.browser.windows import PASSWORD
from tests.subscribers.people import Desk
from tests.support.clock import HandClock
from tests.support.house import House, eventually

pytestmark = pytest.mark.browser

RESIDENT = "taro@example.com"
SUBJECT = "停電のお知らせ"
TEXT = "本日 午後3時ごろから、楓町の一部で停電しています。復旧の見込みはまだ分かりません。"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Nothing is sent until its sender is woken."""
    clock = HandClock(FRIDAY_MORNING)
    with House(tmp_path / "var", f"sqlite:///{tmp_path / 'hansho.db'}", clock, sender_rests=True) as house:
        Desk(house.home.database, clock, house.home.registration).register(RESIDENT)
        yield house


@pytest.fixture
def desks(browser: Browser, house: House) -> Iterator[tuple[Page, Page]]:
    """A drafter's window and that of an approver who has one-time codes."""
    with ExitStack() as open_windows:
        pages = []
        for person in (employ(house, Role.DRAFTER), employ(house, Role.APPROVER, codes=True)):
            page = open_windows.enter_context(window(browser, house, script=False))
            sign_in(page, house, person)
            pages.append(page)
        yield pages[0], pages[1]


def sign_in(page: Page, house: House, person: Person) -> None:
    page.goto("/admin")
    page.get_by_label(re.compile("アドレス")).fill(person.address)
    page.get_by_label(re.compile("パスワード")).fill(PASSWORD)
    page.get_by_role("button", name="サインイン", exact=True).click()
    if person.secret:
        page.get_by_label(re.compile("^認証コード")).fill(pyotp.TOTP(person.secret).at(house.clock.now()))
        page.get_by_role("button", name="サインイン", exact=True).click()
    expect(page).to_have_url(re.compile("/admin$"))


def test_a_bulletin_is_written_saved_submitted_approved_halted_and_sent_without_a_script(
    desks: tuple[Page, Page], house: House
) -> None:
    drafter, approver = desks
    number = _saved_in_two_steps_and_submitted(drafter)
    approver.reload()
    approver.get_by_role("link", name=re.compile("内容を見て決める")).click()
    expect(approver.locator(".letter__text").first).to_contain_text(TEXT)
    approver.get_by_role("button", name="承認する").click()
    expect(approver.locator("main")).to_contain_text("配信待ち")
    begin_delivery(house)

    drafter.goto("/admin")
    drafter.get_by_role("button", name="一時停止").click()
    expect(drafter.locator("main")).to_contain_text("一時停止しました。")
    house.wake_sender()
    # Older and of the same sender: when this has come, the bulletin would have.
    eventually(lambda: len(house.letters(RESIDENT)) == 2, what="the sender's other letters")
    assert bulletins(house, RESIDENT) == []
    approver.goto(f"/admin/bulletins/{number}")
    approver.get_by_role("button", name="再開する").click()

    eventually(lambda: bulletins(house, RESIDENT) == [SUBJECT], what="the bulletin")
    end(house, number)
    approver.reload()
    expect(approver.locator("main")).to_contain_text("配信を終えました")


def _saved_in_two_steps_and_submitted(drafter: Page) -> int:
    drafter.get_by_role("link", name="新しく書く").last.click()
    drafter.get_by_role("link", name="自由文").click()
    drafter.get_by_role("textbox", name="件名").fill(SUBJECT)
    drafter.get_by_role("button", name="下書きを保存").click()
    expect(drafter.locator("main")).to_contain_text("下書きを保存しました。")
    drafter.get_by_role("link", name="内容を直す").click()
    expect(drafter.get_by_role("textbox", name="件名")).to_have_value(SUBJECT)
    drafter.get_by_role("button", name="承認を依頼する").click()
    expect(drafter.locator("#errors")).to_contain_text("入力を確かめてください（1件）")
    drafter.get_by_role("textbox", name="本文").fill(TEXT)
    drafter.get_by_role("button", name="承認を依頼する").click()
    expect(drafter.locator("main")).to_contain_text("承認を依頼しました。")
    return int(drafter.url.partition("?")[0].rpartition("/")[2])


def test_the_way_in_and_the_faults_have_the_focus_without_a_script(desks: tuple[Page, Page]) -> None:
    drafter, _ = desks

    drafter.goto("/admin/write/plain")
    drafter.get_by_role("button", name="承認を依頼する").click()
    expect(drafter.locator("#errors")).to_be_focused()
    drafter.keyboard.press("Tab")
    drafter.keyboard.press("Enter")
    expect(drafter.locator("[name=field-subject]")).to_be_focused()
    drafter.goto("/admin/write")
    expect(drafter.get_by_label("警察などの文章を貼り付ける")).to_be_focused()
    drafter.get_by_role("button", name="サインアウト").click()
    expect(drafter.get_by_role("status")).to_be_focused()


def test_enter_approves_nothing_without_a_script(desks: tuple[Page, Page], house: House) -> None:
    drafter, approver = desks
    number = _saved_in_two_steps_and_submitted(drafter)
    approver.goto(f"/admin/bulletins/{number}")

    approver.get_by_role("checkbox", name=re.compile("緊急配信")).check()
    approver.keyboard.press("Enter")
    reason = approver.get_by_label(re.compile("緊急の理由"))
    reason.fill("すぐに知らせるため")
    reason.press("Enter")

    expect(reason).to_have_value("すぐに知らせるため")
    assert state(house, number) == BulletinState.SUBMITTED
