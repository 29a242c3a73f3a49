"""The pages at the door."""

from collections.abc import Iterator

import httpx
import pytest

from admin.people.staff import Colleague
from foundation.database import Database
from foundation.tokens import Keyring
from tests.admin.conftest import PASSWORD
from tests.admin.console import console, sign_in
from tests.support.clock import HandClock


@pytest.fixture
def client(database: Database, clock: HandClock, keyring: Keyring) -> Iterator[httpx.Client]:
    with console(database, clock, keyring, public_url="http://mail.city.example.jp") as client:
        yield client


def entered(client: httpx.Client, address: str, password: str) -> tuple[int, str]:
    answer = client.post("/admin/sign-in", data={"address": address, "password": password})
    return answer.status_code, answer.text


def test_the_form_says_which_mode_it_is_in_and_shows_no_menu(client: httpx.Client) -> None:
    page = client.get("/admin/sign-in").text

    assert "練習モードです。外部にはメールを送りません。" in page
    assert "おもなメニュー" not in page


def test_signing_in_leads_to_where_one_wanted_to_go(client: httpx.Client, drafter: Colleague) -> None:
    form = {"address": drafter.address, "password": PASSWORD, "next": "/admin/for-viewer?page=2"}

    answer = client.post("/admin/sign-in", data=form)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/admin/for-viewer?page=2"


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
    database: Database, clock: HandClock, keyring: Keyring, drafter: Colleague
) -> None:
    with console(database, clock, keyring, public_url="https://mail.city.example.jp") as client:
        answer = client.post("/admin/sign-in", data={"address": drafter.address, "password": PASSWORD})

    cookies = answer.headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["hansho_staff", "hansho_browser"]
    for cookie in cookies:
        words = {word.strip().lower() for word in cookie.split(";")}
        assert {"httponly", "secure", "samesite=lax", "path=/admin"} <= words
    assert answer.headers["cache-control"] == "no-store"


def test_known_and_unknown_accounts_read_the_same_page(client: httpx.Client, drafter: Colleague) -> None:
    known_status, known = entered(client, drafter.address, "wrong password")
    unknown_status, unknown = entered(client, "dare@example.jp", "wrong password")

    assert known_status == unknown_status == 403
    assert "メールアドレスかパスワードが違います" in known
    assert known.replace(drafter.address, "") == unknown.replace("dare@example.jp", "")
    assert "wrong password" not in known


def test_after_some_failures_the_page_says_how_long_to_wait(client: httpx.Client, drafter: Colleague) -> None:
    for _ in range(3):
        entered(client, drafter.address, "wrong password")

    answer = client.post("/admin/sign-in", data={"address": drafter.address, "password": PASSWORD})

    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "10"
    assert "10秒ほどたってから" in answer.text


def test_a_browser_that_was_here_before_is_not_slowed_by_anothers_failures(
    client: httpx.Client, clock: HandClock, drafter: Colleague
) -> None:
    sign_in(client, drafter.address)
    client.post("/admin/sign-out")
    known = client.cookies["hansho_browser"]
    client.cookies.clear()
    for _ in range(4):
        status, _page = entered(client, drafter.address, "wrong password")
    assert status == 429

    client.cookies.set("hansho_browser", known, path="/admin")

    sign_in(client, drafter.address)


def test_empty_fields_are_named_on_top_and_beside_the_field(client: httpx.Client) -> None:
    status, page = entered(client, " ", "")

    assert status == 422
    assert 'href="#f-address"' in page
    assert "＊パスワードを入力してください。" in page


def test_what_was_typed_comes_back_escaped(client: httpx.Client) -> None:
    _, page = entered(client, '"><script>alert(1)</script>', "x")

    assert "<script>" not in page


def test_signing_out_closes_the_session_even_for_a_copied_cookie(client: httpx.Client, drafter: Colleague) -> None:
    sign_in(client, drafter.address)
    copied = client.cookies["hansho_staff"]

    answer = client.post("/admin/sign-out")

    assert answer.headers["location"] == "/admin/sign-in?signed-out=1"
    client.cookies.set("hansho_staff", copied, path="/admin")
    assert client.get("/admin/for-viewer").status_code == 303


def test_signing_out_is_no_link(client: httpx.Client) -> None:
    assert client.get("/admin/sign-out").status_code == 405


def test_whoever_is_signed_in_already_passes_the_door(client: httpx.Client, drafter: Colleague) -> None:
    sign_in(client, drafter.address)

    assert client.get("/admin/sign-in?next=/admin/for-viewer").headers["location"] == "/admin/for-viewer"
