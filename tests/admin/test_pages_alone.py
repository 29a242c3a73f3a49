"""緊急単独配信, scheduled starts and the drill of the day on the pages and in the API."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from admin.people import api_tokens
from admin.people.roles import Role
from bulletins.drafting import Sheet
from foundation.setting_values import SettingInvalid
from foundation.settings import load
from service.checks import Verdict, findings
from service.home import Home
from tests.admin.whole_console import PLAIN, TEXT, Console, whole_console, words
from tests.support.clock import HandClock

EVENING = datetime(2026, 11, 27, 11, 5, tzinfo=UTC)  # a Friday, 20:05 in Japan
REASON = "火災が広がり、責任者に連絡が取れないため"


@pytest.fixture
def released(tmp_path: Path) -> Iterator[Console]:
    """Where one person on duty may send the notice `plain`."""
    with whole_console(tmp_path, {"HANSHO_SOLO_NOTICES": "plain"}) as console:
        yield console


def state(console: Console, number: int) -> str:
    return console.desk.dossier(number).bulletin.state


def test_off_by_default_no_page_knows_of_sending_alone(console: Console) -> None:
    number = console.draft()
    browser = console.browser(Role.DRAFTER)

    pages = [browser.get(path) for path in ("/admin", "/admin/write/plain", f"/admin/bulletins/{number}")]
    refused = [
        browser.get(f"/admin/bulletins/{number}/alone"),
        browser.post(f"/admin/bulletins/{number}/alone", data={"version": "1", "sure": "1", "urgent_reason": REASON}),
    ]

    assert all("単独" not in page.text and "/alone" not in page.text for page in pages)
    assert [answer.status_code for answer in refused] == [403, 403]
    assert state(console, number) == "draft"


def test_one_person_sends_alone_only_after_reading_that_nobody_checks_and_saying_so(released: Console) -> None:
    number = released.draft()
    browser = released.browser(Role.DRAFTER)
    path = f"/admin/bulletins/{number}/alone"

    asked = browser.get(path)
    hasty = browser.post(path, data={"version": "1", "urgent_reason": REASON})
    mute = browser.post(path, data={"version": "1", "sure": "1", "urgent_reason": " "})
    unread = browser.post(path, data={"sure": "1", "urgent_reason": REASON})
    assert state(released, number) == "draft"
    sent = browser.post(path, data={"version": "1", "sure": "1", "urgent_reason": REASON})

    assert f'href="{path}"' in browser.get(f"/admin/bulletins/{released.draft()}").text.replace("/2/", "/1/")
    assert "ほかの人は、だれも確かめません" in words(asked)
    assert TEXT in words(asked)
    assert (hasty.status_code, mute.status_code, unread.status_code, sent.status_code) == (422, 422, 409, 303)
    assert 'id="e-sure"' in hasty.text
    assert 'id="e-urgent_reason"' in mute.text
    page = words(browser.get(f"/admin/bulletins/{number}"))
    assert "配信担当者（緊急単独配信）" in page
    assert f"緊急単独配信で送りました。ほかの人は承認していません。理由：{REASON}" in page
    assert "後閲を待っています" in words(released.browser(Role.APPROVER).get("/admin"))


def test_another_notice_is_not_sent_alone(released: Console) -> None:
    event = released.home.shelf.get("event")
    number = released.desk.begin(Sheet("event", dict(event.example)), released.people[Role.DRAFTER])
    browser = released.browser(Role.DRAFTER)

    answer = browser.post(
        f"/admin/bulletins/{number}/alone", data={"version": "1", "sure": "1", "urgent_reason": REASON}
    )

    assert answer.status_code == 403
    assert "/alone" not in browser.get(f"/admin/bulletins/{number}").text
    assert state(released, number) == "draft"


def test_the_api_sends_alone_what_was_released_and_refuses_the_rest(released: Console) -> None:
    who = released.people[Role.DRAFTER]
    with released.home.database.write() as session:
        token = api_tokens.issue(session, who.id, at=released.clock.now(), actor="test")
    api = httpx.Client(
        base_url=f"{released.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30
    )
    plain = released.draft()
    event = released.desk.begin(Sheet("event", dict(released.home.shelf.get("event").example)), who)

    unsure = api.post(f"/bulletins/{plain}/send-alone", json={"reason": REASON})
    other = api.post(f"/bulletins/{event}/send-alone", json={"reason": REASON, "nobody_else_checks": True})
    sent = api.post(f"/bulletins/{plain}/send-alone", json={"reason": REASON, "nobody_else_checks": True})

    assert (unsure.status_code, other.status_code, sent.status_code) == (422, 403, 200)
    assert sent.json()["approved_by"] == "alone"
    api.close()


def test_the_api_takes_a_start_and_tells_which_opening_a_closed_one_would_become(console: Console) -> None:
    who = console.people[Role.DRAFTER]
    with console.home.database.write() as session:
        token = api_tokens.issue(session, who.id, at=console.clock.now(), actor="test")
    api = httpx.Client(
        base_url=f"{console.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30
    )
    body = {"notice": "plain", "fields": {"subject": "停電のお知らせ", "text": TEXT}}

    taken = api.post("/bulletins", json=body | {"starts_at": "2026-11-25T10:00:00+09:00"})
    closed = api.post("/bulletins", json=body | {"starts_at": "2026-11-25T20:00:00+09:00"})
    naive = api.post("/bulletins", json=body | {"starts_at": "2026-11-25T10:00:00"})
    strange = [api.post("/bulletins", json=body | {"starts_at": odd}) for odd in (5, "", "0001-01-01T00:00:00+23:59")]

    assert taken.status_code == 201
    assert taken.json()["wanted_start"] == "2026-11-25T10:00:00+09:00"
    assert taken.json()["starts_at"] is None
    assert closed.status_code == 422
    assert "11月26日(木) 午前9時" in closed.json()["detail"]
    assert [answer.status_code for answer in (naive, *strange)] == [422] * 4
    api.close()


def test_urgency_shows_the_hours_it_overrides_and_when_it_would_begin_otherwise(console: Console) -> None:
    console.clock.set(EVENING)
    number = console.submitted()

    page = words(console.browser(Role.APPROVER).get(f"/admin/bulletins/{number}"))

    assert "配信時間は 月曜日〜金曜日 午前9時〜午後5時（祝日と閉庁日を除く）。いまは 午後8時5分。" in page
    assert "緊急でなければ 11月30日(月) 午前9時 からです。" in page
    assert "きょうは配信されません。" in page
    assert "次に開くのは 11月30日(月) 午前9時 です。" in page


def test_a_start_outside_the_hours_is_told_beside_its_field_and_what_was_typed_stays(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    form = PLAIN | {"action": "save", "starts_at": "2026-11-25T20:00"}

    refused = browser.post("/admin/write/plain", data=form)
    taken = browser.post("/admin/write/plain", data=form | {"starts_at": "2026-11-25T10:00"})
    odd = browser.post("/admin/write/plain", data=form | {"starts_at": "2026-02-30T10:00"})

    assert (refused.status_code, taken.status_code, odd.status_code) == (422, 303, 422)
    assert 'id="e-starts_at"' in refused.text
    assert 'value="2026-11-25T20:00"' in refused.text
    assert "11月26日(木) 午前9時からです" in words(refused)
    assert 'value="2026-11-25T10:00"' in browser.get(taken.headers["location"].split("?")[0] + "/edit").text


def test_what_is_scheduled_stands_on_the_first_page_from_the_draft_on(console: Console) -> None:
    fields = {"subject": "停電のお知らせ", "text": TEXT}
    wanted = console.clock.now() + timedelta(hours=3)
    number = console.desk.begin(Sheet("plain", fields, starts_at=wanted), console.people[Role.DRAFTER])
    console.desk.submit(number, console.people[Role.DRAFTER])
    browser = console.browser(Role.APPROVER)

    submitted = words(browser.get("/admin"))
    console.clock.move(timedelta(hours=4))
    late = words(console.browser(Role.APPROVER).get(f"/admin/bulletins/{number}"))

    assert "きょう 正午 に始める予約です（あと3時間）。" in submitted
    assert "予約した日時（11月24日(火) 正午）は過ぎました。承認されしだい始まります。" in late


def test_the_drill_of_today_stands_in_red_on_the_first_page_until_somebody_confirms_it(console: Console) -> None:
    wanted = console.clock.now() + timedelta(hours=25)
    example = dict(console.home.shelf.get("drill").example) | {"scheduled_at": "2026-11-25 10:00"}
    number = console.desk.begin(Sheet("drill", example, starts_at=wanted), console.people[Role.DRAFTER])
    console.desk.submit(number, console.people[Role.DRAFTER])
    console.browser(Role.APPROVER).post(f"/admin/bulletins/{number}/approve", data={"version": "1"})

    before = console.browser(Role.DRAFTER).get("/admin")
    console.clock.move(timedelta(hours=24))
    browser = console.browser(Role.DRAFTER)
    today = browser.get("/admin")
    viewer = console.browser(Role.VIEWER).get("/admin")
    confirmed = browser.post(f"/admin/bulletins/{number}/confirm-drill", data={"version": "1"})

    assert "/confirm-drill" not in before.text
    assert "当日に「はじめに」の画面で確認するまで始まりません。" in words(before)
    assert "訓練の確認がまだです。" in words(today)
    assert "starts--other" in today.text
    assert "/confirm-drill" not in viewer.text
    assert confirmed.status_code == 303
    assert "訓練の確認がまだです。" not in words(browser.get("/admin"))


@pytest.mark.parametrize(
    ("method", "word", "needed"),
    [
        ("POST", "telephone", Role.DRAFTER),
        ("POST", "confirm-drill", Role.DRAFTER),
        ("GET", "alone", Role.DRAFTER),
        ("POST", "alone", Role.DRAFTER),
        ("POST", "countersign", Role.APPROVER),
    ],
)
def test_each_button_asks_for_its_role_and_for_a_signed_in_person(
    console: Console, method: str, word: str, needed: Role
) -> None:
    number = console.submitted()
    path = f"/admin/bulletins/{number}/{word}"

    for role in Role:
        answer = console.browser(role).request(method, path, data={"version": "1"} if method == "POST" else None)
        assert ("役割が必要です" in words(answer)) == (not role.may(needed)), role
    stranger = httpx.request(method, console.url + path, trust_env=False, timeout=30)
    assert stranger.status_code in (303, 403)
    assert state(console, number) == "submitted"


def test_a_notice_that_does_not_exist_stops_the_start_and_fails_the_check(tmp_path: Path, clock: HandClock) -> None:
    home = Home(load({"HANSHO_DATA": str(tmp_path), "HANSHO_SOLO_NOTICES": "plain,no-such-notice"}), clock)

    with pytest.raises(SettingInvalid, match="'no-such-notice' is no notice template"):
        _ = home.solo

    failed = [finding for finding in findings(home) if finding.verdict is Verdict.FAILED]
    assert any("HANSHO_SOLO_NOTICES" in finding.words for finding in failed)


def test_the_approver_sees_the_mail_as_wide_as_a_telephone_and_may_widen_it_without_a_script(console: Console) -> None:
    number = console.submitted()

    page = console.browser(Role.APPROVER).get(f"/admin/bulletins/{number}").text

    assert re.search(r'<input type="checkbox" class="as-phone" id="as-phone" checked>', page)
