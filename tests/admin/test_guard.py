"""Who passes, who does not, and what they are told."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from admin.frame.guard import local_path
from admin.people import api_tokens
from admin.people.sign_in import StaffSession
from admin.people.staff import Colleague
from foundation.database import Database
from foundation.tokens import Keyring
from tests.admin.console import console, sign_in
from tests.support.clock import HandClock

URL = "http://mail.city.example.jp"


@pytest.fixture
def client(database: Database, clock: HandClock, keyring: Keyring) -> Iterator[httpx.Client]:
    with console(database, clock, keyring, public_url=URL) as client:
        yield client


@pytest.fixture
def token(database: Database, clock: HandClock, drafter: Colleague) -> str:
    with database.write() as session:
        return api_tokens.issue(session, drafter.id, at=clock.now(), actor="command")


def test_a_stranger_is_led_to_the_door_and_back_again(client: httpx.Client) -> None:
    answer = client.get("/admin/for-viewer?state=draft&page=2")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/admin/sign-in?next=/admin/for-viewer%3Fstate%3Ddraft%26page%3D2"


def test_each_role_opens_its_own_pages_and_those_below(client: httpx.Client, drafter: Colleague) -> None:
    sign_in(client, drafter.address)

    codes = [client.get(f"/admin/for-{role}").status_code for role in ("viewer", "drafter", "approver", "manager")]

    assert codes == [200, 200, 403, 403]


def test_too_low_a_role_is_told_which_one_is_needed(client: httpx.Client, drafter: Colleague) -> None:
    sign_in(client, drafter.address)

    answer = client.get("/admin/for-approver")

    assert "この画面を使うには「配信責任者」の役割が必要です" in answer.text
    assert "あなたの役割は「配信担当者」" in answer.text


def test_a_form_sent_after_the_session_ended_is_not_lost(
    client: httpx.Client, clock: HandClock, drafter: Colleague
) -> None:
    sign_in(client, drafter.address)
    clock.move(timedelta(minutes=61))

    answer = client.post("/admin/for-viewer")

    assert answer.status_code == 403
    assert "再読み込み" in answer.text
    assert 'target="_blank"' in answer.text


def test_requests_keep_the_session_alive(
    client: httpx.Client, database: Database, clock: HandClock, drafter: Colleague
) -> None:
    sign_in(client, drafter.address)

    for _ in range(3):
        clock.move(timedelta(minutes=40))
        assert client.get("/admin/for-viewer").text == drafter.name

    with database.read() as session:
        assert session.scalar(select(StaffSession.seen_at)) == clock.now()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://mail.city.example.jp.evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": URL},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ],
)
def test_a_post_from_another_site_is_refused(client: httpx.Client, drafter: Colleague, headers: dict[str, str]) -> None:
    sign_in(client, drafter.address)

    for path in ("/admin/for-viewer", "/admin/sign-in", "/admin/sign-out"):
        answer = client.post(path, headers=headers)

        assert answer.status_code == 403
        assert "ほかのサイト" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": URL},
        {"Origin": URL, "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": URL, "Host": "127.0.0.1:8000"},
        {"Origin": "http://127.0.0.1:8000", "Host": "127.0.0.1:8000"},
    ],
)
def test_a_post_from_our_own_page_passes_behind_a_proxy_too(
    client: httpx.Client, drafter: Colleague, headers: dict[str, str]
) -> None:
    sign_in(client, drafter.address)

    assert client.post("/admin/for-viewer", headers=headers).text == drafter.name


def test_reading_from_a_link_in_a_mail_is_not_refused(client: httpx.Client, drafter: Colleague) -> None:
    sign_in(client, drafter.address)

    assert client.get("/admin/for-viewer", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_token_speaks_for_its_person(client: httpx.Client, drafter: Colleague, token: str) -> None:
    answer = client.post("/api/for-drafter", headers={"Authorization": f"Bearer {token}"})

    assert answer.text == drafter.name


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}])
def test_without_a_valid_token_the_api_answers_with_a_problem(client: httpx.Client, header: dict[str, str]) -> None:
    answer = client.post("/api/for-viewer", headers=header)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["title"] == "Unauthorized"
    assert answer.json()["status"] == 401


def test_too_low_a_role_gets_a_problem_that_names_the_role(client: httpx.Client, token: str) -> None:
    answer = client.post("/api/for-approver", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 403
    assert "配信責任者" in answer.json()["detail"]


def test_the_cookie_of_the_console_does_not_open_the_api(client: httpx.Client, drafter: Colleague) -> None:
    sign_in(client, drafter.address)

    assert client.post("/api/for-viewer").status_code == 401


def test_openapi_tells_that_a_bearer_token_is_needed(client: httpx.Client) -> None:
    described = client.get("/api/openapi.json").json()

    assert described["components"]["securitySchemes"]["staff token"] == {"type": "http", "scheme": "bearer"}


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/admin//evil.example",
        "/admin\\evil.example",
        "/admin@evil.example",
        "/administrator",
        "/admin/../stop/x",
        "/admin/x\r\nSet-Cookie: a=b",
        "/admin/sign-in?next=/admin/sign-in",
        "javascript:alert(1)",
    ],
)
def test_after_signing_in_nobody_is_led_out_of_the_console(wanted: str) -> None:
    assert local_path(wanted) == "/admin"


@pytest.mark.parametrize("wanted", ["/admin", "/admin/bulletins/12", "/admin/bulletins?state=draft&page=2"])
def test_after_signing_in_one_is_where_one_wanted_to_go(wanted: str) -> None:
    assert local_path(wanted) == wanted


@settings(max_examples=200)
@given(st.text(max_size=60) | st.text(max_size=60).map(lambda tail: "/admin" + tail))
def test_whatever_a_link_asks_for_stays_a_path_of_the_console(wanted: str) -> None:
    path = local_path(wanted)

    assert path.startswith("/admin")
    assert path.isascii()
    assert path.isprintable()
    assert "//" not in path.partition("?")[0]
