"""A mail server in a thread of its own that takes every letter and remembers whom it was for."""

import asyncio
import threading
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """`accepted` holds (recipient, Message-ID) of each letter answered with 250; `refuse` those to be refused. While it
    is `held`, letters wait for their answer."""

    def __init__(self, *, pause_seconds: float = 0.0, refuse: frozenset[str] = frozenset()) -> None:
        self.accepted: list[tuple[str, str]] = []
        self.port = 0
        self.pause_seconds = pause_seconds
        self.held = False
        self._refuse = refuse
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._up.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.replace('"', "") in self._refuse:
            return "550 5.1.1 User unknown"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.pause_seconds)
        while self.held:  # noqa: ASYNC110 -- a test's thread sets it
            await asyncio.sleep(0.005)
        content = envelope.original_content or b""
        number = next(line for line in content.split(b"\r\n") if line.startswith(b"Message-ID:"))
        assert len(envelope.rcpt_tos) == 1
        self.accepted.append((envelope.rcpt_tos[0], number.decode()))
        return "250 2.0.0 stored"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(self._guest, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _guest(self) -> Any:
        return SMTP(self, hostname="sink.example.net", loop=self._loop)
