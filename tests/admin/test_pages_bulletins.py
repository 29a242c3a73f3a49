"""One bulletin on the console's pages: who sees which button, and what a refusal looks like."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from admin.people.roles import Role
from bulletins.approval import Decision
from bulletins.drafting import Sheet
from bulletins.life import BulletinState
from tests.admin.whole_console import TEXT, Console, words


def state(console: Console, number: int) -> str:
    return console.desk.dossier(number).bulletin.state


def test_an_approver_reads_the_mail_its_reach_and_its_start_and_approves(console: Console) -> None:
    console.resident("a@example.jp")
    console.resident("b@example.jp", every_area=False)
    number = console.submitted()
    browser = console.browser(Role.APPROVER)

    page = browser.get(f"/admin/bulletins/{number}")
    answer = browser.post(f"/admin/bulletins/{number}/approve", data={"version": "1"})

    assert TEXT in words(page)
    assert "こもれび市の登録者 2人全員に届きます。" in words(page)
    assert "配信を始めるのは きょう 午前9時1分" in words(page)
    assert answer.headers["location"] == f"/admin/bulletins/{number}?done=approved"
    assert state(console, number) == "waiting"


def test_the_approver_reads_for_whom_it_is_and_until_when_it_is_tried(console: Console) -> None:
    everybody = console.submitted()
    chosen = Sheet(
        "plain",
        {"subject": "断水", "text": TEXT},
        topics=[topic.key for topic in console.home.town.topics[:2]],
        areas=[console.home.town.areas[0].key],
        expires_after=timedelta(hours=6),
    )
    some = console.desk.begin(chosen, console.people[Role.DRAFTER])
    console.desk.submit(some, console.people[Role.DRAFTER])
    browser = console.browser(Role.APPROVER)
    first, second = (topic.label for topic in console.home.town.topics[:2])

    for suffix in ("", "/sheet"):
        whole = words(browser.get(f"/admin/bulletins/{everybody}{suffix}"))
        part = words(browser.get(f"/admin/bulletins/{some}{suffix}"))

        assert "すべての配信区分／市内全域" in whole
        assert f"配信区分：{first}、{second}／地域：{console.home.town.areas[0].label}" in part
        assert "始めてから6時間" in part


def test_a_start_on_another_day_stands_in_red_with_its_name(console: Console) -> None:
    console.clock.set(datetime(2026, 11, 27, 12, 0, tzinfo=UTC))
    number = console.submitted()

    page = console.browser(Role.APPROVER).get(f"/admin/bulletins/{number}")

    assert "starts--other" in page.text
    assert "11月30日(月) 午前9時" in words(page)
    assert "いまは配信時間の外です" in words(page)


def test_the_submitter_sees_why_they_cannot_approve_and_is_refused(console: Console) -> None:
    number = console.submitted(console.people[Role.APPROVER])
    browser = console.browser(Role.APPROVER)

    page = browser.get(f"/admin/bulletins/{number}")
    answer = browser.post(f"/admin/bulletins/{number}/approve", data={"version": "1"})

    assert "あなたが承認を依頼したお知らせなので" in words(page)
    assert f"/admin/bulletins/{number}/approve" not in page.text
    assert answer.status_code == 403
    assert "自分では承認できません" in words(answer)
    assert state(console, number) == "submitted"


@pytest.mark.parametrize("version", ["2", "", "x"])
def test_only_the_version_that_was_read_is_approved(console: Console, version: str) -> None:
    number = console.submitted()

    answer = console.browser(Role.APPROVER).post(f"/admin/bulletins/{number}/approve", data={"version": version})

    assert answer.status_code == 409
    assert state(console, number) == "submitted"


def test_urgent_without_a_reason_is_refused_beside_the_field_and_with_one_it_goes(console: Console) -> None:
    number = console.submitted()
    browser = console.browser(Role.APPROVER)
    path = f"/admin/bulletins/{number}/approve"

    refused = browser.post(path, data={"version": "1", "urgent": "1"})
    taken = browser.post(path, data={"version": "1", "urgent": "1", "urgent_reason": "火災が広がっている"})
    page = browser.get(f"/admin/bulletins/{number}")

    assert refused.status_code == 422
    assert 'id="e-urgent_reason"' in refused.text
    assert taken.status_code == 303
    assert "緊急配信として承認しました。理由：火災が広がっている" in words(page)


def test_returning_needs_a_reason_that_the_drafter_then_reads(console: Console) -> None:
    number = console.submitted()
    approver, drafter = console.browser(Role.APPROVER), console.browser(Role.DRAFTER)
    path = f"/admin/bulletins/{number}/return"

    refused = approver.post(path, data={"version": "1"})
    approver.post(path, data={"version": "1", "return_reason": "町名が違います"})

    assert refused.status_code == 422
    assert "町名が違います" in words(drafter.get("/admin"))
    assert re.search(r'button--main[^>]*href="[^"]*/edit"', drafter.get(f"/admin/bulletins/{number}").text)
    assert "町名が違います" in words(drafter.get(f"/admin/bulletins/{number}/edit"))


def test_a_no_from_an_old_page_does_not_undo_another_one_s_yes(console: Console) -> None:
    number = console.submitted()
    late = console.browser(Role.APPROVER)
    console.desk.approve(number, Decision(), console.second)

    answer = late.post(f"/admin/bulletins/{number}/return", data={"version": "1", "return_reason": "町名が違います"})

    assert answer.status_code == 409
    assert f"{console.second.name}さんが、先に承認しました。止めるときは、" in words(answer)
    assert f'action="/admin/bulletins/{number}/pull-back"' in answer.text
    assert state(console, number) == "waiting"


def test_within_the_hold_a_drafter_pulls_it_back_by_one_button(console: Console) -> None:
    number = console.waiting()
    browser = console.browser(Role.DRAFTER)

    page = browser.get("/admin")
    answer = browser.post(f"/admin/bulletins/{number}/pull-back", data={"version": "1"})

    assert f'action="/admin/bulletins/{number}/pull-back"' in page.text
    assert answer.status_code == 303
    assert state(console, number) == "returned"


def test_a_page_that_lags_behind_gets_a_banner(console: Console) -> None:
    number = console.waiting()
    browser = console.browser(Role.APPROVER)

    answers = [browser.post(f"/admin/bulletins/{number}/{deed}", data={"version": "1"}) for deed in ("halt", "resume")]

    for answer in answers:
        assert answer.status_code == 409
        assert "「配信待ち」なので" in words(answer)


def test_what_changed_after_the_page_was_opened_is_not_submitted_unseen(console: Console) -> None:
    number = console.draft()
    console.desk.change(number, Sheet("plain", {"subject": "断水", "text": TEXT}), console.second)
    browser = console.browser(Role.DRAFTER)

    stale = browser.post(f"/admin/bulletins/{number}/submit", data={"version": "1"})
    fresh = browser.post(f"/admin/bulletins/{number}/submit", data={"version": "2"})

    assert stale.status_code == 409
    assert "内容が変わりました" in words(stale)
    assert fresh.status_code == 303


def test_the_page_reloads_itself_only_while_something_moves(console: Console) -> None:
    resting, moving = console.submitted(), console.waiting()
    browser = console.browser(Role.VIEWER)

    assert 'http-equiv="refresh"' not in browser.get(f"/admin/bulletins/{resting}").text
    assert 'http-equiv="refresh"' in browser.get(f"/admin/bulletins/{moving}").text


def test_the_sheet_is_a_request_before_approval_and_a_record_after(console: Console) -> None:
    number = console.submitted()
    browser = console.browser(Role.VIEWER)
    path = f"/admin/bulletins/{number}/sheet"

    before = words(browser.get(path))
    console.browser(Role.APPROVER).post(f"/admin/bulletins/{number}/approve", data={"version": "1", "no_hold": "1"})
    with console.home.database.write() as session:
        console.home.publisher.open_due(session, at=console.clock.now())
    after = words(browser.get(path))

    assert "配信伺" in before
    assert "本文（以下の内容で配信します）" in before
    assert "本文（以下の内容で配信しています）" in after
    assert "令和8年11月24日（予定）" in before
    assert "配信記録" in after
    assert "配信時刻午前9時" in after
    assert "一般－お知らせ－その他" in after
    assert "配信責任者" in after


def test_the_list_is_filtered_by_state_and_paged(console: Console) -> None:
    for _ in range(31):
        console.draft()
    submitted = console.submitted()
    browser = console.browser(Role.VIEWER)

    first = browser.get("/admin/bulletins?state=draft")
    second = browser.get("/admin/bulletins?state=draft&before=2")
    strange = browser.get("/admin/bulletins?state=x&before=-1")

    assert f"/admin/bulletins/{submitted}" not in first.text
    assert "?before=2&amp;state=draft" in first.text
    assert 'href="/admin/bulletins/1"' in second.text
    assert strange.status_code == 200


def test_an_old_bulletin_is_found_by_words_of_its_mail(console: Console) -> None:
    water = console.desk.begin(
        Sheet("plain", {"subject": "断水", "text": f"100%の家で <b>Water</b>{TEXT}"}), console.second
    )
    console.draft()
    browser = console.browser(Role.VIEWER)

    def found(words: str) -> list[str]:
        answer = browser.get("/admin/bulletins", params={"words": words})
        assert answer.status_code == 200
        assert "<b>" not in answer.text
        return re.findall(r'<a href="/admin/bulletins/(\d+)">', answer.text)

    assert found("断水 water") == [str(water)]
    assert found("100%の") == [str(water)]
    assert found("断水 電車") == found("<b>断水") == found("断水\x00\x01'" + "水" * 2_000) == []
    assert len(found("%")) == 1, "no sign is a wild one"
    assert len(found(" ")) == 2


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_only_buttons_that_the_rooms_would_grant(console: Console, role: Role) -> None:
    number = console.submitted()

    page = console.browser(role).get(f"/admin/bulletins/{number}").text

    assert ("/approve" in page) == role.may(Role.APPROVER)
    assert ("/withdraw" in page) == role.may(Role.DRAFTER)
    assert state(console, number) == BulletinState.SUBMITTED


@pytest.mark.parametrize("number", ["999", "0", "x", "99999999999999999999"])
def test_an_unknown_bulletin_is_a_page_that_says_so(console: Console, number: str) -> None:
    browser = console.browser(Role.APPROVER)

    for answer in (
        browser.get(f"/admin/bulletins/{number}"),
        browser.get(f"/admin/bulletins/{number}/sheet"),
        browser.post(f"/admin/bulletins/{number}/halt", data={"version": "1"}),
    ):
        assert answer.status_code == 404
        assert "お知らせが見つかりません" in words(answer)
