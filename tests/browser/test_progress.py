"""A delivery followed in a real browser: the figures move in place, and the page turns over when it is finished."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from admin.people.roles import Role
from bulletins.life import BulletinState
from tests.admin.under_way import begun, come_to, move
from tests.admin.whole_console import whole_console

pytestmark = pytest.mark.browser


def test_the_figures_move_without_a_reload_until_the_delivery_is_finished(browser: Browser, tmp_path: Path) -> None:
    with whole_console(tmp_path) as console:
        number = begun(console, audience=1000)
        move(console, number, {f"d{place}.jp": {"sent": 10} for place in range(12)})
        context = browser.new_context(base_url=console.url, viewport={"width": 360, "height": 740})
        signed_in = console.browser(Role.APPROVER).cookies
        context.add_cookies([{"name": name, "value": value, "url": console.url} for name, value in signed_in.items()])
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"/admin/bulletins/{number}?done=resumed")
        page.evaluate("window.same = true")
        page.locator("summary", has_text="ほかのドメイン（2）").press("Enter")

        console.clock.move(timedelta(seconds=5))
        move(console, number, {"d0.jp": {"sent": 50}, "new.jp": {"sent": 1, "failed": 4}})

        expect(page.locator("[data-word=sent]")).to_have_text("171")
        expect(page.locator("[data-word=left]")).to_have_text("あと約2分")
        expect(page.locator("#domains-largest tr").first).to_contain_text("毎秒 10件")
        expect(page.locator("#domains-others tr")).to_have_count(3)
        expect(page.locator("#domains-others")).to_be_visible()
        expect(page.locator("[data-word=missed]")).to_have_text("届かなかったのは 4件です。")
        assert page.locator("progress").get_attribute("value") == "175"
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        # Not each second is spoken of, but what changes the matter is, at once.
        said = page.locator("#progress-said")
        expect(said).to_have_text("")
        console.clock.move(timedelta(seconds=20))
        expect(said).to_contain_text("送信が進んでいません")
        expect(page.locator("[data-word=stands]")).to_be_visible()
        expect(page.locator("[data-word=left]")).to_be_hidden()
        assert page.evaluate("window.same")

        come_to(console, number, BulletinState.SENT)

        expect(page.locator("main")).to_contain_text("配信を終えました")
        expect(page).to_have_url(re.compile(f"/admin/bulletins/{number}$"))
        # Who stood at the other domains still does.
        expect(page.locator("summary", has_text="ほかのドメイン")).to_be_focused()
        page.get_by_role("link", name="届かなかった人を見る").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("届かなかった人")
        page.locator("summary", has_text="再送").press("Enter")
        expect(page.get_by_role("button", name="再送する")).to_be_visible()
        assert faults == []
        context.close()
