"""The door for mail: who is let in, and what is refused."""

import asyncio
import errno
import socket

import pytest

from foundation.database import Database
from mailer.door import CLOSE_SECONDS
from tests.support.clock import HandClock
from tests.support.entrance import MAIL, TOKEN, Entrance, opened
from tests.support.house import eventually
from tests.support.mail_engine import DOMAIN


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


async def test_whoever_is_idle_when_the_door_closes_is_told_421_and_keeps_nobody_waiting(entrance: Entrance) -> None:
    talks = [await entrance.smtp(), await entrance.lmtp()]

    async with asyncio.timeout(CLOSE_SECONDS):
        await entrance.door.close()
    told = [await asyncio.wait_for(talk.reader.read(), 5) for talk in talks]

    assert [words[:9] for words in told] == [b"421 4.3.2", b"421 4.3.2"]


async def test_who_does_not_read_what_he_is_told_is_hung_up_on(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.door.CLOSE_SECONDS", 0.1)
    with socket.create_connection(("127.0.0.1", entrance.smtp_port)) as deaf:
        deaf.setblocking(False)
        while True:
            try:
                deaf.sendall(b"EHLO x\r\n" * 1000)
                await asyncio.sleep(0)
            except BlockingIOError:
                break

        async with asyncio.timeout(10):
            await entrance.door.close()

        await asyncio.to_thread(
            eventually, lambda: deaf.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET, what="the end"
        )


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
