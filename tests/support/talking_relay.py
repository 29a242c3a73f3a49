"""A mail server of our own that says what it is told, when it is told, and remembers every word it heard."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from foundation.setting_values import Relay, Security
from tests.support.smtp_relay import Accepted, Close, CloseAfterAccepting, Hang, Trick

USUAL = {
    "connect": "220 relay.test ESMTP",
    "helo": "250 relay.test",
    "auth": "235 2.7.0 welcome",
    "starttls": "220 2.0.0 go on",
    "mail": "250 2.1.0 ok",
    "rcpt": "250 2.1.5 ok",
    "data": "354 go on",
    "end": "250 2.0.0 taken",
    "rset": "250 2.0.0 ok",
    "quit": "221 2.0.0 bye",
}
_VERBS = {"EHLO": "ehlo", "HELO": "helo", "AUTH": "auth", "STARTTLS": "starttls", "MAIL": "mail", "RCPT": "rcpt"}
_VERBS |= {"DATA": "data", "RSET": "rset", "QUIT": "quit"}


class Gone(Exception):
    """The server has closed this connection."""


@dataclass
class _Plan:
    phase: str
    trick: Trick
    times: int
    after: int


@dataclass
class TalkingRelay:
    """Phases are the commands in lower case, `connect` for the greeting and `end` for the answer to the final dot. It
    refuses a second MAIL within a transaction, as Postfix does; `invites_always` answers 354 without a recipient."""

    pipelining: bool = True
    tls: ssl.SSLContext | None = None  # from the start
    starttls: ssl.SSLContext | None = None
    signs_in: bool = False
    invites_always: bool = False
    dribbles: bool = False  # its answers come octet by octet
    port: int = 0
    heard: list[tuple[int, str]] = field(default_factory=list)  # connection and command line, contents left out
    accepted: list[Accepted] = field(default_factory=list)
    empty_letters: int = 0
    connections: int = 0
    open_now: int = 0
    answers_after: float = 0.0  # seconds, each answer by itself
    waits: int = 0  # for the client, everything that came having been answered; within a letter's text not counted
    _plans: list[_Plan] = field(default_factory=list)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> "TalkingRelay":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", self.port, ssl=self.tls, limit=2**20)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Refuses connections from now on, and the open ones end without a word."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.drop_everybody()
        await self.is_left_alone()

    async def is_left_alone(self) -> None:
        """Returns once no connection is open."""
        async with asyncio.timeout(10):
            while self.open_now:
                await self._news.wait()

    async def has_accepted(self, letters: int) -> None:
        """Returns once so many letters were accepted."""
        async with asyncio.timeout(20):
            while len(self.accepted) < letters:
                await self._news.wait()

    async def has_heard(self, verb: str) -> None:
        """Returns once a command began so."""
        async with asyncio.timeout(20):
            while verb not in self.verbs():
                await self._news.wait()

    def tell(self) -> None:
        """Those who wait look again."""
        self._news.set()
        self._news.clear()

    def drop_everybody(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def address(self, *, security: Security = Security.CLEAR, connections: int = 1, user: str | None = None) -> Relay:
        password = None if user is None else "a password"
        return Relay("127.0.0.1", self.port, security, user, password, connections)

    def misbehave(self, phase: str, trick: Trick, *, times: int = 1, after: int = 0) -> None:
        """For the next `times` occasions, once `after` more have passed."""
        self._plans.append(_Plan(phase, trick, times, after))

    def behave(self) -> None:
        self._plans.clear()

    def verbs(self, connection: int | None = None) -> list[str]:
        return [line.split()[0].upper() for number, line in self.heard if connection in (None, number)]

    def trick(self, phase: str) -> Trick | None:
        for plan in self._plans:
            if plan.phase != phase or plan.times <= 0:
                continue
            if plan.after > 0:
                plan.after -= 1
                return None
            plan.times -= 1
            return plan.trick
        return None

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_now += 1
        self._writers.add(writer)
        try:
            await _Talk(self, self.connections, reader, writer).run()
        except (Gone, OSError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()
            self.open_now -= 1
            self.tell()


@dataclass
class _Talk:
    relay: TalkingRelay
    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sender: str | None = None
    recipient: str | None = None
    is_secure: bool = False

    async def run(self) -> None:
        await self._say("connect")
        while True:
            self.relay.waits += not self.reader._buffer  # type: ignore[attr-defined]  # there is no public way to look
            line = (await self.reader.readuntil(b"\r\n"))[:-2].decode("ascii")
            self.relay.heard.append((self.number, line))
            self.relay.tell()
            phase = _VERBS.get(line.split(" ")[0].upper(), "")
            step: Callable[[str], object] | None = getattr(self, f"_{phase}", None)
            if step is not None:
                await step(line)  # type: ignore[misc]  # every step is a coroutine function
            elif phase:
                await self._say(phase)
            else:
                await self._answer(b"500 5.5.2 what?\r\n")

    async def _ehlo(self, line: str) -> None:
        offers = ["relay.test", "8BITMIME"]
        offers += ["PIPELINING"] if self.relay.pipelining else []
        offers += ["STARTTLS"] if self.relay.starttls is not None and not self.is_secure else []
        offers += ["AUTH PLAIN LOGIN"] if self.relay.signs_in else []
        lines = [f"250{'-' if offer is not offers[-1] else ' '}{offer}\r\n" for offer in offers]
        await self._say("ehlo", "".join(lines).encode())

    async def _starttls(self, line: str) -> None:
        await self._say("starttls")
        await self.writer.start_tls(self.relay.starttls)  # type: ignore[arg-type]  # only asked for where it is offered
        self.is_secure = True

    async def _mail(self, line: str) -> None:
        if self.sender is not None:
            await self._answer(b"503 5.5.1 nested MAIL command\r\n")
            return
        if (await self._say("mail")).startswith(b"2"):
            self.sender = _between_brackets(line)

    async def _rcpt(self, line: str) -> None:
        if (await self._say("rcpt")).startswith(b"2"):
            self.recipient = _between_brackets(line)

    async def _rset(self, line: str) -> None:
        self.sender = self.recipient = None
        await self._say("rset")

    async def _quit(self, line: str) -> None:
        await self._say("quit")
        raise Gone

    async def _data(self, line: str) -> None:
        if self.recipient is None and not self.relay.invites_always:
            await self._answer(b"554 5.5.1 no valid recipients\r\n")
            return
        if not (await self._say("data")).startswith(b"3"):
            return
        octets = await self._content()
        letter = Accepted(self.sender or "", self.recipient or "", octets)
        trick = self.relay.trick("end")
        if not octets:
            self.relay.empty_letters += 1
        elif _is_taken(trick):
            self.relay.accepted.append(letter)
            self.relay.tell()
        self.sender = self.recipient = None
        await self._carry_out(trick, "end")

    async def _content(self) -> bytes:
        lines: list[bytes] = []
        while (line := await self.reader.readuntil(b"\r\n")) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    async def _say(self, phase: str, usual: bytes | None = None) -> bytes:
        return await self._carry_out(self.relay.trick(phase), phase, usual)

    async def _carry_out(self, trick: Trick | None, phase: str, usual: bytes | None = None) -> bytes:
        if isinstance(trick, (Close, CloseAfterAccepting)):
            self.writer.transport.abort()
            raise Gone
        if isinstance(trick, Hang):
            trick.reached.set()
            await self.reader.read()
            raise Gone
        text = trick.encode() if isinstance(trick, str) else trick
        octets = text + b"\r\n" if text is not None and not text.endswith(b"\r\n") else text
        octets = octets or usual or USUAL[phase].encode() + b"\r\n"
        await self._answer(octets)
        if octets.startswith(b"421"):
            self.writer.close()
            raise Gone
        return octets

    async def _answer(self, octets: bytes) -> None:
        if self.relay.answers_after:
            await asyncio.sleep(self.relay.answers_after)
        pieces = [octets[at : at + 1] for at in range(len(octets))] if self.relay.dribbles else [octets]
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if self.relay.dribbles:
                await asyncio.sleep(0)


def _is_taken(trick: Trick | None) -> bool:
    return trick is None or isinstance(trick, CloseAfterAccepting) or (str(trick)[:1] == "2")


def _between_brackets(line: str) -> str:
    return line.partition("<")[2].rpartition(">")[0]
