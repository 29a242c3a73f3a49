"""Staff in a real browser: invited, let in with a code, raised by two."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from admin.people import staff
from admin.people.roles import Role
from foundation.addresses import Address
from tests.browser.windows import PASSWORD, hashed
from tests.support.house import House, eventually, links_of

pytestmark = pytest.mark.browser
NEW_PASSWORD = "seven quiet rivers run"
GROUPS = re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")


class Windows:
    """Browser windows of different people; each keeps its own cookies."""

    def __init__(self, browser: Browser, house: House) -> None:
        self._browser = browser
        self.house = house
        self._contexts: list[BrowserContext] = []

    def new(self) -> Page:
        context = self._browser.new_context(base_url=self.house.url, viewport={"width": 1280, "height": 900})
        self._contexts.append(context)
        return context.new_page()

    def of(self, address: str, name: str, role: Role) -> Page:
        """Entered by the command line, and signed in."""
        at = self.house.clock.now()
        with self.house.home.database.write() as session:
            mine = hashed(PASSWORD)
            staff.add(session, Address.parse(address), name, role=role, password_hash=mine, at=at, actor="test")
        page = self.new()
        page.goto("/admin/sign-in")
        by_password(page, address, PASSWORD)
        expect(page).to_have_url(re.compile("/admin$"))
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def windows(browser: Browser, house: House) -> Iterator[Windows]:
    """These pages have no script, so a browser without one does the same."""
    windows = Windows(browser, house)
    yield windows
    windows.close()


def by_password(page: Page, address: str, password: str) -> None:
    page.get_by_label(re.compile("アドレス")).fill(address)
    page.get_by_label(re.compile("パスワード")).fill(password)
    page.get_by_role("button", name="サインイン", exact=True).click()


def code(page: Page, secret: str, house: House) -> None:
    page.get_by_label(re.compile("^認証コード")).first.fill(pyotp.TOTP(secret).at(house.clock.now()))


def typed_secret(page: Page) -> str:
    """The secret as somebody would type it into a telephone."""
    found = GROUPS.search(page.locator("main").inner_text())
    assert found is not None
    return found[0].replace(" ", "")


def test_codes_are_set_up_and_sign_in_and_a_recovery_code_opens_once(windows: Windows, house: House) -> None:
    page = windows.of("approver@city.example.jp", "承認 はなこ", Role.APPROVER)
    page.get_by_role("link", name=re.compile("承認 はなこ")).click()
    page.get_by_role("link", name="認証コードを設定する").click()
    page.get_by_label(re.compile("いまのパスワード")).fill(PASSWORD)
    page.get_by_role("button", name="設定を始める").click()
    secret = typed_secret(page)
    expect(page.locator(".qr svg")).to_be_visible()
    code(page, secret, house)
    page.get_by_role("button", name="確かめて、使い始める").click()
    recovery = page.locator(".recovery code").all_inner_texts()
    assert len(recovery) == 10
    page.get_by_role("link", name="保管したので、先へ進む").click()
    expect(page.locator("main")).to_contain_text("予備コードの残り 10個")

    house.clock.move(timedelta(minutes=1))
    other = windows.new()
    other.goto("/admin/bulletins")
    by_password(other, "approver@city.example.jp", PASSWORD)
    expect(other.locator("h1")).to_have_text("認証コードを入力してください")
    code(other, secret, house)
    other.get_by_role("button", name="サインイン", exact=True).click()
    expect(other).to_have_url(re.compile("/admin/bulletins$"))

    for is_first in (True, False):
        lost = windows.new()
        lost.goto("/admin")
        by_password(lost, "approver@city.example.jp", PASSWORD)
        lost.get_by_text("スマートフォンが手元にないとき").click()
        lost.get_by_label(re.compile("予備コード")).fill(recovery[4])
        lost.get_by_role("button", name="予備コードでサインイン").click()
        if is_first:
            expect(lost).to_have_url(re.compile("/admin$"))
        else:
            expect(lost.locator("#errors")).to_contain_text("もう使われています")
            lost.goto("/admin")
            expect(lost.locator("h1")).to_have_text("サインイン")


def test_an_invitation_from_the_practice_mailbox_leads_to_the_first_sign_in(windows: Windows, house: House) -> None:
    manager = windows.of("manager@city.example.jp", "管理 いちろう", Role.MANAGER)
    manager.get_by_role("link", name="職員", exact=True).click()
    manager.get_by_role("link", name="職員を招待する").click()
    manager.get_by_label(re.compile("氏名")).fill("新人 さくら")
    manager.get_by_label(re.compile("メールアドレス")).fill("sakura@city.example.jp")
    manager.get_by_label(re.compile("配信担当者")).check()
    manager.get_by_role("button", name="招待する").click()
    expect(manager.locator("main")).to_contain_text("招待メールを送りました")
    letter = eventually(lambda: house.letters("sakura@city.example.jp"), what="the invitation")[0]

    page = windows.new()
    page.goto(links_of(letter)[0])
    page.get_by_label(re.compile("パスワード")).fill(NEW_PASSWORD)
    page.get_by_role("button", name="パスワードを決めて始める").click()
    by_password(page, "sakura@city.example.jp", NEW_PASSWORD)

    expect(page.locator(".top__me")).to_contain_text("新人 さくら")
    expect(page.locator(".top__me")).to_contain_text("配信担当者")


def test_a_role_goes_up_when_a_second_manager_says_so_too(windows: Windows) -> None:
    drafter = windows.of("drafter@city.example.jp", "配信 たろう", Role.DRAFTER)
    first = windows.of("manager@city.example.jp", "管理 いちろう", Role.MANAGER)
    first.goto("/admin/people")
    first.get_by_role("link", name="配信 たろう").click()
    first.get_by_label(re.compile("^配信責任者")).check()
    first.get_by_role("button", name="役割を変える").click()
    expect(first.locator("main")).to_contain_text("申請しました")
    expect(first.locator(".command")).to_contain_text("hansho staff add drafter@city.example.jp")
    expect(first.get_by_role("button", name=re.compile("確認する"))).to_have_count(0)
    drafter.reload()
    expect(drafter.locator(".top__me")).to_contain_text("配信担当者")

    second = windows.of("manager2@city.example.jp", "管理 じろう", Role.MANAGER)
    second.goto("/admin/people")
    second.get_by_role("button", name=re.compile("確認する")).click()

    expect(second.locator("main")).to_contain_text("確認しました")
    drafter.reload()
    expect(drafter.locator(".top__me")).to_contain_text("配信責任者")


def test_in_april_one_form_lets_go_and_invites(windows: Windows, house: House) -> None:
    windows.of("drafter@city.example.jp", "配信 たろう", Role.DRAFTER)
    manager = windows.of("manager@city.example.jp", "管理 いちろう", Role.MANAGER)
    manager.goto("/admin/people")
    manager.get_by_role("link", name="4月の異動をまとめて行う").click()
    manager.get_by_role("group", name="配信 たろうさんは4月から").get_by_label("異動（やめる）").check()
    newcomer = manager.get_by_role("group", name="1人め")
    newcomer.get_by_label(re.compile("氏名")).fill("新人 さくら")
    newcomer.get_by_label(re.compile("メールアドレス")).fill("sakura@city.example.jp")
    newcomer.get_by_label(re.compile("役割")).select_option(label="配信担当者")
    manager.get_by_role("button", name="異動を記録し、招待する").click()

    expect(manager.locator("main")).to_contain_text("異動を記録しました")
    expect(manager.locator("table")).not_to_contain_text("配信 たろう")
    expect(manager.locator("main")).to_contain_text("新人 さくら")
    assert eventually(lambda: house.letters("sakura@city.example.jp"), what="the invitation")


def test_the_pages_about_people_fit_a_telephone(windows: Windows) -> None:
    manager = windows.of("manager@city.example.jp", "管理 いちろう", Role.MANAGER)
    manager.set_viewport_size({"width": 360, "height": 740})
    pages = ["/admin/me", "/admin/me/codes", "/admin/people", "/admin/people/1", "/admin/people/invite"]

    for path in [*pages, "/admin/people/rotation"]:
        answer = manager.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert manager.evaluate("document.documentElement.scrollWidth") <= 360, path
