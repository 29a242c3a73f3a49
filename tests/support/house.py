"""The whole service in this process: real doors, real pages, a real sender, and a clock that is set by hand."""

import asyncio
import email
import email.policy
import re
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import httpx
from sqlalchemy import make_url

from admin.people.roles import Role
from foundation.settings import load
from mailer.practice_mailbox import newest_letters
from service.home import Home
from service.roles import receive, send
from service.schema import migrate
from service.timetable import Timetable
from service.web import serve_web
from tests.support import ready_file
from tests.support.clock import HandClock
from tests.support.member import entered
from tests.support.ports import free_port
from tests.support.served import NO_TLS

V = TypeVar("V")
SECRET = "a secret of the tests that is long enough"
_LINK = re.compile(r"https?://[!-~]+")


def eventually(found: Callable[[], V | None], *, seconds: float = 60, what: str = "it") -> V:
    """The first true answer within the time; raises AssertionError otherwise."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come about within {seconds} s")


class House:
    """Starts on entering, ends on leaving. `tick` stands for the timetable. With `sender_rests` nothing is sent until
    `wake_sender`, so that there is time to press something in the middle of a delivery."""

    def __init__(
        self,
        data: Path,
        database_url: str,
        clock: HandClock,
        settings: Mapping[str, str] | None = None,
        *,
        sender_rests: bool = False,
    ):
        self.smtp_port, self.web_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.web_port}"
        self.clock = clock
        environment = {
            "HANSHO_DATA": str(data),
            "HANSHO_DATABASE_URL": database_url,
            "HANSHO_SMTP_LISTEN": f"127.0.0.1:{self.smtp_port}",
            "HANSHO_WEB_LISTEN": f"127.0.0.1:{self.web_port}",
            "HANSHO_PUBLIC_URL": self.url,
            "HANSHO_SECRET": SECRET,
            "HANSHO_HOLD": "60",
            **(settings or {}),
        }
        self.home = Home(load(environment), clock)
        self.timetable = Timetable(self.home)
        self.http = httpx.Client(base_url=self.url, timeout=30, trust_env=False, verify=NO_TLS)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self._sender_is_awake = asyncio.Event()
        if not sender_rests:
            self._sender_is_awake.set()

    def __enter__(self) -> Self:
        file = make_url(self.home.settings.url).database if self.home.database.is_sqlite else None
        if file and not Path(file).exists():
            ready_file.make(Path(file))
        migrate(self.home.database)
        self._thread.start()
        eventually(self._is_up, what="the service")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self.wake_sender()
        self._thread.join(20)
        self.home.database.close()
        if self._failure is not None and error is None:
            raise self._failure

    def wake_sender(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._sender_is_awake.set)

    def tick(self) -> None:
        """What the timetable would do at this moment of the clock."""
        at = self.clock.now()
        with self.home.database.write() as session:
            self.home.publisher.open_due(session, at=at)
        self.timetable.finish(at)
        self.timetable.watch(at)
        self.timetable.tidy(at)

    def mail(self, sender: str, recipient: str, message: bytes = b"Subject: \r\n\r\n") -> int:
        """The answer's code to RCPT, or to the end of the data."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=20) as client:
            client.ehlo()
            client.mail(sender)
            code, _ = client.rcpt(recipient)
            return code if code != 250 else client.data(message)[0]

    def letters(self, to: str | None = None) -> list[EmailMessage]:
        """The practice mailbox, oldest first."""
        by_number = sorted(newest_letters(self.home.mailbox), key=lambda letter: letter.key)
        found = [read_letter(letter.path.read_bytes()) for letter in by_number]
        return [m for m in found if to is None or to in (m["Delivered-To"] or "").replace('"', "")]

    def colleague(self, address: str, role: Role) -> "Colleague":
        return Colleague(self, entered(self.home.database, address, role, at=self.clock.now()))

    def register(self, address: str) -> None:
        """By a real blank mail and the link in the answer; returns when the completion letter has arrived, so that a
        clock moved afterwards does not date it."""
        before = len(self.letters(address))
        assert self.mail(address, "touroku@mail.example.jp") == 250
        invitation = eventually(lambda: self.letters(address)[before:], what="the invitation")[0]
        link = links_of(invitation)[0]
        answer = self.http.post(link, data={})
        assert answer.status_code in (200, 303), answer.text
        eventually(lambda: self.letters(address)[before + 1 :], what="the completion letter")

    def find(self, viewer: "Colleague", address: str) -> dict[str, object]:
        answer = viewer.post("/subscribers/find", {"address": address})
        return {} if answer.status_code == 404 else dict(answer.json())

    def _is_up(self) -> bool:
        if self._failure is not None:
            raise self._failure
        try:
            with socket.create_connection(("127.0.0.1", self.smtp_port), timeout=1):
                return self.http.get("/readyz").status_code == 200
        except (OSError, httpx.HTTPError):
            return False

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                for role in (receive, self._send, serve_web):
                    group.create_task(role(self.home, self._stop))
        except BaseException as failure:  # noqa: BLE001 -- handed to the test, which raises it
            self._failure = failure

    async def _send(self, home: Home, stop: asyncio.Event) -> None:
        await self._sender_is_awake.wait()
        await send(home, stop)


class Colleague:
    """A member of staff who speaks to the API."""

    def __init__(self, house: House, token: str) -> None:
        self._house = house
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> httpx.Response:
        return self._house.http.get(f"/api/v1{path}", headers=self._headers)

    def post(self, path: str, body: Mapping[str, object] | None = None) -> httpx.Response:
        return self._house.http.post(f"/api/v1{path}", headers=self._headers, json=dict(body or {}))

    def bulletin(self, number: int) -> dict[str, object]:
        return dict(self.get(f"/bulletins/{number}").json())


def read_letter(octets: bytes) -> EmailMessage:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def links_of(letter: EmailMessage) -> list[str]:
    return _LINK.findall(str(letter.get_content()))
