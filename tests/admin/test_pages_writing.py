"""Writing a bulletin on the console's pages, without a script."""

import re
from datetime import timedelta

import pytest

from admin.people.roles import Role
from bulletins.drafting import Sheet
from tests.admin.whole_console import PLAIN, TEXT, Console, words


def test_every_notice_is_one_click_away_and_its_example_fills_the_form(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)

    paths = re.findall(r'href="(/admin/write/[a-z-]+)"', browser.get("/admin/write").text)

    assert sorted(path.rpartition("/")[2] for path in paths) == sorted(n.name for n in console.desk.shelf.all())
    for path in paths:
        empty, filled = browser.get(path), browser.get(f"{path}?example=1")
        assert (empty.status_code, filled.status_code) == (200, 200), path
        assert "か所、入力や選び直しが必要です" not in words(filled), path


def test_a_draft_is_saved_and_shown_as_it_will_be_mailed(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)

    answer = browser.post("/admin/write/plain", data={**PLAIN, "action": "save"})
    page = browser.get(answer.headers["location"])

    assert answer.status_code == 303
    assert page.headers["cache-control"] == "no-store"
    assert "下書きを保存しました" in words(page)
    assert TEXT in words(page)
    assert "配信停止はこちら" in words(page)


def test_submitting_saves_and_asks_for_approval_at_once(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)

    answer = browser.post("/admin/write/plain", data={**PLAIN, "action": "submit"})

    assert answer.headers["location"].endswith("?done=submitted")
    assert [bulletin.state for bulletin in console.desk.listed()] == ["submitted"]


def test_what_is_missing_is_told_at_the_top_and_beside_the_field_and_nothing_typed_is_lost(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)

    answer = browser.post("/admin/write/plain", data={**PLAIN, "field-text": "", "action": "submit"})

    assert answer.status_code == 422
    assert 'href="#f-field-text"' in answer.text
    assert 'id="e-field-text"' in answer.text
    assert "文字しかありません" not in words(answer), "what is empty is not called short"
    assert 'value="停電のお知らせ"' in answer.text
    assert console.desk.listed() == []


def test_a_blocking_check_keeps_the_form_and_says_what_to_mend(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    text = "〇〇町の一部で停電しています。復旧の見込みはまだ分かりません。"

    answer = browser.post("/admin/write/plain", data={**PLAIN, "field-text": text, "action": "submit"})

    assert answer.status_code == 409
    assert "「〇〇」が残っています" in words(answer)
    assert text in answer.text
    assert console.desk.listed() == []


@pytest.mark.parametrize("missing", ["topics_all", "areas_all"])
def test_nobody_is_chosen_by_accident(console: Console, missing: str) -> None:
    browser = console.browser(Role.DRAFTER)
    form = {name: value for name, value in PLAIN.items() if name != missing}

    answer = browser.post("/admin/write/plain", data={**form, "action": "submit"})

    assert answer.status_code == 422
    assert "1つ以上選" in words(answer)


def test_the_enter_key_previews_and_saves_nothing(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    page = browser.get("/admin/write/plain").text

    first_button = re.search(r"<button[^>]*>", page.split("data-preview", 1)[1])
    answer = browser.post("/admin/write/plain", data={**PLAIN, "action": "preview"})

    assert first_button is not None
    assert 'value="preview"' in first_button[0]
    assert TEXT in words(answer)
    assert console.desk.listed() == []


def test_the_live_preview_is_the_mail_alone_and_escapes_what_was_typed(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    form = {**PLAIN, "notice": "plain", "field-subject": "<script>alert(1)</script>"}

    answer = browser.post("/admin/write/preview", data=form)

    assert answer.status_code == 200
    assert "<form" not in answer.text
    assert "<template data-told>" in answer.text
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_two_people_on_one_draft_see_both_texts_and_neither_is_overwritten(console: Console) -> None:
    number = console.draft()
    browser = console.browser(Role.DRAFTER)
    theirs = "明日の午前中、断水します。水をためておいてください。ご協力をお願いします。"
    console.desk.change(number, Sheet("plain", {"subject": "断水", "text": theirs}), console.second)

    answer = browser.post(f"/admin/bulletins/{number}/edit", data={**PLAIN, "version": "1", "action": "save"})

    assert answer.status_code == 409
    assert theirs in words(answer)
    assert TEXT in words(answer)
    assert "消えた行：件名：断水" in words(answer)
    assert "増えた行：件名：停電のお知らせ" in words(answer)
    assert console.desk.dossier(number).bulletin.text.startswith(theirs)
    assert 'name="version" value="2"' in answer.text


def test_a_draft_that_was_submitted_meanwhile_is_not_changed(console: Console) -> None:
    number = console.submitted()
    browser = console.browser(Role.DRAFTER)

    answer = browser.post(f"/admin/bulletins/{number}/edit", data={**PLAIN, "version": "1", "action": "save"})

    assert answer.status_code == 409
    assert "「承認待ち」なので、変更できません" in words(answer)


def test_a_correction_starts_with_what_it_corrects_and_stays_linked(console: Console) -> None:
    number = console.waiting()
    console.clock.move(timedelta(minutes=2))
    with console.home.database.write() as session:
        console.home.publisher.open_due(session, at=console.clock.now())
    browser = console.browser(Role.DRAFTER)

    page = browser.get(f"/admin/write/correction?follows={number}")
    form = {"field-sent_at": "2026-11-24T09:00", "field-sent_subject": "停電", "field-item": "日時"}
    form |= {"field-wrong": "午後3時", "field-right": "午後4時", "topics_all": "1", "areas_all": "1"}
    browser.post("/admin/write/correction", data={**form, "follows": str(number), "action": "save"})

    assert 'value="停電のお知らせ"' in page.text
    assert console.desk.listed()[0].follows_id == number


@pytest.mark.parametrize(
    "path",
    [
        "/admin/write/unknown",
        "/admin/write/plain?from=999",
        "/admin/write/plain?follows=x",
        "/admin/bulletins/0/edit",
        "/admin/bulletins/99999999999999999999/edit",
    ],
)
def test_an_odd_address_gets_a_page_and_not_a_fault(console: Console, path: str) -> None:
    answer = console.browser(Role.DRAFTER).get(path)

    assert answer.status_code in (404, 409)
    assert "はじめの画面へ" in words(answer)


def test_a_viewer_writes_nothing(console: Console) -> None:
    browser = console.browser(Role.VIEWER)

    assert browser.get("/admin/write").status_code == 403
    assert browser.post("/admin/write/plain", data={**PLAIN, "action": "save"}).status_code == 403


@pytest.mark.parametrize("action", ["preview", "save", "submit"])
def test_a_bulletin_that_follows_nothing_real_is_refused_in_words(console: Console, action: str) -> None:
    browser = console.browser(Role.DRAFTER)

    answer = browser.post("/admin/write/plain", data={**PLAIN, "follows": "999999", "action": action})

    assert answer.status_code in (200, 404, 422)
    assert TEXT in answer.text, "what was typed is still there"
