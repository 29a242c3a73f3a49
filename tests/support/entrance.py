"""An open door for mail, and those who speak at it over real sockets."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from sqlalchemy import select

from foundation.clock import Clock
from foundation.database import Database
from foundation.setting_values import HostPort
from mailer.door import Door, DoorKeeper
from mailer.inbound import InboundRow
from tests.support.mail_engine import DOMAIN, KEYRING

ANY_PORT = HostPort("127.0.0.1", 0)
MAIL = b"From: a@example.jp\r\nSubject: hello\r\n\r\ntext\r\n"
TOKEN = KEYRING.sign("bounce", 7)


def is_wanted(local: str) -> bool:
    return local in ("touroku", "touroku-en") or KEYRING.read("bounce", local.removeprefix("b-")) is not None


@dataclass
class Talk:
    """One connection, spoken line by line."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def begin(cls, port: int, greeting: str = "EHLO test") -> "Talk":
        talk = cls(*await asyncio.open_connection("127.0.0.1", port))
        await talk.answer()
        await talk.say(greeting)
        return talk

    async def say(self, line: str) -> str:
        self.writer.write(line.encode("latin-1") + b"\r\n")
        return await self.answer()

    async def answer(self) -> str:
        async with asyncio.timeout(20):
            while True:
                line = (await self.reader.readline()).decode()
                if line[3:4] != "-":
                    return line.rstrip()

    async def mail(self, raw: bytes = MAIL, *, sender: str = "<a@example.jp>", to: Sequence[str] = ("touroku",)) -> str:
        """The answer to the final dot, or the first refusal."""
        for line in (f"MAIL FROM:{sender}", *(f"RCPT TO:<{local}@{DOMAIN}>" for local in to)):
            answer = await self.say(line)
            if not answer.startswith("250"):
                return answer
        return await self.data(raw)

    async def data(self, raw: bytes) -> str:
        assert (await self.say("DATA")).startswith("354")
        self.writer.write(raw + b".\r\n")
        return await self.answer()

    async def end(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


@dataclass
class Entrance:
    """An open door and those who speak at it."""

    door: Door
    smtp_port: int
    lmtp_port: int
    database: Database
    talks: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def smtp(self) -> Talk:
        return await self._talk(self.smtp_port, "EHLO test")

    async def lmtp(self) -> Talk:
        return await self._talk(self.lmtp_port, "LHLO test")

    async def _talk(self, port: int, greeting: str) -> Talk:
        talk = await Talk.begin(port, greeting)
        self.talks.push_async_callback(talk.end)
        return talk

    def mails(self) -> list[InboundRow]:
        with self.database.read() as session:
            return list(session.scalars(select(InboundRow).order_by(InboundRow.id)))


async def opened(database: Database, clock: Clock, *, most: int = 200) -> Entrance:
    keeper = DoorKeeper(database, clock, DOMAIN, is_wanted, lambda: None)
    door = Door(keeper, most_connections=most)
    return Entrance(door, await door.open_smtp(ANY_PORT), await door.open_lmtp(ANY_PORT), database)
