"""Notice templates on the console's pages, without a script: seen, edited, compared, released by another, retired."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from admin.roles import Role
from bulletins.drafting import Sheet
from bulletins.notice_shelf import NoticeRetired
from foundation.ledger import LedgerLine
from tests.admin.whole_console import Console, whole_console, words

NAMES = ["event", "plain", "drill", "evacuation", "suspicious-person", "weather-clear"]
ADDED = "どなたでも参加できます。お気軽にどうぞ。"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with whole_console(tmp_path) as console:
        yield console


def typed(page: httpx.Response) -> dict[str, str | list[str]]:
    """What a browser would post of the form as it stands."""
    form: dict[str, str | list[str]] = {}
    text = page.text.split("data-preview", 1)[1]
    for tag in re.findall(r"<input[^>]*>", text):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or ("checkbox" in tag and "checked" not in tag):
            continue
        taken = form.setdefault(name[1], [])
        assert isinstance(taken, list)
        taken.append(unescape(value[1]) if value else "")
    for name_, inner in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', text, re.DOTALL):
        form[name_] = unescape(inner)
    for name_, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        assert chosen is not None, name_
        form[name_] = unescape(chosen[1])
    return form


def edited(browser: httpx.Client, path: str = "/admin/notices/event/edit", **changes: str) -> httpx.Response:
    """The form opened, changed, and saved. `body` given as `+…` is added at the end."""
    form = typed(browser.get(path))
    if changes.get("body", "").startswith("+"):
        changes["body"] = f"{form['body']}\n{changes['body'][1:]}"
    return browser.post(path, data={**form, **changes, "action": "save"})


def released(console: Console, body: str = f"+{ADDED}") -> None:
    saved = edited(console.browser(Role.MANAGER), body=body)
    assert saved.status_code == 303, words(saved)
    path = saved.headers["location"].partition("?")[0]
    answer = console.browser(Role.APPROVER).post(f"{path}/release")
    assert answer.status_code == 303, words(answer)


def serving(console: Console) -> int:
    return console.desk.shelf.get("event").version


def test_everybody_of_the_office_sees_the_notices_with_their_mail_and_the_meaning_of_their_signs(
    console: Console,
) -> None:
    browser = console.browser(Role.VIEWER)

    paths = re.findall(r'href="(/admin/notices/[a-z-]+)"', browser.get("/admin/notices").text)
    page = browser.get("/admin/notices/event")

    assert sorted(path.rpartition("/")[2] for path in paths) == sorted(n.name for n in console.desk.shelf.all())
    assert [browser.get(path).status_code for path in paths] == [200] * len(paths)
    assert "市民防犯講習会を開催します" in words(page)
    assert "配信停止はこちら" in words(page)
    assert "{{ held_at | day }}" in words(page)
    assert "「日時」の日付" in words(page)


@pytest.mark.parametrize("name", NAMES)
def test_a_form_that_nobody_changed_saves_a_version_that_says_the_same(console: Console, name: str) -> None:
    browser = console.browser(Role.MANAGER)
    saved = edited(browser, f"/admin/notices/{name}/edit")

    page = browser.get(saved.headers["location"])

    assert "変わるところはありません" in words(page)


def test_a_new_version_serves_after_another_person_has_released_it_and_not_before(console: Console) -> None:
    saved = edited(console.browser(Role.MANAGER), body=f"+{ADDED}")
    path = saved.headers["location"].partition("?")[0]
    before = console.desk.preview(Sheet("event", console.desk.shelf.get("event").example)).text

    answer = console.browser(Role.APPROVER).post(f"{path}/release")

    after = console.desk.preview(Sheet("event", console.desk.shelf.get("event").example)).text
    assert answer.headers["location"] == "/admin/notices/event?done=notice-released"
    assert ADDED not in before
    assert ADDED in after


def test_a_manager_cannot_release_what_they_wrote_themselves(console: Console) -> None:
    browser = console.browser(Role.MANAGER)
    path = edited(browser, body=f"+{ADDED}").headers["location"].partition("?")[0]

    page, answer = browser.get(path), browser.post(f"{path}/release")

    assert "使えるようにする</button>" not in page.text
    assert "ほかの配信責任者です" in words(page)
    assert answer.status_code == 403
    assert serving(console) == 0


def test_what_changes_is_shown_line_by_line_before_it_is_released(console: Console) -> None:
    path = edited(console.browser(Role.MANAGER), body=f"+{ADDED}").headers["location"]

    page = console.browser(Role.APPROVER).get(path)

    assert len(re.findall(rf"<ins>.*?{ADDED}</ins>", page.text)) == 2  # in the mail and in what it is made from
    assert "<del>" not in page.text


def test_another_version_cannot_be_slipped_under_a_release(console: Console) -> None:
    """The approver read the first proposal; meanwhile there is a second."""
    manager, approver = console.browser(Role.MANAGER), console.browser(Role.APPROVER)
    first = edited(manager, body=f"+{ADDED}").headers["location"].partition("?")[0]
    edited(manager, body="+別のことを書きました。")

    answer = approver.post(f"{first}/release")

    assert answer.status_code == 409
    assert serving(console) == 0


def test_a_release_pressed_twice_is_told_the_second_time(console: Console) -> None:
    path = edited(console.browser(Role.MANAGER), body=f"+{ADDED}").headers["location"].partition("?")[0]
    browser = console.browser(Role.APPROVER)

    answers = [browser.post(f"{path}/release").status_code for _ in range(2)]

    assert answers == [303, 409]


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"body": "+{{ venu }}"}, "body", "本文の35行目：「venu」という項目は"),
        ({"body": "+{% if cost %}"}, "body", "終わっていません"),
        ({"body": "+{% for i in range(10**9) %}{% endfor %}"}, "body", "くり返しは"),
        ({"body": "+{{ 'a' * 10**9 }}"}, "body", "計算や呼び出しなどは書けません"),
        ({"body": "+担当部署：にせの課"}, "body", "自動で付きます"),
        ({"body": "+配信停止はこちら"}, "body", "自動で付きます"),
        ({"body": ""}, "body", "空にはできません"),
        ({"body": "x" * 8001}, "body", "8000文字まで"),
        ({"subject": "{{ titel }}"}, "subject", "「titel」"),
        ({"subject": ""}, "subject", "空にはできません"),
        ({"title": ""}, "title", "空にはできません"),
        ({"title": "改\x07行"}, "title", "制御文字"),
        ({"order": "はじめ"}, "order", "整数で"),
        ({"expires": "soon"}, "expires", "90m"),
        ({"category": "ほかの市－ない"}, "categories", "市の設定"),
        ({"field-cost-default": "{{ 1 + 1 }}"}, "field-cost-default", "書けません"),
        ({"field-venue-label": ""}, "field-venue-label", "空にはできません"),
        ({"field-venue-example": ""}, "field-venue-example", "入力してください"),
        ({"field-held_at-example": "あした"}, "field-held_at-example", "のように"),
    ],
)
def test_what_would_not_serve_is_refused_beside_its_field_and_nothing_typed_is_lost(
    console: Console, changes: dict[str, str], field: str, told: str
) -> None:
    browser = console.browser(Role.MANAGER)

    answer = edited(browser, help="のこる文字です", **changes)

    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text or field == "categories"
    assert f'href="#f-{field}"' in answer.text
    assert told in words(answer)
    assert "のこる文字です" in answer.text
    assert "はじめから付いている版" in words(browser.get("/admin/notices/event"))
    assert "第1版" not in words(browser.get("/admin/notices/event"))


def test_the_note_that_nobody_reads_replies_cannot_be_taken_away(console: Console) -> None:
    """Neither by leaving it out nor by naming only others."""
    browser = console.browser(Role.MANAGER)
    form = typed(browser.get("/admin/notices/event/edit"))
    form["notes"] = ["not_evacuation"]

    saved = browser.post("/admin/notices/event/edit", data={**form, "action": "save"})

    mail = words(browser.get(saved.headers["location"])).partition("記入例のメール 差出人")[2]
    assert "※市の避難情報とは別の情報です" in mail
    assert "※返信メールは受け付けておりません。 担当部署：こもれび市地域安全課 登録内容の変更はこちら" in mail
    assert "配信停止はこちら" in mail


def test_the_kind_and_the_reach_of_a_notice_are_not_for_the_form_to_change(console: Console) -> None:
    browser = console.browser(Role.MANAGER)
    form = typed(browser.get("/admin/notices/event/edit"))
    sneaked = {"kind": "test", "to_all": "1", "fine_place": "1", "field-venue-kind": "text", "field-venue-name": "x"}

    saved = browser.post("/admin/notices/event/edit", data={**form, **sneaked, "action": "save"})

    assert "変わるところはありません" in words(browser.get(saved.headers["location"]))


def test_two_people_on_one_notice_are_told_and_neither_is_overwritten(console: Console) -> None:
    browser = console.browser(Role.MANAGER)
    form = typed(browser.get("/admin/notices/event/edit"))
    edited(browser, body="+先に保存した人の文です。")

    mine = {**form, "body": f"{form['body']}\n{ADDED}"}
    answer = browser.post("/admin/notices/event/edit", data={**mine, "action": "save"})
    again = browser.post("/admin/notices/event/edit", data={**mine, "newest": "1", "action": "save"})

    assert answer.status_code == 409
    assert ADDED in answer.text
    assert 'name="newest" value="1"' in answer.text
    assert "/admin/notices/event/versions/1" in answer.text
    assert again.headers["location"].startswith("/admin/notices/event/versions/2")
    assert "先に保存した人の文です。" in words(browser.get("/admin/notices/event/versions/1"))


def test_labels_choices_defaults_and_order_of_fields_can_be_changed(console: Console) -> None:
    saved = edited(
        console.browser(Role.MANAGER),
        **{
            "field-venue-label": "集まる場所",
            "field-rain-choices": "雨天決行\r\n雨のときは次の日",
            "field-cost-default": "無料（{{ town.name }}が負担します）",
            "field-venue-place": "1",
            "expires": "6h",
        },
    )
    console.browser(Role.APPROVER).post(saved.headers["location"].partition("?")[0] + "/release")

    notice = console.desk.shelf.get("event")
    venue, cost, rain = (notice.field(name) for name in ("venue", "cost", "rain"))
    assert venue is not None
    assert cost is not None
    assert rain is not None
    assert venue.label == "集まる場所"
    assert [field.name for field in notice.fields[:2]] == ["title", "venue"]
    assert rain.choices == ("雨天決行", "雨のときは次の日")
    assert cost.default == "無料（こもれび市が負担します）"
    assert notice.expires_after.total_seconds() == 6 * 3600


def test_html_and_signs_in_a_template_are_shown_as_text(console: Console) -> None:
    browser = console.browser(Role.MANAGER)

    saved = edited(browser, body="+<script>alert(1)</script>", help="<b>太字</b>")

    for page in (browser.get(saved.headers["location"]), browser.get("/admin/notices/event/edit")):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<b>太字" not in page.text
        assert "&lt;script&gt;" in page.text


def test_the_preview_shows_the_mail_as_it_would_be_and_saves_nothing(console: Console) -> None:
    browser = console.browser(Role.MANAGER)
    form = typed(browser.get("/admin/notices/event/edit"))

    answer = browser.post("/admin/notices/event/preview", data={**form, "body": f"{form['body']}\n{ADDED}"})
    broken = browser.post("/admin/notices/event/preview", data={**form, "body": "{{ x"})

    assert ADDED in words(answer)
    assert "<form" not in answer.text
    assert broken.status_code == 200
    assert "閉じ忘れ" in words(broken)
    assert "確認待ち" not in words(browser.get("/admin/notices/event"))


def test_a_new_notice_begins_as_a_copy_and_is_offered_once_released(console: Console) -> None:
    manager, approver, drafter = (console.browser(r) for r in (Role.MANAGER, Role.APPROVER, Role.DRAFTER))

    saved = edited(manager, "/admin/notices/event/copy", title="防災の催し")
    path = saved.headers["location"].partition("?")[0]
    before = words(drafter.get("/admin/write"))
    listed = words(drafter.get("/admin/notices"))
    approver.post(f"{path}/release")

    assert path == "/admin/notices/event-2/versions/1"
    assert "防災の催し" not in before
    assert "確認を待っている新しい定型文 防災の催し" in listed
    assert drafter.get("/admin/notices/event-2").status_code == 200
    assert "防災の催し" in words(drafter.get("/admin/write"))
    assert drafter.get("/admin/write/event-2?example=1").status_code == 200
    assert serving(console) == 0
    again = edited(manager, "/admin/notices/event-2/copy", title="もう一つの催し")
    assert "/event-3/" in again.headers["location"]


def test_a_retired_notice_is_not_offered_and_old_bulletins_stay_whole(console: Console) -> None:
    manager, drafter = console.browser(Role.MANAGER), console.browser(Role.DRAFTER)
    example = dict(console.desk.shelf.get("event").example)
    number = console.desk.begin(Sheet("event", example), console.people[Role.DRAFTER])

    answer = manager.post("/admin/notices/event/retire")

    assert answer.headers["location"].endswith("?done=notice-retired")
    assert "/admin/write/event" not in re.findall(r'href="([^"]+)"', drafter.get("/admin/write").text)
    assert drafter.get("/admin/write/event").status_code == 409
    with pytest.raises(NoticeRetired):
        console.desk.begin(Sheet("event", example), console.people[Role.DRAFTER])
    assert drafter.get(f"/admin/bulletins/{number}").status_code == 200
    assert drafter.get(f"/admin/bulletins/{number}/edit").status_code == 200
    assert "使うのをやめた定型文" in words(drafter.get("/admin/notices"))
    manager.post("/admin/notices/event/restore")
    assert drafter.get("/admin/write/event").status_code == 200


@pytest.mark.parametrize("name", ["plain", "correction", "retraction"])
def test_what_mends_a_wrong_mail_cannot_be_retired(console: Console, name: str) -> None:
    browser = console.browser(Role.MANAGER)

    assert browser.post(f"/admin/notices/{name}/retire").status_code == 403
    assert "使うのをやめる" not in words(browser.get(f"/admin/notices/{name}"))


def test_a_draft_tells_that_its_notice_changed_keeps_its_words_and_takes_the_new_ones_when_saved(
    console: Console,
) -> None:
    example = dict(console.desk.shelf.get("event").example)
    number = console.desk.begin(Sheet("event", example), console.people[Role.DRAFTER])
    browser = console.browser(Role.DRAFTER)
    before = words(browser.get(f"/admin/bulletins/{number}"))
    released(console)

    page = words(browser.get(f"/admin/bulletins/{number}"))
    kept = console.desk.dossier(number).bulletin.text
    form = browser.get(f"/admin/bulletins/{number}/edit")
    posted = {**typed(form), "topics": ["prevention"], "areas_all": "1", "action": "save"}
    saved = browser.post(f"/admin/bulletins/{number}/edit", data=posted)

    assert "定型文が変わりました" not in before
    assert "定型文が変わりました" in page
    assert ADDED not in kept
    assert "定型文が変わりました" in words(form)
    assert saved.status_code == 303, words(saved)
    assert ADDED in console.desk.dossier(number).bulletin.text
    assert "定型文が変わりました" not in words(browser.get(f"/admin/bulletins/{number}"))


def test_the_ledger_names_the_notice_its_versions_and_from_where(console: Console) -> None:
    released(console)

    with console.home.database.read() as session:
        lines = session.scalars(select(LedgerLine).where(LedgerLine.subject == "notice:event").order_by(LedgerLine.id))
        told = [(line.action, json.loads(line.details), line.origin) for line in lines]
    assert [(action, details) for action, details, _ in told] == [
        ("notice.edited", {"version": 1, "before": 0}),
        ("notice.released", {"version": 1, "before": 0}),
    ]
    assert all(origin.startswith("console:") for _, _, origin in told)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DRAFTER, Role.APPROVER])
def test_only_a_manager_edits_copies_retires_and_restores(console: Console, role: Role) -> None:
    browser = console.browser(role)

    for path in ("edit", "copy", "preview", "retire", "restore"):
        assert browser.post(f"/admin/notices/event/{path}").status_code == 403, path
    for path in ("edit", "copy"):
        assert browser.get(f"/admin/notices/event/{path}").status_code == 403, path


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DRAFTER])
def test_who_may_not_approve_decides_on_no_version(console: Console, role: Role) -> None:
    path = edited(console.browser(Role.MANAGER), body=f"+{ADDED}").headers["location"].partition("?")[0]
    browser = console.browser(role)

    assert browser.get(path).status_code == 200
    assert browser.post(f"{path}/release").status_code == 403
    assert browser.post(f"{path}/dismiss").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "unknown",
        "..%2f..%2fetc",
        "%2e%2e",
        "event%00",
        "EVENT",
        "a" * 300,
        "event/versions/9",
        "event/versions/x",
        "event/versions/-1",
        "event/versions/99999999999999999999",
        "unknown/versions/0",
        "event/edit?version=7",
        "event/edit?version=x",
        "unknown/edit",
        "unknown/copy",
    ],
)
def test_an_odd_address_gets_a_page_and_not_a_fault(console: Console, path: str) -> None:
    answer = console.browser(Role.MANAGER).get(f"/admin/notices/{path}")

    assert answer.status_code in (404, 409)


@pytest.mark.parametrize("form", [{}, {"made_from": "x"}, {"made_from": "9"}, {"made_from": "0", "newest": "-1"}])
def test_a_form_without_its_version_gets_a_page_and_not_a_fault(console: Console, form: dict[str, str]) -> None:
    browser = console.browser(Role.MANAGER)

    for path in ("edit", "copy", "preview"):
        answer = browser.post(f"/admin/notices/event/{path}", data={**form, "action": "save"})
        assert answer.status_code in (404, 409, 422), path


def test_the_api_shows_what_is_released(console: Console) -> None:
    saved = edited(console.browser(Role.MANAGER), title="まだ出さない名前")
    titles = [notice.title for notice in console.desk.shelf.all()]
    console.browser(Role.APPROVER).post(saved.headers["location"].partition("?")[0] + "/release")

    assert "まだ出さない名前" not in titles
    assert "まだ出さない名前" in [notice.title for notice in console.desk.shelf.all()]
