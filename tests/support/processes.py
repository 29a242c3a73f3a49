"""The service as an office runs it: `hansho serve` and its child processes, killed as a power cut would."""

import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from admin.people.roles import Role
from foundation.clock import SystemClock
from foundation.database import Database
from foundation.settings import load
from tests.support.house import eventually, read_letter
from tests.support.member import entered
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]


class Service:
    """`start`, `kill`, `start` again: the data stays."""

    def __init__(self, data: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.smtp_port, self.web_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.web_port}"
        plain = {name: value for name, value in os.environ.items() if not name.startswith("HANSHO_")}
        self.environment = {
            **plain,
            "HANSHO_DATA": str(data),
            "HANSHO_SMTP_LISTEN": f"127.0.0.1:{self.smtp_port}",
            "HANSHO_WEB_LISTEN": f"127.0.0.1:{self.web_port}",
            "HANSHO_PUBLIC_URL": self.url,
            "HANSHO_SECRET": "a secret of the tests that is long enough",
            "HANSHO_HOURS": "always",
            "HANSHO_HOLD": "0",
            **(settings or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.run("migrate")
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def run(self, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-m", "service", *arguments],
            env=self.environment,
            cwd=ROOT,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> Self:
        log = (self.data.parent / "log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "service", "serve"],
            env=self.environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        eventually(self._is_up, seconds=40, what="the service")
        return self

    def kill(self) -> None:
        """Everything at once, without a word of warning."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def kill_parent_only(self) -> int:
        """Returns the number of the process group whose children are now on their own."""
        assert self._process is not None
        group = self._process.pid
        self._process.kill()
        self._process.wait()
        return group

    def mail(self, sender: str, recipient: str, message: bytes = b"Subject: \r\n\r\n") -> int:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=20) as client:
            client.ehlo()
            client.mail(sender)
            code, _ = client.rcpt(recipient)
            return code if code != 250 else client.data(message)[0]

    def letters(self, to: str) -> list[str]:
        """The texts in the practice mailbox, oldest first."""
        found = []
        for path in sorted((self.data / "mailbox" / "new").glob("*")):
            message = read_letter(path.read_bytes())
            if message["Delivered-To"] == to:
                found.append(str(message.get_content()))
        return found

    def invitation_link(self, to: str) -> str:
        pattern = re.compile(r"https?://\S+/r/\S+")
        found = eventually(lambda: [m[0] for t in self.letters(to) if (m := pattern.search(t))], what="the invitation")
        return found[-1]

    def staff(self, address: str, role: str) -> str:
        database = Database(load({name: v for name, v in self.environment.items() if name.startswith("HANSHO_")}).url)
        token = entered(database, address, Role(role), at=SystemClock().now())
        database.close()
        return token

    def api(self, method: str, path: str, token: str, body: object = None) -> httpx.Response:
        return httpx.request(
            method,
            f"{self.url}/api/v1{path}",
            headers={"Authorization": f"Bearer {token}"},
            json=body if body is not None else ({} if method == "POST" else None),
            timeout=20,
        )

    def subscriber(self, address: str, token: str) -> dict[str, object]:
        """As the API shows it; empty when the address is not known."""
        answer = self.api("POST", "/subscribers/find", token, {"address": address})
        return {} if answer.status_code == 404 else dict(answer.json())

    def _is_up(self) -> bool:
        with suppress(OSError, httpx.HTTPError, smtplib.SMTPException):
            # Until a door is there at all, asking costs more than the service takes to start.
            socket.create_connection(("127.0.0.1", self.web_port), timeout=5).close()
            ready = httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
            with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=5) as client:
                return ready and client.noop()[0] == 250
        return False
