"""The door for mail, spoken to over real sockets."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select, text

from foundation.clock import Clock
from foundation.database import Database
from foundation.setting_values import HostPort
from mailer import inbound
from mailer.door import Door, DoorKeeper
from mailer.inbound import InboundRow
from tests.support.clock import HandClock
from tests.support.mail_engine import AT, DOMAIN, KEYRING

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


@pytest.fixture
async def entrance(sqlite: Database, clock: HandClock) -> AsyncIterator[Entrance]:
    entrance = await opened(sqlite, clock, most=5)
    async with entrance.talks:
        yield entrance
    await entrance.door.close()


async def test_a_mail_is_stored_before_250_is_said(database: Database, clock: HandClock) -> None:
    entrance = await opened(database, clock)

    async with entrance.talks:
        answer = await (await entrance.smtp()).mail()
        [row] = entrance.mails()
    await entrance.door.close()

    assert answer.startswith("250")
    assert (row.raw, row.envelope_from, row.recipient) == (MAIL, "a@example.jp", f"touroku@{DOMAIN}")
    assert row.received_at == clock.now()


@pytest.mark.parametrize("local", ["somebody", "b-aaaaaaaaaaaaaaaaaaaa", "kaijo-x", "touroku\x00", "TOUROKU2"])
async def test_an_unknown_recipient_or_a_bad_token_is_refused_at_rcpt(entrance: Entrance, local: str) -> None:
    answer = await (await entrance.smtp()).mail(to=[local])

    assert answer.startswith(("550 5.1.1", "553 5.1.3"))
    assert entrance.mails() == []


async def test_another_domain_is_refused_at_rcpt(entrance: Entrance) -> None:
    talk = await entrance.smtp()
    await talk.say("MAIL FROM:<a@example.jp>")

    assert (await talk.say("RCPT TO:<touroku@example.com>")).startswith("550 5.1.1")


async def test_a_token_of_ours_is_taken_in_any_case_of_letters(entrance: Entrance) -> None:
    answer = await (await entrance.smtp()).mail(sender="<>", to=[f"B-{TOKEN.upper()}"])

    assert answer.startswith("250")
    assert [(row.envelope_from, row.recipient) for row in entrance.mails()] == [("", f"b-{TOKEN}@{DOMAIN}")]


async def test_five_megabytes_are_answered_with_552_announced_or_not(entrance: Entrance) -> None:
    talk = await entrance.smtp()

    announced = await talk.say("MAIL FROM:<a@example.jp> SIZE=5000000")
    sent = await talk.mail(b"a" * 76 + b"\r\n" + (b"b" * 76 + b"\r\n") * 64_000)

    assert announced.startswith("552")
    assert sent.startswith("552")
    assert entrance.mails() == []


@pytest.mark.parametrize("smuggled", [b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n\n.\r\n"])
async def test_a_second_mail_cannot_be_smuggled_into_the_first(entrance: Entrance, smuggled: bytes) -> None:
    second = f"MAIL FROM:<b@example.jp>\r\nRCPT TO:<touroku@{DOMAIN}>\r\nDATA\r\nsecond\r\n".encode()
    talk = await entrance.smtp()

    answer = await talk.mail(MAIL + b"first" + smuggled + second)

    assert answer.startswith("550 5.5.2")
    assert (await talk.say("NOOP")).startswith("250")
    assert entrance.mails() == []


@pytest.mark.parametrize("raw", [b"Subject: x\n\ntext\r\n", b"Subject: x\r\n\r\na\rb\r\n"])
async def test_a_bare_line_end_is_refused(entrance: Entrance, raw: bytes) -> None:
    assert (await (await entrance.smtp()).mail(raw)).startswith("550 5.5.2")
    assert entrance.mails() == []


async def test_the_one_too_many_is_told_421_and_the_others_live(entrance: Entrance) -> None:
    talks = [await entrance.smtp() for _ in range(5)]

    reader, writer = await asyncio.open_connection("127.0.0.1", entrance.smtp_port)
    refusal = await reader.read()
    writer.close()
    answers = [await talk.mail() for talk in talks]

    assert refusal.startswith(b"421 ")
    assert {answer[:3] for answer in answers} == {"250"}


async def test_who_leaves_makes_room(entrance: Entrance) -> None:
    talks = [await entrance.smtp() for _ in range(5)]
    await talks[0].say("QUIT")
    assert await talks[0].reader.read() == b""

    assert (await (await entrance.smtp()).mail()).startswith("250")


async def test_two_hundred_idle_guests_and_the_next_is_told_421(sqlite: Database, clock: HandClock) -> None:
    entrance = await opened(sqlite, clock)
    guests = [socket.create_connection(("127.0.0.1", entrance.smtp_port)) for _ in range(200)]
    loop = asyncio.get_running_loop()
    for guest in guests:
        guest.setblocking(False)
        assert (await loop.sock_recv(guest, 100)).startswith(b"220")

    reader, writer = await asyncio.open_connection("127.0.0.1", entrance.smtp_port)
    refusal = await reader.read()
    writer.close()
    await loop.sock_sendall(guests[99], b"NOOP\r\n")

    assert refusal.startswith(b"421 ")
    assert (await loop.sock_recv(guests[99], 100)).startswith(b"250")
    for guest in guests:
        guest.close()
    await entrance.door.close()


async def test_a_locked_database_is_answered_with_451_and_nothing_is_acknowledged(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foundation.database.BUSY_SECONDS", 0.05)
    quick = await opened(Database(entrance.database.url), HandClock(AT))
    with entrance.database.write() as holder:
        holder.execute(text("SELECT 1"))  # takes the lock
        async with quick.talks:
            answer = await (await quick.smtp()).mail()

    assert answer.startswith("451")
    assert entrance.mails() == []
    await quick.door.close()
    quick.database.close()


async def test_a_database_that_is_gone_is_answered_with_451(tmp_path: Path, clock: HandClock) -> None:
    entrance = await opened(Database(f"sqlite:///{tmp_path / 'nowhere' / 'hansho.db'}"), clock)

    async with entrance.talks:
        talk = await entrance.smtp()
        answers = [await talk.mail(), await talk.mail()]

    assert [answer[:3] for answer in answers] == ["451", "451"]
    await entrance.door.close()
    entrance.database.close()


async def test_lmtp_answers_once_for_each_recipient(entrance: Entrance) -> None:
    talk = await entrance.lmtp()

    answers = [await talk.mail(to=["touroku", "touroku-en", "touroku"]), await talk.answer(), await talk.answer()]
    next_answer = await talk.say("NOOP")

    assert [answer[:3] for answer in answers] == ["250"] * 3
    assert next_answer == "250 OK"
    assert [row.recipient for row in entrance.mails()] == [f"touroku@{DOMAIN}", f"touroku-en@{DOMAIN}"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [(MAIL + b"\n\r\n", "550"), ((b"b" * 76 + b"\r\n") * 14_000, "552"), (b"b" * 70_000 + b"\r\n", "500")],
    ids=["bare LF", "too large", "line too long"],
)
async def test_lmtp_refuses_once_for_each_recipient(entrance: Entrance, raw: bytes, code: str) -> None:
    talk = await entrance.lmtp()

    answers = [await talk.mail(raw, to=["touroku", "touroku-en"]), await talk.answer()]
    next_answer = await talk.say("NOOP")

    assert [answer[:3] for answer in answers] == [code] * 2
    assert next_answer == "250 OK"


async def test_lmtp_answers_a_mail_that_cannot_be_stored_once_for_each_recipient(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr(inbound, "store", broken)
    talk = await entrance.lmtp()

    answers = [await talk.mail(to=["touroku", "touroku-en"]), await talk.answer()]

    assert [answer[:3] for answer in answers] == ["451", "451"]


@pytest.mark.parametrize("sender", ["<a..b@docomo.ne.jp>", "<a.@ezweb.ne.jp>", "<.a@docomo.ne.jp>"])
async def test_a_carrier_address_is_taken_with_and_without_quotes(entrance: Entrance, sender: str) -> None:
    quoted = sender.replace("<", '<"').replace("@", '"@')
    talk = await entrance.smtp()

    answers = [await talk.mail(sender=sender), await talk.mail(sender=quoted)]

    assert [answer[:3] for answer in answers] == ["250", "250"]
    assert {row.envelope_from for row in entrance.mails()} == {sender.strip("<>")}


@pytest.mark.parametrize("sender", ['<"a\x01b"@example.jp>', "<a\x00@example.jp>", '<"a\x7f"@example.jp>'])
async def test_control_characters_in_a_sender_are_refused(entrance: Entrance, sender: str) -> None:
    assert (await (await entrance.smtp()).mail(sender=sender))[0] == "5"
    assert entrance.mails() == []


async def test_octets_beyond_ascii_in_an_address_are_refused_and_the_talk_goes_on(entrance: Entrance) -> None:
    talk = await entrance.smtp()

    assert (await talk.mail(sender="<\xe9@example.jp>"))[0] == "5"
    assert (await talk.mail()).startswith("250")


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/",
        bytes(range(14, 256)) * 20,
        b"Subject: =?utf-8?B?%%%?=\r\nMessage-ID: \xff\xfe\r\n\r\n\x00\x00",
    ],
    ids=["empty", "unfinished", "octets", "headers"],
)
async def test_damaged_mail_is_stored_as_it_came(entrance: Entrance, raw: bytes) -> None:
    whole = raw if raw.endswith(b"\r\n") else raw + b"\r\n"

    assert (await (await entrance.smtp()).mail(whole)).startswith("250")
    assert [row.raw for row in entrance.mails()] == [whole]


async def test_a_mail_sent_again_after_a_lost_answer_is_one_mail(entrance: Entrance) -> None:
    talk = await entrance.smtp()
    raw = b"Message-ID: <1@example.jp>\r\n" + MAIL

    await talk.mail(raw)
    await talk.mail(raw)

    assert len(entrance.mails()) == 1


async def test_no_address_stands_in_our_log(
    entrance: Entrance, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    talk = await entrance.smtp()
    await talk.mail(sender="<resident@example.jp>")
    await talk.mail(sender="<resident@example.jp>", to=["somebody"])
    entrance.database.close()
    await talk.say("RSET")
    monkeypatch.setattr(inbound, "store", lambda *_, **__: 1 / 0)
    await talk.mail(sender="<resident@example.jp>")

    ours = [record.getMessage() for record in caplog.records if record.name.split(".")[0] != "mail"]
    assert any("the door met" in line for line in ours)
    assert not [line for line in ours if "resident" in line or "example.jp" in line]
