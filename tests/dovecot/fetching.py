"""The door for mail by IMAP, running before a mailbox; and what a city's mail server puts there."""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from sqlalchemy import select

from foundation.database import Database
from foundation.imap_account import imap_account
from mailer.door import DoorKeeper
from mailer.imap_door import ImapDoor
from mailer.inbound import InboundRow
from tests.support.clock import HandClock
from tests.support.dovecot import PASSWORD, Dovecot, Mailbox
from tests.support.entrance import is_wanted
from tests.support.house import eventually
from tests.support.imap_line import ImapLine
from tests.support.mail_engine import DOMAIN

ENTRY = f"touroku@{DOMAIN}"


def delivered(
    *lines: str, sender: str | None = "taro@docomo.ne.jp", to: str | None = ENTRY, body: bytes = b"\n"
) -> bytes:
    """As our own server leaves it: its trace on top, what came with the mail below."""
    trace = [f"Return-Path: <{sender}>"] if sender is not None else []
    trace += [f"Delivered-To: {to}"] if to is not None else []
    trace += ["Received: from phone.example.net by mx.example.jp; Fri, 20 Nov 2026 10:00:00 +0900"]
    return "\n".join([*trace, *lines]).encode() + b"\n\n" + body


@dataclass(frozen=True)
class Post:
    """What lies around the door."""

    dovecot: Dovecot
    mailbox: Mailbox
    line: ImapLine
    database: Database
    clock: HandClock

    def fetched(
        self, *, scheme: str = "imap", password: str = PASSWORD, tls: ssl.SSLContext | None = None
    ) -> "Fetching":
        """By the line that can be cut; by TLS straight from the server."""
        port = 0 if scheme == "imaps" else self.line.own_port
        text = self.dovecot.setting(self.mailbox.user, scheme=scheme, port=port, password=password)
        keeper = DoorKeeper(self.database, self.clock, DOMAIN, is_wanted, lambda: None)
        return Fetching(ImapDoor(keeper, imap_account(text), tls=tls))

    def rows(self) -> list[InboundRow]:
        with self.database.read() as session:
            return list(session.scalars(select(InboundRow).order_by(InboundRow.id)))

    def senders(self) -> list[str]:
        return [row.envelope_from for row in self.rows()]

    def are_marked(self, number: int) -> Callable[[], bool]:
        """So many messages, each with our keyword."""

        def all_marked() -> bool:
            flags = self.mailbox.flags()
            return len(flags) == number and all("a" in flag for flag in flags)

        return all_marked

    def settle(self, number: int) -> None:
        eventually(self.are_marked(number), what=f"marks on {number} messages")


class Fetching:
    """Runs between entering and leaving, in a loop and thread of its own."""

    def __init__(self, door: ImapDoor) -> None:
        self._door = door
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        eventually(lambda: self._stop, what="the door's loop")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> float:
        """Returns the seconds that it took."""
        began = time.monotonic()
        if self._thread.is_alive():
            assert self._loop is not None
            assert self._stop is not None
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(20)
        assert not self._thread.is_alive()
        return time.monotonic() - began

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await self._door.run(self._stop)
