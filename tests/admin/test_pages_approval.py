"""Approval on the console's pages: by telephone, as a deputy, alone, and on the drill's day; and by the API."""

import httpx
import pytest

from admin.people import staff
from admin.people.roles import Role
from admin.people.staff import Colleague
from foundation.addresses import Address
from tests.admin.town_hall import codes_in
from tests.admin.whole_console import Console, words
from tests.subscribers.people import letters_to


def code(console: Console, who: Colleague) -> str:
    return codes_in([letter.body for letter in letters_to(console.home.database, who.address)])[-1]


def rank(console: Console, who: Colleague, number: int) -> None:
    with console.home.database.write() as session:
        staff.add(
            session,
            Address.parse(who.address),
            who.name,
            role=who.role,
            password_hash=None,
            at=console.clock.now(),
            actor="command",
            deputy_rank=number,
        )


def call(console: Console, number: int, who: Colleague, typed: str, **more: str) -> httpx.Response:
    form = {"version": "1", "telephone": "1", "approver": str(who.id), "code": typed, **more}
    return console.browser(Role.DRAFTER).post(f"/admin/bulletins/{number}/telephone", data=form)


def state(console: Console, number: int) -> str:
    return console.desk.dossier(number).bulletin.state


def test_a_clerk_types_in_the_code_and_the_page_says_by_telephone_and_by_whom(console: Console) -> None:
    number = console.submitted()
    approver = console.people[Role.APPROVER]

    form = console.browser(Role.DRAFTER).get(f"/admin/bulletins/{number}")
    answer = call(console, number, approver, code(console, approver))
    page = console.browser(Role.VIEWER).get(f"/admin/bulletins/{number}")
    sheet = console.browser(Role.VIEWER).get(f"/admin/bulletins/{number}/sheet")

    assert f'action="/admin/bulletins/{number}/telephone"' in form.text
    assert answer.headers["location"] == f"/admin/bulletins/{number}?done=telephoned"
    assert "配信責任者（電話承認、入力：配信担当者）" in words(page)
    assert "電話承認（入力：配信担当者）" in words(sheet)
    assert "電話承認です。入力した人：配信担当者。" in words(page)


def test_a_clerk_who_presses_twice_is_told_that_the_call_was_taken(console: Console) -> None:
    number = console.submitted()
    approver = console.people[Role.APPROVER]
    heard = code(console, approver)

    answers = [call(console, number, approver, heard) for _ in range(2)]
    other = call(console, number, approver, heard, urgent="1", urgent_reason="避難のため")

    assert [each.headers.get("location") for each in answers] == [f"/admin/bulletins/{number}?done=telephoned"] * 2
    assert other.status_code == 409
    assert "先に承認しました" in words(other)


def test_a_wrong_code_is_told_beside_its_field_and_nobody_has_approved(console: Console) -> None:
    number = console.submitted()

    answer = call(console, number, console.second, "00000000")

    assert answer.status_code == 422
    assert 'id="e-code"' in answer.text
    assert "あと4回まで" in words(answer)
    assert state(console, number) == "submitted"


def test_a_form_without_a_code_or_a_person_is_no_wrong_code(console: Console) -> None:
    number = console.submitted()
    holders = console.browser(Role.DRAFTER).get(f"/admin/bulletins/{number}")

    nothing = call(console, number, console.second, " ")
    nobody = console.browser(Role.DRAFTER).post(f"/admin/bulletins/{number}/telephone", data={"telephone": "1"})

    assert "承認を頼むメールが届いている人：" in words(holders)
    assert (nothing.status_code, nobody.status_code) == (422, 422)
    assert ('id="e-code"' in nothing.text, 'id="e-approver"' in nobody.text) == (True, True)
    assert "コードをまちがえました" not in words(console.browser(Role.DRAFTER).get(f"/admin/bulletins/{number}"))
    assert "あと4回まで" in words(call(console, number, console.second, "00000000"))


def test_whoever_could_approve_on_the_page_is_not_asked_for_codes_and_a_viewer_sees_none(console: Console) -> None:
    number = console.submitted()

    for role in (Role.APPROVER, Role.VIEWER):
        assert "/telephone" not in console.browser(role).get(f"/admin/bulletins/{number}").text


def test_the_submitter_takes_the_call_of_another_approver_and_never_their_own(console: Console) -> None:
    me = console.people[Role.APPROVER]
    number = console.submitted(me)
    browser = console.browser(Role.APPROVER)

    page = browser.get(f"/admin/bulletins/{number}")
    form = {"version": "1", "telephone": "1", "approver": str(me.id), "code": "12345678"}
    own = browser.post(f"/admin/bulletins/{number}/telephone", data=form)
    form |= {"approver": str(console.second.id), "code": code(console, console.second)}
    other = browser.post(f"/admin/bulletins/{number}/telephone", data=form)

    assert f'name="approver" value="{console.second.id}"' in page.text
    assert f'name="approver" value="{me.id}"' not in page.text
    assert (own.status_code, other.status_code) == (422, 303)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"version": "1"},
        {"version": "1", "approver": "x", "code": "1"},
        {"version": "1", "approver": "9" * 16, "code": "\x00<script>"},
        {"version": "2", "approver": "3", "code": "{{ 7 * 7 }}"},
        {"version": "1", "approver": "3", "code": "１" * 10_000},
    ],
)
def test_garbage_in_the_form_of_a_call_is_refused_kindly(console: Console, form: dict[str, str]) -> None:
    number = console.submitted()

    answer = console.browser(Role.DRAFTER).post(f"/admin/bulletins/{number}/telephone", data=form)

    assert answer.status_code in (409, 422)
    assert "<script>" not in answer.text.replace('<script src="/style', "")
    assert state(console, number) == "submitted"


def test_of_two_who_approve_the_second_reads_who_was_first(console: Console) -> None:
    number = console.submitted()
    console.browser(Role.APPROVER).post(f"/admin/bulletins/{number}/approve", data={"version": "1"})

    answer = console.browser(console.second).post(f"/admin/bulletins/{number}/approve", data={"version": "1"})

    assert answer.status_code == 409
    assert "配信責任者さんが、先に承認しました。" in words(answer)


def test_a_deputys_approval_bears_its_mark_everywhere_until_and_after_it_is_signed_off(console: Console) -> None:
    rank(console, console.second, 1)
    number = console.submitted()
    console.browser(console.second).post(f"/admin/bulletins/{number}/approve", data={"version": "1"})
    browser = console.browser(Role.APPROVER)

    home, page = browser.get("/admin"), browser.get(f"/admin/bulletins/{number}")
    sheet = browser.get(f"/admin/bulletins/{number}/sheet")
    signed = browser.post(f"/admin/bulletins/{number}/countersign", data={"version": "1"})

    assert "後閲を待っています" in words(home)
    assert "もう一人の責任者さんが、代決しました。" in words(home)
    assert "もう一人の責任者（代決）" in words(page)
    assert "代決です。" in words(page)
    assert "代決" in words(sheet)
    assert signed.status_code == 303
    assert "後閲を待っています" not in words(browser.get("/admin"))
    after = words(browser.get(f"/admin/bulletins/{number}"))
    assert "後閲した人配信責任者" in after.replace(" ", "")
    assert "もう一人の責任者（代決）" in after


def test_the_deputy_sees_no_button_to_sign_off_their_own_and_is_refused(console: Console) -> None:
    rank(console, console.second, 1)
    number = console.submitted()
    browser = console.browser(console.second)
    browser.post(f"/admin/bulletins/{number}/approve", data={"version": "1"})

    page = browser.get(f"/admin/bulletins/{number}")
    answer = browser.post(f"/admin/bulletins/{number}/countersign", data={"version": "1"})

    assert "/countersign" not in page.text
    assert "配信責任者の後閲を待っています。" in words(page)
    assert answer.status_code == 403
