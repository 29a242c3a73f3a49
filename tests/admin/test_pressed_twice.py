"""A button that is pressed twice, in two windows, or by two people at once."""

import httpx

from admin.people.roles import Role
from bulletins.approval import Decision
from foundation import ledger
from tests.admin.whole_console import Console, words
from tests.admin.writing_form import opened

VERSION = {"version": "1"}
REASON = {**VERSION, "return_reason": "町名が違います"}
URGENT = {**VERSION, "urgent": "1", "urgent_reason": "避難のため"}


def pressed(console: Console, who: Role, number: int, deed: str, form: dict[str, str] = VERSION) -> httpx.Response:
    return console.browser(who).post(f"/admin/bulletins/{number}/{deed}", data=form)


def begin(console: Console, number: int) -> None:
    console.desk.approve(number, Decision(no_hold=True), console.people[Role.APPROVER])
    with console.home.database.write() as session:
        assert console.home.publisher.open_due(session, at=console.clock.now()) == 1


def deeds(console: Console, number: int) -> list[str]:
    with console.home.database.read() as session:
        return [line.action for line in ledger.lines_about(session, f"bulletin:{number}")]


def test_whoever_presses_twice_is_told_what_they_did_and_it_is_done_once(console: Console) -> None:
    number, other = console.draft(), console.submitted()
    told = []
    for who, which, deed, form in (
        (Role.DRAFTER, number, "submit", VERSION),
        (Role.APPROVER, number, "approve", URGENT),
        (Role.DRAFTER, number, "pull-back", VERSION),
        (Role.APPROVER, other, "return", REASON),
    ):
        told += [pressed(console, who, which, deed, form).headers.get("location") for _ in range(2)]
    again = console.submitted()
    begin(console, again)
    for who, deed in ((Role.DRAFTER, "halt"), (Role.APPROVER, "resume"), (Role.DRAFTER, "withdraw")):
        told += [pressed(console, who, again, deed).headers.get("location") for _ in range(2)]

    done = ("submitted", "approved", "pulled-back", "returned", "halted", "resumed", "withdrawn")
    assert [(each or "").partition("done=")[2] for each in told] == [word for word in done for _ in range(2)]
    for which in (number, other, again):
        assert len(deeds(console, which)) == len(set(deeds(console, which)))


def test_a_form_that_is_submitted_twice_is_one_request_and_with_other_words_it_is_refused(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    form = opened(browser, "/admin/write/plain") | {"action": "submit"}

    answers = [browser.post("/admin/write/plain", data=form) for _ in range(2)]
    other = browser.post("/admin/write/plain", data=form | {"field-subject": "べつの件名です"})

    first, second = (each.headers["location"] for each in answers)
    assert first == second
    number = int(first.partition("?")[0].rpartition("/")[2])
    assert deeds(console, number) == ["bulletin.drafted", "bulletin.submitted"]
    assert other.status_code == 409
    assert "「承認待ち」なので" in words(other)


def test_what_a_colleague_stopped_already_is_stopped_for_everybody(console: Console) -> None:
    number = console.submitted()
    begin(console, number)
    console.desk.halt(number, console.second)

    answer = pressed(console, Role.DRAFTER, number, "halt")

    assert answer.headers["location"] == f"/admin/bulletins/{number}?done=halted"


def test_another_decision_than_the_one_that_stands_is_told_as_too_late(console: Console) -> None:
    number, given_back = console.submitted(), console.submitted()
    assert pressed(console, Role.APPROVER, number, "approve").status_code == 303
    assert pressed(console, Role.APPROVER, given_back, "return", REASON).status_code == 303

    urgent = pressed(console, Role.APPROVER, number, "approve", URGENT)
    reason = pressed(console, Role.APPROVER, given_back, "return", {**REASON, "return_reason": "日付も違います"})

    assert urgent.status_code == reason.status_code == 409
    assert "先に承認しました" in words(urgent)
    assert "「差し戻し」なので" in words(reason)
