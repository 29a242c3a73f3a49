"""The pages about staff: changed by two, let go by one, rotated in April."""

import httpx
import pyotp
import pytest
from sqlalchemy import select

from admin.people import api_tokens, one_time_codes, staff
from admin.people.roles import Role
from foundation import ledger
from foundation.addresses import Address
from foundation.ledger import LedgerLine
from tests.admin.conftest import PASSWORD
from tests.admin.staff_pages import SAKURA, colleague, letters_to, second_manager
from tests.admin.whole_console import Console, words


@pytest.fixture
def manager(console: Console) -> httpx.Client:
    return console.browser(Role.MANAGER)


@pytest.fixture
def second(console: Console) -> httpx.Client:
    return second_manager(console)


def test_one_manager_alone_raises_nobody_and_is_told_what_to_ask_for(console: Console, manager: httpx.Client) -> None:
    drafter = console.people[Role.DRAFTER]

    asked = manager.post(f"/admin/people/{drafter.id}/role", data={"role": "manager"})
    confirmed = manager.post("/admin/people/requests/1/confirm")

    assert asked.headers["location"].endswith("done=requested")
    assert confirmed.status_code == 403
    assert "ご自分が出した申請" in words(confirmed)
    assert colleague(console, drafter).role is Role.DRAFTER
    page = words(manager.get("/admin/people"))
    assert "確認できるシステム管理者が、ほかにいません" in page
    assert "hansho staff add drafter@example.jp --name '配信担当者' --role manager" in page


def test_two_managers_raise_somebody(console: Console, manager: httpx.Client, second: httpx.Client) -> None:
    drafter = console.people[Role.DRAFTER]
    manager.post(f"/admin/people/{drafter.id}/role", data={"role": "approver"})
    assert "を「配信担当者」から「配信責任者」に上げる" in words(second.get("/admin/people"))

    answer = second.post("/admin/people/requests/1/confirm")

    assert answer.headers["location"] == "/admin/people?done=request-confirmed"
    assert colleague(console, drafter).role is Role.APPROVER


def test_a_waiting_invitation_is_not_sent_by_another_button(console: Console, manager: httpx.Client) -> None:
    manager.post("/admin/people/invite", data=SAKURA | {"role": "approver"})

    assert manager.post("/admin/people/invitations/1/resend").status_code == 404
    assert letters_to(console, "sakura@example.jp") == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DRAFTER, Role.APPROVER])
def test_only_managers_touch_other_people(console: Console, role: Role) -> None:
    client = console.browser(role)
    other = console.people[Role.MANAGER].id

    gets = ["/admin/people", "/admin/people/invite", "/admin/people/rotation", f"/admin/people/{other}"]
    posts = ["invite", "rotation", "requests/1/confirm", "requests/1/decline", "invitations/1/resend"]
    posts += ["invitations/1/cancel", f"{other}/role", f"{other}/reset-codes", f"{other}/deactivate"]

    assert {client.get(path).status_code for path in gets} == {403}
    assert {client.post(f"/admin/people/{path}").status_code for path in posts} == {403}
    assert colleague(console, console.people[Role.MANAGER]).role is Role.MANAGER


@pytest.mark.parametrize("number", ["0", "99", "abc", "9" * 30, "-1", "1%2F2"])
def test_a_number_of_nobody_is_not_found(manager: httpx.Client, number: str) -> None:
    assert manager.get(f"/admin/people/{number}").status_code == 404
    for step in ("requests/{}/confirm", "requests/{}/decline", "invitations/{}/cancel", "{}/deactivate"):
        assert manager.post(f"/admin/people/{step.format(number)}").status_code == 404


def test_the_last_manager_stays_whatever_is_pressed(console: Console, manager: httpx.Client) -> None:
    me = console.people[Role.MANAGER]

    for path, form in (("deactivate", {}), ("role", {"role": "viewer"})):
        answer = manager.post(f"/admin/people/{me.id}/{path}", data=form)
        assert answer.status_code == 409
        assert "最後のシステム管理者です" in words(answer)
    leaving = manager.post("/admin/people/rotation", data={f"stays-{me.id}": "no"})
    assert leaving.status_code == 409

    assert colleague(console, me).role is Role.MANAGER
    assert manager.get("/admin/people").status_code == 200


def test_whoever_left_is_out_at_once_with_every_token(console: Console, manager: httpx.Client) -> None:
    drafter = console.people[Role.DRAFTER]
    client = console.browser(Role.DRAFTER)
    with console.home.database.write() as session:
        token = api_tokens.issue(session, drafter.id, at=console.clock.now(), actor="command")

    manager.post(f"/admin/people/{drafter.id}/deactivate")

    assert client.get("/admin").status_code == 303
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/notices", headers=bearer).status_code == 401
    assert manager.get(f"/admin/people/{drafter.id}").status_code == 404


def test_the_rotation_lets_go_and_invites_in_one_step(
    console: Console, manager: httpx.Client, second: httpx.Client
) -> None:
    people = console.people
    form = {f"stays-{who.id}": "yes" for who in people.values()} | {f"stays-{people[Role.DRAFTER].id}": "no"}
    form |= {"name-1": "新人 さくら", "address-1": "sakura@example.jp", "role-1": "drafter"}
    form |= {"name-3": "新任 かえで", "address-3": "kaede@example.jp", "role-3": "approver"}

    answer = manager.post("/admin/people/rotation", data=form)

    assert answer.headers["location"] == "/admin/people?done=rotated-asked"
    page = words(second.get("/admin/people"))
    assert "新任 かえでさん（kaede@example.jp）を「配信責任者」として招待する" in page
    assert len(letters_to(console, "sakura@example.jp")) == 1
    assert letters_to(console, "kaede@example.jp") == []
    with console.home.database.read() as session:
        assert staff.find(session, Address.parse("drafter@example.jp")) is None
        assert staff.find(session, Address.parse("approver@example.jp")) is not None


def test_one_wrong_row_stops_the_whole_rotation_and_keeps_what_was_typed(
    console: Console, manager: httpx.Client
) -> None:
    drafter = console.people[Role.DRAFTER]
    good = {f"stays-{drafter.id}": "no", "name-1": "新人 さくら", "address-1": "sakura@example.jp", "role-1": "drafter"}

    for wrong in (
        {"name-2": "新任 かえで", "address-2": "kaede", "role-2": "viewer"},
        {"name-2": "新任 かえで", "address-2": "viewer@example.jp", "role-2": "viewer"},
    ):
        answer = manager.post("/admin/people/rotation", data=good | wrong)

        assert answer.status_code == 422
        assert 'href="#f-address-2"' in answer.text
        assert 'value="新任 かえで"' in answer.text
        assert f'name="stays-{drafter.id}" value="no" checked' in answer.text
    assert letters_to(console, "sakura@example.jp") == []
    assert console.browser(Role.DRAFTER).get("/admin").status_code == 200


def test_the_ledger_tells_it_all_and_holds_no_address_and_no_name(
    console: Console, manager: httpx.Client, second: httpx.Client
) -> None:
    manager.post("/admin/people/invite", data=SAKURA | {"role": "manager"})
    second.post("/admin/people/requests/1/confirm")
    manager.post(f"/admin/people/{console.people[Role.APPROVER].id}/role", data={"role": "viewer"})

    with console.home.database.read() as session:
        lines = list(session.scalars(select(LedgerLine).order_by(LedgerLine.id)))
        assert ledger.first_broken(session) is None
    told = [(line.action, line.details) for line in lines if line.action != "staff.signed-in"][-5:]
    assert [action for action, _ in told] == [
        *("staff.invited", "staff.requested", "staff.request-confirmed", "staff.invitation-sent", "staff.role-changed")
    ]
    assert told[-1] == ("staff.role-changed", '{"after": "viewer", "before": "approver"}')
    assert all(line.origin.startswith("console:") for line in lines[-5:])
    assert not any("@" in line.details or "さくら" in line.details for line in lines)


def test_the_secret_is_shown_while_it_is_set_up_and_never_again(console: Console) -> None:
    client = console.browser(Role.DRAFTER)
    client.post("/admin/me/codes/begin", data={"password": PASSWORD})
    with console.home.database.read() as session:
        secret = one_time_codes.pending_secret(session, console.home.keyring, console.people[Role.DRAFTER].id)
    assert secret is not None
    page = client.get("/admin/me/codes")
    assert secret[:4] + " " + secret[4:8] in words(page)

    done = client.post("/admin/me/codes/confirm", data={"code": pyotp.TOTP(secret).at(console.clock.now())})

    assert done.text.count("<li><code>") == 10
    for path in ("/admin/me", "/admin/me/codes"):
        assert secret[:4] + " " + secret[4:8] not in words(client.get(path))
