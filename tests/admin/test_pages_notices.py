"""Notice templates on the console's pages: seen, compared, released by another person, retired."""

import json
import re

import httpx
import pytest
from sqlalchemy import select

from admin.people import api_tokens
from admin.people.roles import Role
from bulletins.drafting import Sheet
from bulletins.notice_shelf import NoticeRetired
from foundation.ledger import LedgerLine
from tests.admin.notice_editing import ADDED, edited, released, serving, typed
from tests.admin.whole_console import Console, words


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


def test_the_api_shows_what_is_released(console: Console) -> None:
    who, at = console.people[Role.VIEWER], console.clock.now()
    with console.home.database.write() as session:
        token = api_tokens.issue(session, who.id, at=at, actor="command")

    def listed() -> dict[str, int]:
        answer = httpx.get(
            f"{console.url}/api/v1/notices", headers={"Authorization": f"Bearer {token}"}, trust_env=False
        )
        return {notice["title"]: notice["version"] for notice in answer.json()}

    saved = edited(console.browser(Role.MANAGER), title="新しい名前の催し")
    before = listed()
    console.browser(Role.APPROVER).post(saved.headers["location"].partition("?")[0] + "/release")

    assert "新しい名前の催し" not in before
    assert listed()["新しい名前の催し"] == 1
