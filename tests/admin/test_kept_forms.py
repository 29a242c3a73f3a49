"""A session that ends in the middle of writing: the words are back after signing in, for the one who wrote them."""

import re
from datetime import timedelta

import httpx
import pytest

from admin.frame.kept_forms import MOST_FORMS, MOST_LETTERS, KeptFormRow
from admin.people.roles import Role
from admin.people.sign_in import IDLE_END
from service.timetable import Timetable
from tests.admin.conftest import PASSWORD
from tests.admin.whole_console import TEXT, Console, words
from tests.admin.writing_form import autosave, hidden, opened

WRITE = "/admin/write/plain"


def way_back(turned_away: httpx.Response) -> str:
    found = re.search(r"/admin/write/kept/[a-z2-7]{32}", turned_away.text)
    assert found, turned_away.text
    return found[0]


def sign_in(browser: httpx.Client, address: str, next_: str = "") -> httpx.Response:
    return browser.post("/admin/sign-in", data={"address": address, "password": PASSWORD, "next": next_})


def expired(console: Console, path: str = WRITE, **typed: str) -> tuple[httpx.Client, httpx.Response]:
    """A browser whose session ended between opening the form and pressing the button."""
    browser = console.browser(Role.DRAFTER)
    form = opened(browser, path, **typed)
    console.clock.move(IDLE_END)
    return browser, browser.post(path, data={**form, "action": "save"})


def rows(console: Console) -> int:
    with console.home.database.read() as session:
        return session.query(KeptFormRow).count()


def test_what_was_written_is_back_after_signing_in_and_is_saved_once(console: Console) -> None:
    browser, turned_away = expired(console, text=f"{TEXT}<b>続き</b>{{{{ 7 }}}}")

    entered = sign_in(browser, "drafter@example.jp", way_back(turned_away))
    page = browser.get(entered.headers["location"])
    form = hidden(page) | {"field-subject": "停電", "field-text": TEXT, "topics_all": "1", "areas_all": "1"}
    saved = browser.post(WRITE, data={**form, "action": "save"})

    assert turned_away.status_code == 403
    assert f"{TEXT}<b>続き</b>{{{{ 7 }}}}" in words(page)
    assert "サインインが切れる前に書いた内容を戻しました" in words(page)
    assert saved.status_code == 303
    assert len(console.desk.listed()) == 1
    assert browser.get(way_back(turned_away)).status_code == 404, "the key served once"


def test_a_reload_before_saving_still_shows_it(console: Console) -> None:
    browser, turned_away = expired(console)
    sign_in(browser, "drafter@example.jp")

    pages = [browser.get(way_back(turned_away)) for _ in range(2)]

    assert all(TEXT in words(page) for page in pages)


def test_nobody_else_gets_it(console: Console) -> None:
    _, turned_away = expired(console)
    key = way_back(turned_away)

    others = [console.browser(who).get(key) for who in (console.second, Role.MANAGER)]
    stranger = httpx.get(console.url + key, follow_redirects=True, timeout=30)

    assert [answer.status_code for answer in others] == [404, 404]
    assert all(TEXT not in answer.text for answer in (*others, stranger))


def test_after_an_hour_it_is_gone(console: Console) -> None:
    browser, turned_away = expired(console)

    console.clock.move(timedelta(hours=1))
    sign_in(browser, "drafter@example.jp")

    assert browser.get(way_back(turned_away)).status_code == 404


def test_the_guard_against_overwriting_holds_over_the_sign_in(console: Console) -> None:
    number = console.draft()
    path = f"/admin/bulletins/{number}/edit"
    browser, turned_away = expired(console, path, text=f"{TEXT}わたしの続き。")
    other = console.browser(console.second)
    autosave(other, opened(other, path, text=f"{TEXT}ほかの人の続き。"))
    sign_in(browser, "drafter@example.jp")

    page = browser.get(way_back(turned_away))
    form = hidden(page) | {"field-subject": "停電", "field-text": f"{TEXT}わたしの続き。"}
    pressed = browser.post(path, data={**form, "topics_all": "1", "areas_all": "1", "action": "save"})

    assert "わたしの続き。" in words(page)
    assert pressed.status_code == 409
    assert "ほかの人の続き。" in words(pressed)


def test_what_is_saved_quietly_after_signing_in_is_let_go(console: Console) -> None:
    browser, turned_away = expired(console)
    sign_in(browser, "drafter@example.jp")

    autosave(browser, opened(browser, way_back(turned_away)))

    assert rows(console) == 0
    assert len(console.desk.listed()) == 1


def test_a_form_taken_for_foreign_is_not_lost_either(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    form = opened(browser, WRITE)

    refused = browser.post(WRITE, data={**form, "action": "submit"}, headers={"Origin": "https://evil.example"})

    assert refused.status_code == 403
    assert console.desk.listed() == []
    assert TEXT in words(browser.get(way_back(refused)))


@pytest.mark.parametrize("mark", ["", "x", "a" * 26])
def test_strangers_fill_no_disk_of_ours(console: Console, mark: str) -> None:
    answer = httpx.post(console.url + WRITE, data={"writer": mark, "field-text": TEXT}, timeout=30)

    assert answer.status_code == 403
    assert "/kept/" not in answer.text
    assert rows(console) == 0


def test_one_person_fills_no_disk_of_ours(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    form = opened(browser, WRITE)
    console.clock.move(IDLE_END)

    huge = browser.post(WRITE, data={**form, "field-text": "a" * MOST_LETTERS})
    many = [browser.post(WRITE, data=form) for _ in range(MOST_FORMS + 1)]

    assert "/kept/" not in huge.text
    assert "/kept/" in many[-2].text
    assert "/kept/" not in many[-1].text
    assert rows(console) == MOST_FORMS


def test_the_timetable_erases_what_nobody_came_for(console: Console) -> None:
    expired(console)

    console.clock.move(timedelta(hours=1))
    Timetable(console.home).tidy(console.clock.now())

    assert rows(console) == 0


def test_a_script_is_told_that_the_session_ended_instead_of_a_page(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    form = opened(browser, WRITE)
    console.clock.move(IDLE_END)

    answer = browser.post("/admin/write/autosave", data=form, headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()) == (401, {"state": "signed-out"})
    assert rows(console) == 0


def test_what_is_no_form_is_turned_away_without_a_fault(console: Console) -> None:
    kind = "multipart/form-data"

    answer = httpx.post(console.url + WRITE, content=b"x" * 100, headers={"Content-Type": kind}, timeout=30)

    assert answer.status_code == 403
    assert rows(console) == 0


@pytest.mark.parametrize("key", ["x", "a" * 32, "%00", "a" * 400])
def test_an_odd_key_gets_a_page_and_not_a_fault(console: Console, key: str) -> None:
    answer = console.browser(Role.DRAFTER).get(f"/admin/write/kept/{key}")

    assert answer.status_code == 404


def test_the_page_that_was_turned_away_overwrites_nothing_that_was_written_after_signing_in(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    old = opened(browser, WRITE, text=TEXT)
    autosave(browser, old)
    console.clock.move(IDLE_END)
    turned_away = browser.post(WRITE, data={**old, "action": "save"})
    sign_in(browser, "drafter@example.jp")
    again = opened(browser, way_back(turned_away), text=f"{TEXT}続きを書きました。")
    number = again["bulletin"]
    saved = browser.post(f"/admin/bulletins/{number}/edit", data={**again, "action": "save"})

    told = autosave(browser, old)

    assert saved.status_code == 303
    assert told["state"] == "stale"
    assert "続きを書きました" in console.desk.dossier(int(number)).bulletin.text
