"""The whole service before a mailbox: a blank mail becomes an invitation, by whichever roads it comes."""

import asyncio
import logging
from pathlib import Path

import pytest
from sqlalchemy import select

from foundation.settings import load
from mailer.inbound import InboundRow, InboundState
from service.home import Home
from service.roles import receive
from service.schema import migrate
from tests.dovecot.fetching import ENTRY, Post, delivered
from tests.support.clock import HandClock
from tests.support.house import SECRET, House, eventually, links_of
from tests.support.imap_line import never
from tests.support.ports import free_port
from tests.support.processes import Service

pytestmark = pytest.mark.dovecot


def stored(house: House) -> list[InboundRow]:
    with house.home.database.read() as session:
        return list(session.scalars(select(InboundRow).order_by(InboundRow.id)))


def test_a_blank_mail_in_the_mailbox_is_answered_with_an_invitation(
    post: Post, tmp_path: Path, clock: HandClock
) -> None:
    setting = post.dovecot.setting(post.mailbox.user, port=post.line.own_port)
    with House(tmp_path / "var", f"sqlite:///{tmp_path / 'h.db'}", clock, {"HANSHO_IMAP": setting}) as house:
        post.mailbox.deliver(delivered("Subject: "))

        [invitation] = eventually(lambda: house.letters("taro@docomo.ne.jp"), what="the invitation")

        post.settle(1)
        assert links_of(invitation)[0].startswith(house.url)
        assert [(row.state, row.note) for row in stored(house)] == [(InboundState.DONE, "invited")]


def test_the_same_mail_by_smtp_and_by_imap_is_one_mail(post: Post, tmp_path: Path, clock: HandClock) -> None:
    setting = post.dovecot.setting(post.mailbox.user, port=post.line.own_port)
    with House(tmp_path / "var", f"sqlite:///{tmp_path / 'h.db'}", clock, {"HANSHO_IMAP": setting}) as house:
        assert house.mail('"a..b"@docomo.ne.jp', ENTRY, b"Message-ID: <same@phone>\r\nSubject: \r\n\r\n") == 250

        post.mailbox.deliver(delivered("Message-ID: <same@phone>", "Subject: ", sender='"a..b"@docomo.ne.jp'))

        post.settle(1)
        eventually(lambda: house.letters("a..b@docomo.ne.jp"), what="the invitation")
        assert [row.envelope_from for row in stored(house)] == ["a..b@docomo.ne.jp"]


def test_killed_between_storing_and_marking_it_is_still_one_mail(post: Post, tmp_path: Path) -> None:
    setting = post.dovecot.setting(post.mailbox.user, port=post.line.own_port)
    post.line.is_deaf = lambda command: b"STORE" in command
    post.mailbox.deliver(delivered("Subject: without a Message-ID"))

    with Service(tmp_path / "var", {"HANSHO_IMAP": setting}) as service:
        eventually(lambda: post.line.said(b"STORE"), what="the mark that gets lost")
        service.kill()
        assert post.mailbox.flags() == [""]
        post.line.is_deaf = never
        service.start()
        post.settle(1)
        eventually(lambda: service.letters("taro@docomo.ne.jp"), what="the invitation")

    home = Home(load({**settings_of(service), "HANSHO_IMAP": ""}), post.clock)
    with home.database.read() as session:
        rows = session.scalars(select(InboundRow)).all()
    home.database.close()
    assert [row.envelope_from for row in rows] == ["taro@docomo.ne.jp"]


def settings_of(service: Service) -> dict[str, str]:
    return {name: value for name, value in service.environment.items() if name.startswith("HANSHO_")}


async def test_the_role_ends_soon_while_a_server_is_silent(post: Post, tmp_path: Path, clock: HandClock) -> None:
    post.line.is_deaf = lambda command: b"SEARCH" in command
    home = receiving(tmp_path, clock, post.dovecot.setting(post.mailbox.user, port=post.line.own_port))
    stop = asyncio.Event()
    role = asyncio.create_task(receive(home, stop))
    await asyncio.to_thread(eventually, lambda: post.line.said(b"SEARCH"))

    stop.set()

    async with asyncio.timeout(10):
        await role
    home.database.close()


async def test_practice_leaves_the_mailbox_of_another_machine_alone(
    tmp_path: Path, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    home = receiving(tmp_path, clock, "imaps://taro:hush@10.255.255.1/INBOX")
    stop = asyncio.Event()

    with caplog.at_level(logging.WARNING):
        role = asyncio.create_task(receive(home, stop))
        await asyncio.sleep(0.1)
        stop.set()
        await role
    home.database.close()

    [said] = [record.getMessage() for record in caplog.records]
    assert said == "practice mode: no mail is fetched from imaps://10.255.255.1:993/INBOX"


def receiving(tmp_path: Path, clock: HandClock, imap: str) -> Home:
    """A home with a database, whose SMTP door takes any free port."""
    settings = {
        "HANSHO_DATA": str(tmp_path / "var"),
        "HANSHO_SECRET": SECRET,
        "HANSHO_SMTP_LISTEN": f"127.0.0.1:{free_port()}",
        "HANSHO_IMAP": imap,
    }
    home = Home(load(settings), clock)
    migrate(home.database)
    return home
