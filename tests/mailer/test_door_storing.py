"""The door for mail: nothing is acknowledged that is not stored, by SMTP and by LMTP."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import text

from foundation.database import Database
from mailer import inbound
from tests.support.clock import HandClock
from tests.support.entrance import MAIL, Entrance, opened
from tests.support.mail_engine import AT, DOMAIN


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
