"""The events of a delivery under way: who is told what, when the line is silent, and when it ends."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from admin.bulletin import pages_progress
from admin.people.roles import Role
from bulletins.life import BulletinState
from service import web
from service.web import run_servers, whole_app
from tests.admin.under_way import begun, come_to, move
from tests.admin.whole_console import Console, whole_console, words
from tests.support.house import eventually
from tests.support.ports import free_port


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One for all: each test has a bulletin of its own."""
    with whole_console(tmp_path_factory.mktemp("progress")) as console:
        yield console


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin.bulletin.pages_progress.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("admin.desk.lookout.FRESH_SECONDS", 0.0)
    monkeypatch.setattr("admin.desk.lookout.DOMAINS_SHARE", float("inf"))


class Line:
    """One who watches, as a browser does."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines()

    def next(self) -> dict[str, Any]:
        """What the next event tells."""
        told: dict[str, Any] = json.loads(self.raw("data: ").removeprefix("data: "))
        return told

    def until(self, ended: int) -> dict[str, Any]:
        """The first event that tells of so many ended letters."""
        while (told := self.next())["ended"] != ended:
            pass
        return told

    def raw(self, start: str) -> str:
        return next(line for line in self._lines if line.startswith(start))

    def rest(self) -> list[str]:
        return [line for line in self._lines if line]


@contextmanager
def watching(console: Console, number: int) -> Iterator[Line]:
    with console.browser(Role.VIEWER).stream("GET", events(number), timeout=10) as answer:
        yield Line(answer)


def events(number: int | str) -> str:
    return f"/admin/bulletins/{number}/progress/events"


def test_who_watches_is_told_what_changed_as_it_changes(console: Console) -> None:
    number = begun(console, audience=1000)

    with watching(console, number) as line:
        first = line.next()
        console.clock.move(timedelta(seconds=2))
        move(console, number, {"docomo.ne.jp": {"audience": 1000, "sent": 200}})
        second = line.until(ended=200)

    assert line.answer.headers["content-type"].startswith("text/event-stream")
    assert line.answer.headers["cache-control"] == "no-store"
    assert line.answer.headers["x-accel-buffering"] == "no"
    assert (first["state"], first["audience"], first["ended"]) == ("sending", 1000, 0)
    assert (second["words"]["sent"], second["words"]["queued"]) == ("200", "800")
    assert (second["words"]["rate"], second["words"]["left"]) == ("毎秒 100件", "まもなく終わります")
    assert second["largest"] == [
        ["docomo.ne.jp", "1,000", "200", "800", "0", "0", "0", "0", "0", "毎秒 100件、まもなく終わります"]
    ]


def test_nothing_new_is_a_comment_now_and_then(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin.bulletin.pages_progress.KEEP_AWAKE_SECONDS", 0.1)
    number = begun(console, audience=10)

    with watching(console, number) as line:
        line.next()
        begin = time.monotonic()
        seen = [line.raw(":"), line.raw(":")]

    assert seen == [":", ":"]
    assert time.monotonic() - begin >= 0.2


def test_the_events_end_with_the_delivery(console: Console) -> None:
    number = begun(console, audience=10)

    with watching(console, number) as line:
        line.next()
        come_to(console, number, BulletinState.SENT)
        last = line.next()
        rest = line.rest()

    assert (last["state"], rest) == ("sent", [])
    answer = console.browser(Role.VIEWER).get(events(number))
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_halt_and_a_long_watch_are_told_and_the_browser_comes_back(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = begun(console, audience=10)

    with watching(console, number) as line:
        retry = line.raw("retry: ")
        line.next()
        come_to(console, number, BulletinState.HALTED)
        halted = line.next()
        monkeypatch.setattr("admin.bulletin.pages_progress.LONGEST_SECONDS", 0)
        rest = line.rest()

    assert retry == "retry: 2000"
    assert (halted["state"], halted["stands"], rest) == ("halted", "halted", [])


def test_an_unknown_bulletin_has_no_events(console: Console) -> None:
    browser = console.browser(Role.VIEWER)

    for number in ("999", "0", "x"):
        answer = browser.get(events(number))

        assert answer.status_code == 404
        assert "お知らせが見つかりません" in words(answer)


def test_strangers_are_told_nothing(console: Console) -> None:
    number = begun(console, audience=10)

    answer = httpx.get(f"{console.url}{events(number)}", trust_env=False, timeout=30)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/admin/sign-in")


def test_more_than_some_dozens_are_sent_away_and_those_who_leave_make_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin.bulletin.pages_progress.MOST_WATCHERS", 1)
    with whole_console(tmp_path) as console:
        number = begun(console, audience=10)
        browser = console.browser(Role.VIEWER)

        with watching(console, number) as line:
            line.next()
            refused = browser.get(events(number))

        assert refused.status_code == 503
        assert "retry-after" in refused.headers

        def has_room() -> bool:
            with browser.stream("GET", events(number)) as answer:
                return answer.status_code == 200

        eventually(has_room, what="room for another one")


def test_watching_writes_nothing_and_holds_no_connection(console: Console) -> None:
    number = begun(console, audience=10)
    with console.home.database.engine.connect() as connection:
        browser = console.browser(Role.VIEWER)
        version = connection.execute(text("PRAGMA data_version")).scalar_one()
        connection.rollback()
        before = _held(console)
        with browser.stream("GET", events(number)) as answer:
            line = Line(answer)
            line.next()
            held = [_held(console) for _ in range(30)]

        assert connection.execute(text("PRAGMA data_version")).scalar_one() == version
        # A look that happens to be at work takes another one for a moment.
        assert min(held) == before


def test_an_outage_of_the_database_is_nothing_new(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    number = begun(console, audience=10)

    with watching(console, number) as line:
        line.next()
        with console.home.database.write() as session:
            session.execute(text("ALTER TABLE tallies RENAME TO away"))
        time.sleep(0.1)
        with console.home.database.write() as session:
            session.execute(text("ALTER TABLE away RENAME TO tallies"))
        move(console, number, {"au.com": {"sent": 3}})

        assert line.next()["ended"] == 3


def test_a_server_that_stops_sends_those_who_watch_home_at_once(console: Console) -> None:
    number = begun(console, audience=10)
    port = free_port()
    listen = console.home.settings.web_listen.__class__("127.0.0.1", port)
    server = web._server(whole_app(console.home), listen)
    server.config.timeout_graceful_shutdown = 60  # what it would wait for those who watch
    stop = threading.Event()

    async def run() -> None:
        end = asyncio.Event()
        task = asyncio.create_task(run_servers([server], end))
        await asyncio.to_thread(stop.wait)
        end.set()
        await task

    running = threading.Thread(target=lambda: asyncio.run(run()))
    running.start()
    try:
        eventually(lambda: server.started, what="the server")
        cookies = console.browser(Role.VIEWER).cookies
        with httpx.stream(
            "GET", f"http://127.0.0.1:{port}{events(number)}", cookies=cookies, trust_env=False
        ) as answer:
            line = Line(answer)
            line.next()
            begin = time.monotonic()
            stop.set()
            line.rest()
            running.join(60)
    finally:
        stop.set()
        running.join(60)

    assert time.monotonic() - begin < 30


def test_the_page_follows_by_script_and_reloads_only_without(console: Console) -> None:
    number = begun(console, audience=1000)
    move(console, number, {"docomo.ne.jp": {"sent": 5, "failed": 2}})
    browser = console.browser(Role.VIEWER)

    sending = browser.get(f"/admin/bulletins/{number}").text
    come_to(console, number, BulletinState.HALTED)
    halted = browser.get(f"/admin/bulletins/{number}").text
    come_to(console, number, BulletinState.SENT)
    sent = browser.get(f"/admin/bulletins/{number}").text

    assert '<noscript><meta http-equiv="refresh"' in sending
    assert sending.count("http-equiv") == 1
    assert f'data-events="{events(number)}"' in sending
    assert 'role="status"' in sending
    assert f'data-events="{events(number)}"' in halted
    assert "http-equiv" not in halted
    assert "一時停止しています。再開するまで" in halted
    assert "data-events" not in sent
    assert "http-equiv" not in sent


def test_those_who_watch_one_bulletin_share_a_look(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin.desk.lookout.FRESH_SECONDS", 60.0)
    number = begun(console, audience=10)

    with watching(console, number) as line, watching(console, number) as other:
        shared = line.next()
        move(console, number, {"au.com": {"sent": 3}})

        assert other.next() == shared
        # The page itself is never a second old.
        page = console.browser(Role.VIEWER).get(f"/admin/bulletins/{number}")
        assert "10件のうち 3件が済みました" in words(page)
        assert line.next()["ended"] == 3


def _held(console: Console) -> int:
    time.sleep(0.005)
    pool: Any = console.home.database.engine.pool
    return int(pool.checkedout())


def test_the_limits_suit_proxies_and_people() -> None:
    assert pages_progress.KEEP_AWAKE_SECONDS <= 15
    assert pages_progress.MOST_WATCHERS >= 24
