"""Writing in a real browser: whatever happens in the middle of it, no word is lost and none is overwritten."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from admin.people.roles import Role
from admin.people.sign_in import IDLE_END
from admin.people.staff import Colleague
from bulletins.tables import Bulletin
from tests.admin.conftest import PASSWORD
from tests.admin.whole_console import Console, whole_console
from tests.support.house import eventually
from tests.support.processes import Service

pytestmark = pytest.mark.browser

WRITE = "/admin/write/plain"
SUBJECT = "[name=field-subject]"
TEXT = "[name=field-text]"
WORDS = "本日 午後3時ごろから、楓町の一部で停電しています。復旧の見込みはまだ分かりません。"
Desk = Callable[[Colleague | Role], Page]


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with whole_console(tmp_path) as console:
        yield console


@pytest.fixture
def desk(browser: Browser, console: Console) -> Iterator[Desk]:
    """A browser of its own for each person, signed in."""
    contexts: list[BrowserContext] = []

    def sit_down(who: Colleague | Role, *, script: bool = True) -> Page:
        context = browser.new_context(
            base_url=console.url, viewport={"width": 1280, "height": 900}, java_script_enabled=script
        )
        contexts.append(context)
        signed_in = console.browser(who).cookies
        context.add_cookies(
            [{"name": n, "value": v, "domain": "127.0.0.1", "path": "/admin"} for n, v in signed_in.items()]
        )
        return context.new_page()

    yield sit_down
    for context in contexts:
        context.close()


def drafts(console: Console) -> list[Bulletin]:
    return list(console.desk.listed())


def test_the_first_keys_make_one_draft_whose_page_a_reload_shows(console: Console, desk: Desk) -> None:
    page = desk(Role.DRAFTER)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(WRITE)

    page.locator(SUBJECT).press_sequentially("停電のお知らせ", delay=20)
    expect(page.locator("#saved")).to_have_text("9:00 に自動保存しました")
    expect(page).to_have_url(re.compile(r"/admin/bulletins/\d+/edit$"))
    page.locator(TEXT).fill(WORDS)
    eventually(lambda: WORDS in drafts(console)[0].text, what="the second saving")
    page.reload()

    expect(page.locator(SUBJECT)).to_have_value("停電のお知らせ")
    expect(page.locator(TEXT)).to_have_value(WORDS)
    assert [draft.version for draft in drafts(console)] == [1]
    assert faults == []


def test_a_screen_reader_hears_of_the_first_saving_only(console: Console, desk: Desk) -> None:
    page = desk(Role.DRAFTER)
    page.goto(WRITE)
    said = page.locator("#saved-said")
    page.locator(SUBJECT).fill("停電のお知らせ")
    expect(said).to_have_text("9:00 に自動保存しました")

    console.clock.move(IDLE_END / 4)
    page.locator(TEXT).fill(WORDS)

    expect(page.locator("#saved")).to_have_text("9:15 に自動保存しました")
    expect(said).to_have_text("9:00 に自動保存しました")


def test_a_form_emptied_again_leaves_no_draft_and_is_a_new_one_again(console: Console, desk: Desk) -> None:
    page = desk(Role.DRAFTER)
    page.goto(WRITE)
    page.locator(SUBJECT).fill("停")
    expect(page).to_have_url(re.compile(r"/admin/bulletins/\d+/edit$"))
    assert len(drafts(console)) == 1

    page.locator(SUBJECT).fill("")

    expect(page).to_have_url(re.compile(f"{WRITE}$"))
    assert drafts(console) == []
    page.locator(SUBJECT).fill("断水")
    expect(page).to_have_url(re.compile(r"/admin/bulletins/\d+/edit$"))
    assert len(drafts(console)) == 1


def test_submitting_in_the_middle_of_a_saving_waits_for_it(console: Console, desk: Desk) -> None:
    page = desk(Role.DRAFTER)
    page.goto(WRITE)
    page.locator(SUBJECT).fill("停電のお知らせ")
    page.locator(TEXT).fill(WORDS)
    page.wait_for_event("request", lambda request: request.url.endswith("/autosave"))
    page.get_by_role("button", name="承認を依頼する").click()

    expect(page.locator("main")).to_contain_text("承認待ち")
    assert [(draft.state, draft.version) for draft in drafts(console)] == [("submitted", 1)]


def test_two_browsers_in_one_draft_see_each_other_and_overwrite_nothing(console: Console, desk: Desk) -> None:
    number = console.draft()
    path = f"/admin/bulletins/{number}/edit"
    mine, theirs = desk(Role.DRAFTER), desk(console.second)
    mine.goto(path)
    theirs.goto(path)
    expect(theirs.locator("#company")).to_contain_text(f"{console.people[Role.DRAFTER].name}さんも、いまこの配信案を")

    mine.locator(TEXT).fill(f"{WORDS}わたしの続き。")
    expect(mine.locator("#saved")).to_contain_text("自動保存しました")
    theirs.locator(TEXT).fill(f"{WORDS}ほかの人の続き。")

    expect(theirs.locator("#trouble")).to_contain_text("先に保存しました。自動保存を止めています。")
    expect(theirs.locator(TEXT)).to_have_value(f"{WORDS}ほかの人の続き。")
    assert "わたしの続き。" in drafts(console)[0].text
    theirs.reload()
    expect(theirs.locator(TEXT)).to_have_value(f"{WORDS}ほかの人の続き。")
    theirs.get_by_role("button", name="下書きを保存").click()
    expect(theirs.locator("main")).to_contain_text("わたしの続き。")
    expect(theirs.locator(TEXT)).to_have_value(f"{WORDS}ほかの人の続き。")
    theirs.get_by_role("button", name="下書きを保存").click()
    expect(theirs.locator("main")).to_contain_text("下書きを保存しました")
    assert "ほかの人の続き。" in drafts(console)[0].text


def test_a_session_that_ends_while_typing_keeps_the_words_and_saves_after_signing_in(
    console: Console, desk: Desk
) -> None:
    page = desk(Role.DRAFTER)
    page.goto(WRITE)
    page.locator(SUBJECT).fill("停電のお知らせ")
    expect(page.locator("#saved")).to_contain_text("自動保存しました")
    console.clock.move(IDLE_END)

    page.locator(TEXT).fill(WORDS)
    expect(page.locator("#trouble")).to_contain_text("サインインが切れました")
    page.locator(TEXT).fill(f"{WORDS}まだ書けます。")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="新しいタブでサインインする").click()
    sign_in(opened.value, "drafter@example.jp")
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")

    expect(page.locator("#trouble")).to_be_hidden()
    eventually(lambda: "まだ書けます。" in drafts(console)[0].text, what="the saving")
    assert len(drafts(console)) == 1
    assert page.evaluate("sessionStorage.length") == 0


def reloaded_while_signed_out(console: Console, desk: Desk) -> Page:
    """The sign-in page a drafter stands before whose words the tab alone still has."""
    page = desk(Role.DRAFTER)
    page.goto(WRITE)
    console.clock.move(IDLE_END)
    page.locator(TEXT).fill(WORDS)
    expect(page.locator("#trouble")).to_contain_text("サインインが切れました")
    page.reload()
    return page


def test_a_page_reloaded_while_signed_out_gives_its_words_back(console: Console, desk: Desk) -> None:
    page = reloaded_while_signed_out(console, desk)
    sign_in(page, "drafter@example.jp")

    expect(page).to_have_url(re.compile(r"/admin/bulletins/\d+/edit$"))
    expect(page.locator(TEXT)).to_have_value(WORDS)
    eventually(lambda: WORDS in drafts(console)[0].text, what="the saving")
    assert page.evaluate("sessionStorage.length") == 0


def test_the_words_in_a_tab_are_given_to_nobody_else(console: Console, desk: Desk) -> None:
    page = reloaded_while_signed_out(console, desk)
    sign_in(page, "second@example.jp")

    expect(page.locator(TEXT)).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0
    assert drafts(console) == []


def test_without_a_script_a_session_that_ended_loses_nothing(console: Console, desk: Callable[..., Page]) -> None:
    page = desk(Role.DRAFTER, script=False)
    page.goto(WRITE)
    page.locator(SUBJECT).fill("停電のお知らせ")
    page.locator(TEXT).fill(WORDS)
    console.clock.move(IDLE_END)

    page.get_by_role("button", name="承認を依頼する").click()
    page.get_by_role("link", name="サインインして続きを書く").click()
    sign_in(page, "drafter@example.jp")
    expect(page.locator(TEXT)).to_have_value(WORDS)
    page.get_by_role("button", name="承認を依頼する").click()

    expect(page.locator("main")).to_contain_text("承認待ち")
    assert [draft.state for draft in drafts(console)] == ["submitted"]


def test_without_a_script_an_unfinished_draft_is_saved_and_gone_on_with(
    console: Console, desk: Callable[..., Page]
) -> None:
    page = desk(Role.DRAFTER, script=False)
    page.goto(WRITE)
    page.locator(SUBJECT).fill("停電のお知らせ")
    page.get_by_role("button", name="下書きを保存").click()

    page.get_by_role("link", name="内容を直す").click()
    page.locator(TEXT).fill(WORDS)
    page.get_by_role("button", name="承認を依頼する").click()

    expect(page.locator("main")).to_contain_text("承認待ち")
    assert [draft.state for draft in drafts(console)] == ["submitted"]


def test_the_banner_of_a_copy_goes_when_its_dates_are_new(console: Console, desk: Desk) -> None:
    page = desk(Role.DRAFTER)
    page.goto("/admin/write/suspicious-person?example=1")
    page.get_by_role("button", name="下書きを保存").click()
    page.get_by_role("link", name="この内容をもとに新しく書く").click()
    banner = page.locator("#copied")
    expect(banner).to_contain_text("の写しです。日時を直してください")

    banner.get_by_role("link").first.click()
    page.locator("[name=field-happened_at]").fill("2026-11-24T08:10")

    expect(banner).to_have_text(re.compile(r"^\s*$"))


def test_what_is_typed_while_the_page_is_still_coming_is_saved_too(desk: Desk) -> None:
    page = desk(Role.DRAFTER)
    held: list[Route] = []
    page.route("**/draft.js*", lambda route: held.append(route))  # noqa: PLW0108 -- Playwright marks what it is given
    with page.expect_request("**/draft.js*"):
        page.goto(WRITE, wait_until="commit")

    page.locator(SUBJECT).fill("停電のお知らせ")
    for script in held:
        script.continue_()

    expect(page.locator("#saved")).to_contain_text("自動保存しました")


def test_a_server_killed_in_the_middle_of_writing_loses_no_word(browser: Browser, tmp_path: Path) -> None:
    with Service(tmp_path / "var") as service:
        service.run(
            *["staff", "add", "drafter@example.jp", "--name", "担当 花子", "--role", "drafter", "--password-stdin"],
            stdin=f"{PASSWORD}\n",
        )
        context = browser.new_context(base_url=service.url)
        page = context.new_page()
        page.goto(WRITE)
        sign_in(page, "drafter@example.jp")
        page.locator(SUBJECT).fill("停電のお知らせ")
        expect(page.locator("#saved")).to_contain_text("自動保存しました")

        service.kill()
        page.locator(TEXT).fill(WORDS)
        expect(page.locator("#trouble")).to_contain_text("サーバーに届きません")
        service.start()

        expect(page.locator("#saved")).to_contain_text("自動保存しました")
        expect(page.locator("#trouble")).to_be_hidden()
        page.reload()
        expect(page.locator(SUBJECT)).to_have_value("停電のお知らせ")
        expect(page.locator(TEXT)).to_have_value(WORDS)
        page.goto("/admin/bulletins")
        expect(page.locator("tbody tr")).to_have_count(1)
        context.close()


def sign_in(page: Page, address: str) -> None:
    page.get_by_label(re.compile("アドレス")).fill(address)
    page.get_by_label(re.compile("パスワード")).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("sign-in"))
