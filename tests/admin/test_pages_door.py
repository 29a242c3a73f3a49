"""The second step at the door, and the page of one's own."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pyotp
import pytest

from admin.people import api_tokens
from admin.people.roles import Role
from tests.admin.conftest import PASSWORD
from tests.admin.test_one_time_codes import set_up
from tests.admin.whole_console import Console, whole_console, words

NEW_PASSWORD = "seven quiet rivers run"


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Console]:
    """Codes are a must for those who may approve."""
    with whole_console(tmp_path, {"HANSHO_ONE_TIME_CODES": "required"}) as console:
        yield console


@pytest.fixture
def client(console: Console) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=console.url, trust_env=False, timeout=30) as client:
        yield client


def by_password(client: httpx.Client, address: str, next_: str = "") -> str:
    """Where the password leads."""
    form = {"address": address, "password": PASSWORD, "next": next_}
    return client.post("/admin/sign-in", data=form).headers["location"]


def test_with_codes_the_password_leads_to_the_second_step_and_the_code_to_where_one_wanted_to_go(
    console: Console, client: httpx.Client
) -> None:
    drafter = console.people[Role.DRAFTER]
    secret = set_up(console.home.database, console.home.keyring, drafter)
    console.clock.move(timedelta(minutes=1))
    place = by_password(client, drafter.address, "/admin/bulletins?page=2")
    assert place == "/admin/sign-in/code?next=/admin/bulletins%3Fpage%3D2"
    assert 'value="/admin/bulletins?page=2"' in client.get(place).text

    form = {"code": pyotp.TOTP(secret).at(console.clock.now()), "next": "/admin/bulletins?page=2"}
    answer = client.post("/admin/sign-in/code", data=form)

    assert answer.headers["location"] == "/admin/bulletins?page=2"
    assert client.get("/admin").status_code == 200


def test_a_half_open_sitting_reads_no_page_of_the_console(console: Console, client: httpx.Client) -> None:
    drafter = console.people[Role.DRAFTER]
    set_up(console.home.database, console.home.keyring, drafter)
    by_password(client, drafter.address)
    token = client.cookies["hansho_step"]

    for cookie in ("hansho_step", "hansho_staff"):
        client.cookies.set(cookie, token, path="/admin")
        for path in ("/admin", "/admin/me", "/admin/me/codes", "/admin/bulletins", "/admin/write/plain"):
            assert client.get(path).headers["location"].startswith("/admin/sign-in?next="), path
        for path in ("/admin/me/codes/begin", "/admin/me/sign-out-others", "/admin/me/password"):
            assert client.post(path, data={"password": PASSWORD, "old": PASSWORD}).status_code == 403
        assert client.get("/api/v1/notices", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_code_that_opened_one_browser_opens_no_other(console: Console, client: httpx.Client) -> None:
    drafter = console.people[Role.DRAFTER]
    secret = set_up(console.home.database, console.home.keyring, drafter)
    console.clock.move(timedelta(minutes=1))
    form = {"code": pyotp.TOTP(secret).at(console.clock.now())}
    by_password(client, drafter.address)
    assert client.post("/admin/sign-in/code", data=form).status_code == 303

    with httpx.Client(base_url=console.url, trust_env=False, timeout=30) as thief:
        by_password(thief, drafter.address)
        answer = thief.post("/admin/sign-in/code", data=form)

        assert answer.status_code == 403
        assert "もう使われています" in words(answer)
        assert thief.get("/admin").status_code == 303


def test_without_a_half_open_sitting_the_second_step_leads_to_the_door(client: httpx.Client) -> None:
    for path in ("/admin/sign-in/code", "/admin/sign-in/set-up"):
        assert client.get(path).headers["location"] == "/admin/sign-in?ended=1"
        assert client.post(path, data={"code": "000000"}).headers["location"] == "/admin/sign-in?ended=1"


def test_a_post_of_another_site_does_not_reach_the_second_step(client: httpx.Client) -> None:
    for path in ("/admin/sign-in/code", "/admin/sign-in/set-up", "/admin/sign-in/forgotten", "/admin/welcome/x"):
        assert client.post(path, headers={"Origin": "https://evil.example"}).status_code == 403


def test_where_codes_are_a_must_an_approver_sets_them_up_before_anything_else(strict: Console) -> None:
    approver = strict.people[Role.APPROVER]
    with httpx.Client(base_url=strict.url, trust_env=False, timeout=30) as client:
        assert by_password(client, approver.address) == "/admin/sign-in/set-up?next=/admin"
        page = client.get("/admin/sign-in/set-up")
        assert "<svg" in page.text
        assert client.get("/admin").status_code == 303
        found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", words(page))
        assert found is not None

        code = pyotp.TOTP(found[0].replace(" ", "")).at(strict.clock.now())
        answer = client.post("/admin/sign-in/set-up", data={"code": code})

        assert answer.text.count("<li><code>") == 10
        assert answer.headers["cache-control"] == "no-store"
        assert client.get("/admin").status_code == 200


def test_a_drafter_is_not_asked_for_codes(strict: Console) -> None:
    with httpx.Client(base_url=strict.url, trust_env=False, timeout=30) as client:
        assert by_password(client, strict.people[Role.DRAFTER].address) == "/admin"


def test_the_password_is_changed_by_whoever_knows_the_old_one(console: Console) -> None:
    here, elsewhere = console.browser(Role.DRAFTER), console.browser(Role.DRAFTER)
    wrong = here.post("/admin/me/password", data={"old": "not this one", "new": NEW_PASSWORD})
    weak = here.post("/admin/me/password", data={"old": PASSWORD, "new": "drafter drafter"})
    assert (wrong.status_code, weak.status_code) == (422, 422)
    assert "いまのパスワードが違います" in words(wrong)
    console.clock.move(timedelta(seconds=1))

    answer = here.post("/admin/me/password", data={"old": PASSWORD, "new": NEW_PASSWORD})

    assert answer.headers["location"] == "/admin/me?done=password-changed"
    assert here.get("/admin").status_code == 200
    assert elsewhere.get("/admin").status_code == 303


def test_guessing_the_old_password_in_an_open_browser_is_slowed(console: Console) -> None:
    here = console.browser(Role.DRAFTER)

    answers = [here.post("/admin/me/password", data={"old": "x", "new": NEW_PASSWORD}) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert "10秒ほどたってから" in words(answers[-1])


def test_all_other_browsers_are_signed_out_by_one_button(console: Console) -> None:
    here, elsewhere, colleague = (console.browser(role) for role in (Role.DRAFTER, Role.DRAFTER, Role.VIEWER))
    assert words(here.get("/admin/me")).count("最後の操作") == 2

    here.post("/admin/me/sign-out-others")

    codes = [client.get("/admin").status_code for client in (here, elsewhere, colleague)]
    assert codes == [200, 303, 200]
    assert "ほかのブラウザーをすべてサインアウト" not in words(here.get("/admin/me"))


def test_a_drafter_takes_a_token_alone_and_revokes_it(console: Console) -> None:
    here = console.browser(Role.DRAFTER)

    page = here.post("/admin/me/tokens")

    token = re.search(r'class="secret">([a-z2-7]{32})<', page.text)
    assert token is not None
    bearer = {"Authorization": f"Bearer {token[1]}"}
    assert here.get("/api/v1/notices", headers=bearer).status_code == 200
    console.browser(Role.VIEWER).post("/admin/me/tokens/1/revoke")
    assert here.get("/api/v1/notices", headers=bearer).status_code == 200
    here.post("/admin/me/tokens/1/revoke")
    assert here.get("/api/v1/notices", headers=bearer).status_code == 401


def test_an_approvers_token_waits_for_a_manager_and_is_shown_once_to_its_owner(console: Console) -> None:
    approver, manager = console.browser(Role.APPROVER), console.browser(Role.MANAGER)
    assert approver.post("/admin/me/tokens").headers["location"] == "/admin/me?done=requested"
    assert approver.post("/admin/me/tokens/collect").status_code == 409

    manager.post("/admin/people/requests/1/confirm")
    assert manager.post("/admin/me/tokens/collect").status_code == 409
    page = approver.post("/admin/me/tokens/collect")

    token = re.search(r'class="secret">([a-z2-7]{32})<', page.text)
    assert token is not None
    with console.home.database.read() as session:
        presence = api_tokens.owner(session, token[1], at=console.clock.now())
    assert presence is not None
    assert presence.me.id == console.people[Role.APPROVER].id
    assert approver.post("/admin/me/tokens/collect").status_code == 409


def test_codes_are_switched_off_by_a_code_and_only_where_they_are_no_must(console: Console) -> None:
    drafter = console.people[Role.DRAFTER]
    here = console.browser(Role.DRAFTER)
    secret = set_up(console.home.database, console.home.keyring, drafter)
    console.clock.move(timedelta(minutes=1))

    assert here.post("/admin/me/codes/off", data={"code": "000000"}).status_code == 422
    answer = here.post("/admin/me/codes/off", data={"code": pyotp.TOTP(secret).at(console.clock.now())})

    assert answer.headers["location"] == "/admin/me?done=codes-off"
    with httpx.Client(base_url=console.url, trust_env=False, timeout=30) as client:
        assert by_password(client, drafter.address) == "/admin"


def test_setting_up_codes_asks_for_the_password_first(console: Console) -> None:
    here = console.browser(Role.DRAFTER)

    answer = here.post("/admin/me/codes/begin", data={"password": "not this one"})

    assert answer.status_code == 422
    assert "<path" not in answer.text.partition("<main")[2] or "QR" not in words(answer)
    assert here.post("/admin/me/codes/confirm", data={"code": "000000"}).status_code == 422
