"""The pages behind links in letters to staff: an invitation, a forgotten password."""

from datetime import timedelta

import httpx
import pytest

from admin.people.roles import Role
from tests.admin.staff_pages import NEW_PASSWORD, SAKURA, letters_to, link_in, password_of, stranger
from tests.admin.test_one_time_codes import set_up
from tests.admin.whole_console import Console, words


@pytest.fixture
def manager(console: Console) -> httpx.Client:
    return console.browser(Role.MANAGER)


def test_an_invited_person_sets_a_password_once_and_is_in(console: Console, manager: httpx.Client) -> None:
    assert manager.post("/admin/people/invite", data=SAKURA).headers["location"] == "/admin/people?done=invited"
    [letter] = letters_to(console, "sakura@example.jp")
    link = link_in(letter)
    assert "「配信担当者」として招待されました" in letter

    with stranger(console) as client:
        assert "新人 さくら" in words(client.get(link))
        assert "さくら" not in words(manager.get("/admin/people")).partition("招待中")[0]
        weak = client.post(link, data={"password": "sakura2026!!"})
        assert weak.status_code == 422
        assert "名前やアドレス" in words(weak)
        done = client.post(link, data={"password": NEW_PASSWORD})
        assert done.headers["location"] == "/admin/sign-in?password-set=1"
        assert password_of(client, "sakura@example.jp", NEW_PASSWORD) == 303
        assert client.get("/admin").status_code == 200
        for answer in (client.get(link), client.post(link, data={"password": "another good one 7"})):
            assert answer.status_code == 404
            assert "このリンクは使えません" in words(answer)

    assert "招待中" not in words(manager.get("/admin/people"))


@pytest.mark.parametrize("end", ["late", "cancelled", "resent"])
def test_a_link_that_is_late_cancelled_or_replaced_opens_nothing(
    console: Console, manager: httpx.Client, end: str
) -> None:
    manager.post("/admin/people/invite", data=SAKURA)
    link = link_in(letters_to(console, "sakura@example.jp")[0])
    if end == "late":
        console.clock.move(timedelta(hours=72))
    else:
        step = {"cancelled": "cancel", "resent": "resend"}[end]
        assert manager.post(f"/admin/people/invitations/1/{step}").status_code == 303

    with stranger(console) as client:
        assert client.get(link).status_code == 404
        assert client.post(link, data={"password": NEW_PASSWORD}).status_code == 404
        assert password_of(client, "sakura@example.jp", NEW_PASSWORD) == 403
    if end == "resent":
        assert len(letters_to(console, "sakura@example.jp")) == 2


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "氏名を入力してください。"),
        ({"name": "改\r\n行"}, "改行などを含まない"),
        ({"name": "あ" * 61}, "60文字まで"),
        ({"address": "no address"}, "メールアドレス"),
        ({"address": ""}, "メールアドレスを入力してください。"),
        ({"role": "mayor"}, "役割を選んでください。"),
        ({"role": ""}, "役割を選んでください。"),
        ({"address": "drafter@example.jp"}, "すでに登録されています"),
    ],
)
def test_a_wrong_invitation_is_said_beside_the_field_and_keeps_what_was_typed(
    console: Console, manager: httpx.Client, changed: dict[str, str], sentence: str
) -> None:
    answer = manager.post("/admin/people/invite", data=SAKURA | changed)

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "＊" in words(answer)
    assert (SAKURA | changed)["name"].replace("\r\n", "") in answer.text.replace("\r\n", "").replace("\n", "")
    assert letters_to(console, "sakura@example.jp") == []


def test_html_and_jinja_in_a_name_are_shown_as_text(console: Console, manager: httpx.Client) -> None:
    name = "<b>{{ 7*7 }}</b>"
    manager.post("/admin/people/invite", data=SAKURA | {"name": name})
    [letter] = letters_to(console, "sakura@example.jp")

    with stranger(console) as client:
        for answer in (manager.get("/admin/people"), client.get(link_in(letter))):
            assert name in words(answer)
            assert "<b>{{" not in answer.text
    assert letter.startswith(f"{name} 様")


def test_a_forgotten_password_is_answered_alike_for_known_and_unknown(console: Console) -> None:
    with stranger(console) as client:
        known = client.post("/admin/sign-in/forgotten", data={"address": "drafter@example.jp"})
        unknown = client.post("/admin/sign-in/forgotten", data={"address": "daremo@example.jp"})

    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert letters_to(console, "daremo@example.jp") == []
    assert len(letters_to(console, "drafter@example.jp")) == 1


def test_the_link_sets_the_password_and_leaves_the_codes_on(console: Console) -> None:
    drafter = console.people[Role.DRAFTER]
    elsewhere = console.browser(Role.DRAFTER)
    set_up(console.home.database, console.home.keyring, drafter)

    with stranger(console) as client:
        client.post("/admin/sign-in/forgotten", data={"address": drafter.address})
        link = link_in(letters_to(console, drafter.address)[0])
        assert client.get(link).status_code == 200
        console.clock.move(timedelta(seconds=1))
        assert client.post(link, data={"password": NEW_PASSWORD}).status_code == 303
        assert client.post(link, data={"password": NEW_PASSWORD}).status_code == 404
        answer = client.post("/admin/sign-in", data={"address": drafter.address, "password": NEW_PASSWORD})
        assert answer.headers["location"].startswith("/admin/sign-in/code")
        assert client.get("/admin").status_code == 303
    assert elsewhere.get("/admin").status_code == 303


def test_links_are_not_sent_without_end(console: Console) -> None:
    with stranger(console) as client:
        answers = [client.post("/admin/sign-in/forgotten", data={"address": "drafter@example.jp"}) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert len(letters_to(console, "drafter@example.jp")) == 3
