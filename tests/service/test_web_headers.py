"""What every answer carries, and where tokens never go: not to another site, and not into the log."""

import asyncio
import logging
from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from starlette.types import ASGIApp

from foundation.settings import load
from service.home import Home
from service.schema import METADATA
from service.web import CONSOLE_CONTENT, whole_app
from subscribers.links import PREFERENCES, STOP
from tests.support.clock import HandClock
from tests.support.house import House

STRICT = {
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}


@pytest.fixture
def data(tmp_path: Path, clock: HandClock) -> Path:
    home = Home(load({"HANSHO_DATA": str(tmp_path)}), clock)
    METADATA.create_all(home.database.engine)
    home.database.close()
    return tmp_path


def _answer(app: ASGIApp, path: str, method: str = "GET") -> httpx.Response:
    async def ask() -> httpx.Response:
        road = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=road, base_url="http://t") as client:
            return await client.request(method, path)

    return asyncio.run(ask())


def _headers(app: ASGIApp, path: str, method: str = "GET") -> httpx.Headers:
    return _answer(app, path, method).headers


@pytest.mark.parametrize("url", ["https://anzen.example.jp", "http://anzen.example.jp"])
def test_behind_tls_browsers_are_told_to_stay_there_and_elsewhere_they_are_not(
    data: Path, clock: HandClock, url: str
) -> None:
    home = Home(load({"HANSHO_DATA": str(data), "HANSHO_PUBLIC_URL": url}), clock)
    app = whole_app(home)

    told = {_headers(app, path).get("Strict-Transport-Security") for path in ("/", "/nowhere", "/admin/sign-in")}
    told.add(_headers(app, "/register", "POST").get("Strict-Transport-Security"))

    home.database.close()
    assert told == ({"max-age=31536000"} if url.startswith("https") else {None})


@pytest.mark.parametrize(
    ("problem", "status", "words"),
    [
        (OperationalError("select", {}, Exception("locked")), 503, "データベースが応答していません"),
        (KeyError("a fault"), 500, "あなたの操作のせいではありません"),
    ],
)
def test_a_fault_of_ours_is_told_to_staff_in_words_of_their_own_and_behind_the_same_headers(
    data: Path, clock: HandClock, problem: Exception, status: int, words: str
) -> None:
    home = Home(load({"HANSHO_DATA": str(data)}), clock)
    app = whole_app(home)

    def fail() -> None:
        raise problem

    app.add_api_route("/admin/failing", fail)
    app.add_api_route("/api/failing", fail)
    told, api = (_answer(app, path) for path in ("/admin/failing", "/api/failing"))

    home.database.close()
    assert told.status_code == api.status_code == status
    assert words in told.text
    assert "a fault" not in told.text
    assert told.headers["Content-Security-Policy"] == CONSOLE_CONTENT
    assert told.headers["Cache-Control"] == "no-store"
    assert words not in api.text


def test_residents_pages_may_load_nothing_but_our_own_style_and_pictures(data: Path, clock: HandClock) -> None:
    home = Home(load({"HANSHO_DATA": str(data)}), clock)
    app, sign = whole_app(home), home.keyring.sign
    personal = (f"/me/{sign(PREFERENCES, 1)}", f"/stop/{sign(STOP, 1)}", "/r/none", "/register/none")

    for path in ("/", "/bulletins", "/lost", "/help", "/help/au", "/help/au/wait", "/nowhere", "/leaflet", *personal):
        headers = _headers(app, path)
        assert set(headers["Content-Security-Policy"].split("; ")) == STRICT, path
        assert headers["Referrer-Policy"] == "no-referrer", path
    home.database.close()


def test_head_is_answered_like_get_without_its_content_and_changes_nothing(tmp_path: Path, clock: HandClock) -> None:
    with House(tmp_path, f"sqlite:///{tmp_path / 'hansho.db'}", clock) as house:
        house.register("hanako@example.com")
        stop = f"/stop/{house.home.keyring.sign(STOP, 1)}"
        for way in ("/", "/bulletins", "/bulletins.atom", "/style/hansho.css", "/entry.png?place=x", stop, "/nowhere"):
            got, asked = house.http.get(way), house.http.head(way)
            assert (asked.status_code, asked.content) == (got.status_code, b""), way
            assert asked.headers.get("ETag") == got.headers.get("ETag"), way
            assert asked.headers["Content-Length"] == got.headers["Content-Length"], way
        assert house.http.head("/admin/sign-in").status_code == 405
        assert "配信を停止しますか" in house.http.get(stop).text


def test_a_method_that_is_not_served_is_told_which_are(data: Path, clock: HandClock) -> None:
    home = Home(load({"HANSHO_DATA": str(data)}), clock)
    app = whole_app(home)

    allowed = {path: _headers(app, path, "DELETE")["Allow"] for path in ("/", "/bulletins", "/lost")}

    home.database.close()
    assert set(allowed.values()) == {"GET"}


def _answered(data: Path, clock: HandClock, asked: str) -> httpx.Headers:
    home = Home(load({"HANSHO_DATA": str(data)}), clock)
    headers = _headers(whole_app(home), asked)
    home.database.close()
    return headers


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/bulletins/?lang=en", "/bulletins?lang=en"),
        ("/me/abc/", "/me/abc"),
        ("/%2Fevil.example/", "/evil.example"),
        ("/%5Cevil.example/", "/%5Cevil.example"),
        ("/a%0d%0aX: y/", "/a%0D%0AX%3A%20y"),
        ("/admin/", "/admin"),
    ],
)
def test_a_slash_too_many_leads_to_the_same_host_whatever_host_was_asked_for(
    data: Path, clock: HandClock, asked: str, leads_to: str
) -> None:
    headers = _answered(data, clock, asked)

    assert headers["Location"] == leads_to
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/admin/bulletins/3/halt", "/admin/bulletins/3"),
        ("/admin/sign-out", "/admin"),
        ("/liaison/abc/3/code", "/liaison/abc/3"),
    ],
)
def test_the_address_of_a_button_leads_to_its_page_when_a_browser_restores_it(
    data: Path, clock: HandClock, asked: str, leads_to: str
) -> None:
    headers = _answered(data, clock, asked)

    assert headers["Location"] == leads_to
    assert "no-store" in headers["Cache-Control"]


def test_the_console_keeps_its_own_scripts(data: Path, clock: HandClock) -> None:
    home = Home(load({"HANSHO_DATA": str(data)}), clock)

    policy = _headers(whole_app(home), "/admin/sign-in")["Content-Security-Policy"]

    home.database.close()
    assert "default-src 'self'" in policy


def test_no_token_comes_into_the_log_whatever_is_done_with_it(
    tmp_path: Path, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with House(tmp_path, f"sqlite:///{tmp_path / 'hansho.db'}", clock) as house:
        house.register("hanako@example.com")
        sign = house.home.keyring.sign
        me, stop = sign(PREFERENCES, 1), sign(STOP, 1)
        ticket = house.http.post("/register", data={"address": "taro@example.com"}).text
        ticket = ticket.partition('href="/register/')[2].partition('"')[0]
        tokens = (me, stop, ticket, "a" * 32)
        for way in (f"/me/{me}", f"/stop/{stop}", f"/register/{ticket}", f"/r/{'a' * 32}", f"/nowhere/{me}"):
            for method in ("GET", "POST", "PUT", "DELETE", "HEAD"):
                house.http.request(method, way)
            house.http.post(way, content=b"\xff\xfe", headers={"Content-Type": "multipart/form-data; boundary=x"})
            house.http.get(f"{way}%00")
        house.http.post(f"/stop/{stop}/undo")
        house.http.post(f"/me/{me}/pause", data={"weeks": "1"})
        logging.getLogger("tests").info("the log was open")

    ours = (record for record in caplog.records if not record.name.startswith("httpx"))  # that is the visitor's own
    told = " ".join(record.getMessage() for record in ours)
    assert "the log was open" in told
    assert ticket
    assert [token for token in tokens if token in told] == []


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/broken", "少し待ってから、もう一度お試しください"),
        ("/broken?lang=en", "Please wait a little and try again"),
        ("/api/v1/broken", "サーバーの不具合で、できませんでした"),
    ],
)
def test_what_nobody_foresaw_is_answered_in_plain_words_without_what_went_wrong(
    data: Path, clock: HandClock, path: str, says: str
) -> None:
    home = Home(load({"HANSHO_DATA": str(data)}), clock)
    app = whole_app(home)

    def fails() -> None:
        raise RuntimeError("hanako@example.jp")

    app.add_api_route(path.partition("?")[0], fails)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
            return await client.get(path)

    answer = asyncio.run(ask())

    home.database.close()
    assert answer.status_code == 500
    assert says in answer.text
    assert "hanako" not in answer.text
    if not path.startswith("/api"):
        assert set(answer.headers["Content-Security-Policy"].split("; ")) == STRICT
        assert answer.headers["Cache-Control"] == "no-store"
