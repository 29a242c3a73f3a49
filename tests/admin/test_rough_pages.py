"""Unfinished drafts and copies on the console's pages, without a script."""

from collections.abc import Iterator

import pytest

from admin.people.roles import Role
from bulletins.drafting import Sheet
from tests.admin.whole_console import PLAIN, TEXT, Console, whole_console, words
from tests.admin.writing_form import hidden

SUSPICIOUS = "suspicious-person"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """Each test looks at the newest draft only, which is its own."""
    with whole_console(tmp_path_factory.mktemp("console")) as console:
        yield console


def save(console: Console, notice: str = "plain", **typed: str) -> int:
    """Saves an unfinished draft by the button and gives its number."""
    form = {f"field-{name}": value for name, value in typed.items()}
    form |= {"topics_all": "1", "areas_all": "1", "action": "save"}
    answer = console.browser(Role.DRAFTER).post(f"/admin/write/{notice}", data=form)
    assert answer.status_code == 303, words(answer)
    return console.desk.listed()[0].id


def copied(console: Console, notice: str = SUSPICIOUS, **changed: str) -> tuple[int, dict[str, str]]:
    """A bulletin of the notice's example, and the form of a copy of it as its page would send it."""
    template = console.desk.shelf.get(notice)
    fields = {field.name: field.default for field in template.fields} | dict(template.example) | changed
    source = console.desk.begin(Sheet(notice, fields), console.people[Role.DRAFTER])
    page = console.browser(Role.DRAFTER).get(f"/admin/write/{notice}?from={source}")
    typed = {
        f"field-{name}": "\n".join(value) if isinstance(value, list | tuple) else str(value)
        for name, value in fields.items()
    }
    return source, hidden(page) | typed | {"topics_all": "1", "areas_all": "1"}


def test_an_unfinished_draft_is_saved_and_reopened_as_it_was_typed(console: Console) -> None:
    number = save(console, SUSPICIOUS, happened_at="きのうの夕方", place="  こもれび市水車町2丁目 ", deed="")
    browser = console.browser(Role.DRAFTER)

    form, page = browser.get(f"/admin/bulletins/{number}/edit"), browser.get(f"/admin/bulletins/{number}")

    assert 'value="きのうの夕方"' in form.text
    assert "こもれび市水車町2丁目" in form.text
    assert "〔" in words(page)
    assert (form.status_code, page.status_code) == (200, 200)


def test_an_unfinished_draft_is_submitted_from_neither_page_and_the_fields_are_named(console: Console) -> None:
    number = save(console, subject="停電のお知らせ", text="")
    browser = console.browser(Role.DRAFTER)

    from_page = browser.post(f"/admin/bulletins/{number}/submit", data={"version": "1"})
    form = {**PLAIN, "field-text": "", "version": "1", "action": "submit"}
    from_form = browser.post(f"/admin/bulletins/{number}/edit", data=form)

    assert (from_page.status_code, from_form.status_code) == (422, 422)
    assert "「本文」を入力してください" in words(from_page)
    assert 'href="#f-field-text"' in from_form.text
    assert console.desk.dossier(number).bulletin.state == "draft"


@pytest.mark.parametrize("missing", ["topics_all", "areas_all"])
def test_a_draft_saved_before_anybody_was_chosen_reopens_with_nobody_chosen(console: Console, missing: str) -> None:
    browser = console.browser(Role.DRAFTER)
    form = {name: value for name, value in PLAIN.items() if name != missing}

    saved = browser.post("/admin/write/plain", data={**form, "action": "save"})
    number = console.desk.listed()[0].id
    page = browser.get(f"/admin/bulletins/{number}/edit")
    submitted = browser.post(f"/admin/bulletins/{number}/submit", data={"version": "1"})

    assert saved.status_code == 303
    box = page.text.split(f'name="{missing}"', 1)[1].split(">", 1)[0]
    assert "checked" not in box
    assert submitted.status_code == 422
    assert "1つ以上選" in words(submitted)


def test_changing_and_submitting_are_one_transaction(console: Console) -> None:
    number = console.draft()
    browser = console.browser(Role.DRAFTER)
    text = "〇〇町の一部で停電しています。復旧の見込みはまだ分かりません。"

    browser.post(
        f"/admin/bulletins/{number}/edit", data={**PLAIN, "field-text": text, "version": "1", "action": "submit"}
    )

    bulletin = console.desk.dossier(number).bulletin
    assert (bulletin.state, bulletin.version) == ("draft", 1)
    assert TEXT in bulletin.text


def test_a_copy_says_of_what_and_names_and_links_each_date_that_is_still_the_old_one(console: Console) -> None:
    source, _ = copied(console)

    page = console.browser(Role.DRAFTER).get(f"/admin/write/{SUSPICIOUS}?from={source}")

    assert f"お知らせ {source}番（2026年11月24日(火)）の写しです。日時を直してください" in words(page)
    banner = page.text.split("の写しです", 1)[1].split("</section>", 1)[0]
    assert 'href="#f-field-happened_at"' in banner


def test_the_banner_of_a_copy_stays_after_saving_until_the_date_is_new(console: Console) -> None:
    _, form = copied(console)
    browser = console.browser(Role.DRAFTER)
    browser.post(f"/admin/write/{SUSPICIOUS}", data={**form, "action": "save"})
    path = f"/admin/bulletins/{console.desk.listed()[0].id}/edit"

    reopened = browser.get(path)
    form = hidden(reopened) | {name: value for name, value in form.items() if name.startswith("field-")}
    form |= {"topics_all": "1", "areas_all": "1"}
    refused = browser.post(path, data={**form, "action": "submit"})
    renewed = {**form, "field-happened_at": "2026-11-24T08:10"}
    shown = browser.post(path, data={**renewed, "action": "preview"})
    submitted = browser.post(path, data={**renewed, "action": "submit"})

    assert "の写しです" in words(reopened)
    assert refused.status_code == 409
    assert "写したもとのお知らせと同じです" in words(refused)
    assert "の写しです" not in words(shown)
    assert submitted.status_code == 303


def test_a_copy_of_running_text_with_a_date_warns_and_may_be_submitted(console: Console) -> None:
    text = "11月20日の午後、楓町で断水します。水をためておいてください。"
    _, form = copied(console, "plain", subject="断水", text=text)
    browser = console.browser(Role.DRAFTER)

    shown = browser.post("/admin/write/plain", data={**form, "action": "preview"})
    submitted = browser.post("/admin/write/plain", data={**form, "action": "submit"})

    assert "同じ日付「11月20日」があります" in words(shown)
    assert "の写しです" in words(shown)
    assert submitted.status_code == 303


def test_the_live_preview_brings_the_banner_of_a_copy_along(console: Console) -> None:
    _, form = copied(console)

    answer = console.browser(Role.DRAFTER).post("/admin/write/preview", data=form)

    assert "<template data-copied>" in answer.text
    assert "の写しです" in answer.text


def test_a_copy_of_nothing_real_is_no_fault(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)

    for source in ("999999", "0", "x", "99999999999999999999"):
        for action in ("preview", "save"):
            answer = browser.post("/admin/write/plain", data={**PLAIN, "copied_from": source, "action": action})
            assert answer.status_code in (200, 303, 404), (source, action)
        assert browser.get(f"/admin/write/plain?from={source}").status_code == 404, source


@pytest.mark.parametrize("value", ["-1", "'", "\x00", "9" * 400, "{{ 7 }}<b>"])
def test_no_hidden_field_can_break_a_page(console: Console, value: str) -> None:
    browser = console.browser(Role.DRAFTER)
    number = console.draft()

    for field in ("version", "revision", "bulletin", "page", "writer", "kept", "copied_from"):
        for path in ("/admin/write/plain", f"/admin/bulletins/{number}/edit", "/admin/write/preview"):
            form = {**PLAIN, "notice": "plain", "version": "1", "action": "preview", field: value}
            answer = browser.post(path, data=form)
            assert answer.status_code == 200, (field, path)
            assert "<b>" not in answer.text, (field, path)
