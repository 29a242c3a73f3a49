"""The network limit: a flood from one network is turned away, kindly, and everybody else is served."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import RateLimitItemPerHour
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from foundation.languages import Language
from foundation.settings import load
from service import network_limit, standing_now
from service.home import Home
from service.network_limit import LIMITS, NetworkLimit, network_of
from service.schema import METADATA
from service.web import _server, residents_app
from subscribers.links import STOP
from tests.bulletins.public_archive import PublicArchive
from tests.support.clock import HandClock

FLOOD, NEIGHBOUR, ELSEWHERE = "192.0.2.7", "192.0.2.200", "198.51.100.7"
A_MINUTE = LIMITS[0].amount


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("192.0.2.255", "192.0.2.0/24"),
        ("192.0.3.0", "192.0.3.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::1", "2001:db8:1::/48"),
        ("2001:db8:2::1", "2001:db8:2::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", "elsewhere"),
        ("unix:", "elsewhere"),
        ("999.0.0.1", "elsewhere"),
    ],
)
def test_neighbours_are_one_network(host: str, network: str) -> None:
    assert network_of(host) == network


@given(st.text(max_size=80))
def test_no_text_that_a_proxy_hands_on_breaks_it(host: str) -> None:
    assert network_of(host)


@pytest.fixture
def home(tmp_path: Path, clock: HandClock) -> Iterator[Home]:
    home = Home(load({"HANSHO_DATA": str(tmp_path)}), clock)
    METADATA.create_all(home.database.engine)
    yield home
    home.database.close()


def _ask(app: ASGIApp, method: str, path: str, *, host: str, **more: object) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=(host, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://anzen.example.jp") as client:
            return await client.request(method, path, **more)  # type: ignore[arg-type]  # as each test names them

    return asyncio.run(ask())


def _post(app: ASGIApp, host: str, path: str = "/register", data: Mapping[str, str] | None = None) -> int:
    return _ask(app, "POST", path, host=host, data=data or {"address": "no address"}).status_code


@pytest.fixture
def flooded(home: Home) -> ASGIApp:
    """One network has sent as many forms within a minute as it may."""
    app = residents_app(home)
    assert {_post(app, FLOOD) for _ in range(A_MINUTE)} == {422}
    return app


def test_the_next_form_of_that_network_is_refused_with_a_kind_page_that_says_when(flooded: ASGIApp) -> None:
    answer = _ask(flooded, "POST", "/register", host=NEIGHBOUR, data={"address": "hanako@example.jp"})

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert "しばらくお待ちください" in answer.text
    assert "空メール" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert {_post(flooded, FLOOD, path) for path in ("/lost", "/c/bcdfg23456", "/stop/x/undo", "/stop/x/why")} == {429}
    assert {_post(flooded, FLOOD, path) for path in ("/voice", "/voice/x", "/liaison/x/voice")} == {429}
    liaison = (f"/liaison/x/{way}" for way in ("link", "own-page", "7/code"))
    assert {_post(flooded, FLOOD, path) for path in liaison} == {429}


def test_what_is_urgent_stands_on_top_of_that_page_too(
    flooded: ASGIApp, home: Home, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing_now, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(network_limit, "FRESH_SECONDS", 0.0)
    before = _ask(flooded, "POST", "/register", host=FLOOD).text
    PublicArchive(home.database, clock).add("避難指示（水車町）", urgent=True)

    after = _ask(flooded, "POST", "/lost", host=FLOOD).text

    assert "避難指示（水車町）" not in before
    assert "避難指示（水車町）" in after


def test_that_page_speaks_the_language_of_the_form(flooded: ASGIApp) -> None:
    pages = {
        language: _ask(flooded, "POST", f"/register?lang={language}", host=FLOOD).text
        for language in (*Language, "xx", "%00", "en&lang=ja")
    }

    assert '<html lang="en">' in pages[Language.ENGLISH]
    assert '<html lang="zh-Hans">' in pages[Language.CHINESE]
    assert "<ruby>" in pages[Language.PLAIN_JAPANESE]
    assert pages["xx"] == pages["%00"] == pages[Language.JAPANESE]


def test_a_flood_has_the_page_made_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_limit, "FRESH_SECONDS", 3600.0)
    made: list[Language] = []

    def page(language: Language) -> bytes:
        made.append(language)
        return b"later"

    app = NetworkLimit(PlainTextResponse("taken"), page=page, limits=(RateLimitItemPerHour(1),))

    assert [_post(app, FLOOD) for _ in range(20)] == [200] + [429] * 19
    assert made == [Language.JAPANESE]


def test_other_networks_are_answered_meanwhile(flooded: ASGIApp) -> None:
    assert _ask(flooded, "GET", "/", host=ELSEWHERE).status_code == 200
    assert _post(flooded, ELSEWHERE, data={"address": "hanako@example.jp"}) == 200
    assert _post(flooded, ELSEWHERE, "/lost", data={"address": "hanako@example.jp"}) == 200


def test_pages_are_read_and_residents_leave_also_from_that_network(flooded: ASGIApp, home: Home) -> None:
    stop = f"/stop/{home.keyring.sign(STOP, 1)}"

    assert {_ask(flooded, "GET", path, host=FLOOD).status_code for path in ("/", "/lost", "/help", stop)} == {200}
    assert _post(flooded, FLOOD, stop, data={"List-Unsubscribe": "One-Click"}) == 200


def test_the_limit_of_an_hour_holds_over_many_minutes() -> None:
    app = NetworkLimit(PlainTextResponse("taken"), page=lambda _: b"later", limits=(RateLimitItemPerHour(3),))

    assert [_post(app, FLOOD) for _ in range(5)] == [200, 200, 200, 429, 429]
    assert _post(app, ELSEWHERE) == 200


@pytest.mark.parametrize(
    ("trusted", "believed"), [("127.0.0.1", True), ("127.0.0.0/8,::1", True), ("none", False), ("10.0.0.1", False)]
)
def test_what_a_proxy_says_is_believed_of_those_alone_that_are_named(
    home: Home, trusted: str, believed: object
) -> None:
    limited = NetworkLimit(PlainTextResponse("taken"), page=lambda _: b"later", limits=(RateLimitItemPerHour(1),))
    settings = load({"HANSHO_TRUSTED_PROXIES": trusted})
    config = _server(residents_app(home), settings.web_listen, settings.trusted_proxies).config
    config.app = limited
    config.load()

    def post(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return _ask(config.loaded_app, "POST", "/register", host="127.0.0.1", headers=headers).status_code

    assert post(FLOOD) == 200
    assert post(ELSEWHERE) == (200 if believed else 429)
    assert post(f"203.0.113.9, {FLOOD}") == 429, "what stands before the proxy's own word is the stranger's"
