"""A real SMTP server in the test's own loop, told how to misbehave; it keeps what it accepted."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from foundation.setting_values import Relay, Security


@dataclass(frozen=True)
class Accepted:
    """A letter to which 250 was said, or would have been, had the line held."""

    sender: str
    recipient: str
    octets: bytes


@dataclass(frozen=True)
class Hang:
    """The server says nothing more; `reached` tells when it fell silent."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)


class Close:
    """The server drops the line without an answer."""


class CloseAfterAccepting:
    """At the end of the data: the letter is kept, the line dropped before the answer."""


Trick = str | bytes | Hang | Close | CloseAfterAccepting


@dataclass
class _Plan:
    phase: str
    trick: Trick
    times: int
    recipient: str | None


@dataclass
class SmtpRelay:
    """Beneath is aiosmtpd, a server that is not ours. Phases: `connect`, `auth`, `mail`, `rcpt`, `data` (the answer to
    DATA itself), `end` (to the final dot)."""

    accepted: list[Accepted] = field(default_factory=list)
    connections: int = 0
    commands: Counter[str] = field(default_factory=Counter)
    port: int = 0
    pipelining: bool = False
    _plans: list[_Plan] = field(default_factory=list)
    _guests: set["_Guest"] = field(default_factory=set)
    _waiting: list[tuple[int, asyncio.Event]] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> "SmtpRelay":
        self._server = await asyncio.get_running_loop().create_server(self._guest, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        await self.drop_everybody()

    def address(self, *, security: Security = Security.CLEAR, connections: int = 1, user: str | None = None) -> Relay:
        password = None if user is None else "a password"
        return Relay("127.0.0.1", self.port, security, user, password, connections)

    def misbehave(self, phase: str, trick: Trick, *, times: int = 1, recipient: str | None = None) -> None:
        """For the next `times` occasions, or those of one recipient."""
        self._plans.append(_Plan(phase, trick, times, recipient))

    async def drop_everybody(self) -> None:
        """As a relay does that is started anew: the lines are gone, without a word."""
        guests = list(self._guests)
        for guest in guests:
            guest.drop()
        await asyncio.gather(*(guest.gone.wait() for guest in guests))

    async def has_accepted(self, letters: int) -> None:
        """Returns once so many letters were accepted."""
        if len(self.accepted) < letters:
            event = asyncio.Event()
            self._waiting.append((letters, event))
            async with asyncio.timeout(20):
                await event.wait()

    def keep(self, envelope: Envelope) -> None:
        for recipient in envelope.rcpt_tos:
            octets = bytes(envelope.original_content or b"")
            self.accepted.append(Accepted(str(envelope.mail_from), str(recipient), octets))
        for letters, event in self._waiting:
            if len(self.accepted) >= letters:
                event.set()

    def trick(self, phase: str, recipient: str | None = None) -> Trick | None:
        self.commands[phase] += 1
        for plan in self._plans:
            if plan.phase == phase and plan.times > 0 and plan.recipient in (None, recipient):
                plan.times -= 1
                return plan.trick
        return None

    def _guest(self) -> "_Guest":
        guest = _Guest(self)
        self._guests.add(guest)
        return guest

    def left(self, guest: "_Guest") -> None:
        self._guests.discard(guest)


class _Guest(SMTP):
    def __init__(self, relay: SmtpRelay) -> None:
        super().__init__(
            _Hooks(relay),
            hostname="relay.test",
            ident="ESMTP",
            auth_require_tls=False,
            authenticator=self._sign_in,
            loop=asyncio.get_running_loop(),
        )
        self._relay = relay
        self.gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._relay.connections += 1
        self._line = transport
        trick = self._relay.trick("connect")
        if isinstance(trick, str):
            assert isinstance(transport, asyncio.Transport)
            transport.write(trick.encode() + b"\r\n")
            transport.close()
            return
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._relay.left(self)
        self.gone.set()
        if self.transport is not None:
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        return super().eof_received() if self.transport is not None else False

    def data_received(self, data: bytes) -> None:
        if self.transport is not None:
            super().data_received(data)

    def drop(self) -> None:
        assert isinstance(self._line, asyncio.Transport)
        self._line.abort()

    async def smtp_DATA(self, arg: str) -> None:
        trick = self._relay.trick("data")
        if isinstance(trick, Close):
            # In the middle: after the invitation to send, and before all of it can have come.
            self._writer.write(b"354 go on\r\n")
            await self._reader.readuntil(b"\r\n")
            self.drop()
        elif isinstance(trick, str):
            await self.push(trick)
        else:
            await super().smtp_DATA(arg)

    def _sign_in(self, *_: Any) -> AuthResult:
        return AuthResult(success=self._relay.trick("auth") is None, handled=False)


class _Hooks:
    def __init__(self, relay: SmtpRelay) -> None:
        self._relay = relay

    async def handle_EHLO(
        self, server: _Guest, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return ["250-PIPELINING", *responses] if self._relay.pipelining else responses

    async def handle_MAIL(
        self, server: _Guest, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> Any:
        envelope.mail_from = address
        return await self._answer(server, "mail", "250 2.1.0 OK")

    async def handle_RCPT(
        self, server: _Guest, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> Any:
        answer = await self._answer(server, "rcpt", "250 2.1.5 OK", address)
        if answer[:1] in ("2", b"2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: _Guest, session: Session, envelope: Envelope) -> Any:
        trick = self._relay.trick("end", str(envelope.rcpt_tos[0]))
        if trick is None or isinstance(trick, CloseAfterAccepting):
            self._relay.keep(envelope)
        return await self._carry_out(server, trick, "250 2.0.0 Queued")

    async def _answer(self, server: _Guest, phase: str, usual: str, recipient: str | None = None) -> Any:
        return await self._carry_out(server, self._relay.trick(phase, recipient), usual)

    async def _carry_out(self, server: _Guest, trick: Trick | None, usual: str) -> Any:
        if trick is None or isinstance(trick, (str, bytes)):
            return trick or usual
        if isinstance(trick, (Close, CloseAfterAccepting)):
            server.drop()
        if isinstance(trick, Hang):
            trick.reached.set()
        await server.gone.wait()
        return usual
