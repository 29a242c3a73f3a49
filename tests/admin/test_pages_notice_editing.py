"""Editing a notice template on the console's pages, without a script."""

import pytest

from admin.people.roles import Role
from tests.admin.notice_editing import ADDED, edited, serving, typed
from tests.admin.whole_console import Console, words

NAMES = ["event", "plain", "drill", "evacuation", "suspicious-person", "weather-clear"]


@pytest.mark.parametrize("name", NAMES)
def test_a_form_that_nobody_changed_saves_a_version_that_says_the_same(console: Console, name: str) -> None:
    browser = console.browser(Role.MANAGER)
    saved = edited(browser, f"/admin/notices/{name}/edit")

    page = browser.get(saved.headers["location"])

    assert "変わるところはありません" in words(page)


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


@pytest.mark.parametrize("form", [{}, {"made_from": "x"}, {"made_from": "9"}, {"made_from": "0", "newest": "-1"}])
def test_a_form_without_its_version_gets_a_page_and_not_a_fault(console: Console, form: dict[str, str]) -> None:
    browser = console.browser(Role.MANAGER)

    for path in ("edit", "copy", "preview"):
        answer = browser.post(f"/admin/notices/event/{path}", data={**form, "action": "save"})
        assert answer.status_code in (404, 409, 422), path
