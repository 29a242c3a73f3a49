"""The door for mail: SMTP and LMTP by aiosmtpd; 250 is said only after the message is stored."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.exc import SQLAlchemyError

from foundation.addresses import Address, AddressInvalid
from foundation.clock import Clock
from foundation.database import Database, why
from foundation.setting_values import HostPort
from mailer import inbound
from mailer.inbound import Incoming

log = logging.getLogger(__name__)

SIZE_LIMIT = 1 << 20
MOST_CONNECTIONS = 200
IDLE_SECONDS = 120
# A mail is stored once a recipient; whoever writes to more of our addresses at once means no good by it.
MOST_RECIPIENTS = 5
# Telephones and old programs write lines far longer than RFC 5321 allows; a blank mail is not refused for it.
LONGEST_LINE = 1 << 16

CLOSE_SECONDS = 2.0
_CLOSING = b"421 4.3.2 The service is stopping, please come back shortly\r\n"
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")


@dataclass(frozen=True)
class DoorKeeper:
    """What the door needs to know: where to store, and which recipients are ours (asked at RCPT)."""

    database: Database
    clock: Clock
    domain: str
    is_wanted: Callable[[str], bool]
    on_stored: Callable[[], None]


class Door:
    """Listens until closed."""

    def __init__(self, keeper: DoorKeeper, *, most_connections: int = MOST_CONNECTIONS) -> None:
        self._handler = _Handler(keeper)
        self._domain = keeper.domain
        self._guests = _Guests(most_connections)
        self._servers: list[asyncio.Server] = []

    async def open_smtp(self, listen: HostPort) -> int:
        """Returns the port, which is the system's choice when 0 was asked for."""
        return await self._open(_Guest, listen)

    async def open_lmtp(self, listen: HostPort) -> int:
        return await self._open(_LmtpGuest, listen)

    async def close(self) -> None:
        """Within CLOSE_SECONDS: whoever is still there is told 421, and hung up on if that is not read."""
        for server in self._servers:
            server.close()
        self._guests.dismiss()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                # Since Python 3.12 this waits for the guests, too.
                await asyncio.gather(*(server.wait_closed() for server in self._servers))
        self._guests.abandon()

    async def _open(self, kind: type["_Guest"], listen: HostPort) -> int:
        factory = partial(
            kind,
            self._handler,
            guests=self._guests,
            hostname=self._domain,
            ident="ESMTP",
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=False,
            timeout=IDLE_SECONDS,
        )
        loop = asyncio.get_running_loop()
        server = await loop.create_server(factory, listen.host, listen.port, backlog=512)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])


class _Guests:
    """The open lines of all who are let in."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._here: set[asyncio.Transport] = set()

    def let_in(self, line: asyncio.Transport) -> bool:
        if len(self._here) >= self._most:
            return False
        self._here.add(line)
        return True

    def see_off(self, line: asyncio.Transport) -> None:
        self._here.discard(line)

    def dismiss(self) -> None:
        """Nobody is let in any more."""
        self._most = 0
        for line in self._here:
            line.write(_CLOSING)
            line.close()

    def abandon(self) -> None:
        for line in self._here:
            line.abort()


class _Guest(SMTP):
    """A connection that counts itself: the one too many is told 421, the others go on."""

    line_length_limit = LONGEST_LINE

    def __init__(self, handler: "_Handler", *, guests: _Guests, **options: Any) -> None:
        super().__init__(handler, **options)
        self._guests = guests
        self._line: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- narrows the type for the write below
        if not self._guests.let_in(transport):
            transport.write(b"421 4.3.2 Too many connections, please come back shortly\r\n")
            transport.close()
            return
        self._line = transport
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._line is not None:
            self._guests.see_off(self._line)
            self._line = None
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._line is not None:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return super().eof_received() if self._line is not None else False


class _LmtpGuest(_Guest, LMTP):
    """After the data one answer per accepted recipient is due (RFC 2033 section 4.2), refusals of aiosmtpd's own
    (too large, line too long) included."""

    _due = 0

    async def push(self, status: Any) -> None:
        if status.startswith("354" if isinstance(status, str) else b"354"):
            self._due = len(self.envelope.rcpt_tos) if self.envelope else 0
            await super().push(status)
            return
        answers, self._due = max(1, self._due), 0
        for _ in range(answers):
            await super().push(status)


class _Handler:
    """aiosmtpd calls these; each returns the answer for the other side."""

    def __init__(self, keeper: DoorKeeper) -> None:
        self._keeper = keeper

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        if not address.isprintable():
            return "553 5.1.7 The sender's address cannot exist"
        # An odd sender is taken in: odd servers send bounces too. Whether it can be answered is decided later.
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        local, _, domain = address.strip('"').rpartition("@")
        if address.lower() == "postmaster":  # RFC 5321 4.5.1: without a domain, too
            local, domain = address, self._keeper.domain
        if domain.lower() != self._keeper.domain or not self._keeper.is_wanted(local.lower()):
            return "550 5.1.1 No such address here"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(f"{local.lower()}@{domain.lower()}")
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        if _BARE.search(raw):
            # What ends a line for one server and not for another hides a second mail inside the first.
            return "550 5.5.2 Lines must end with CR LF"
        mail = Incoming(_plain(str(envelope.mail_from)), tuple(dict.fromkeys(envelope.rcpt_tos)), raw)
        try:
            await asyncio.to_thread(self._store, mail)
        except SQLAlchemyError as problem:
            log.error("mail could not be stored: %s", why(problem))
            return "451 4.3.0 The message could not be stored, please try again later"
        self._keeper.on_stored()
        return "250 2.0.0 Stored"

    async def handle_exception(self, error: Exception) -> str:
        log.error("the door met %s", type(error).__name__)
        return "451 4.3.0 Something went wrong here, please try again later"

    def _store(self, mail: Incoming) -> None:
        with self._keeper.database.write() as session:
            inbound.store(session, mail, at=self._keeper.clock.now())


def _plain(sender: str) -> str:
    """The null sender is empty; an address that can exist is normalised."""
    try:
        return "" if sender == "<>" else Address.parse(sender).text
    except AddressInvalid:
        return sender[:254]
