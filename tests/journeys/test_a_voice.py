"""A voice on its way through the whole service: in by mail, received, answered, and back by an address of its own."""

from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

import pytest
from sqlalchemy import select

from admin.people import staff
from admin.people.roles import Role
from foundation.addresses import Address
from liaisons import voice_life, voices
from liaisons.voice_life import Turn
from liaisons.voice_links import VOICE
from liaisons.voice_tables import Voice
from tests.journeys.test_the_loop import FRIDAY
from tests.liaisons.network import enter
from tests.support.clock import HandClock
from tests.support.house import House, eventually, links_of

YAMADA = "yamada@example.jp"
SARA = "sara@example.com"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """On SQLite: tests/service/test_voice_mails.py knows both."""
    with House(tmp_path / "var", f"sqlite:///{tmp_path / 'hansho.db'}", HandClock(FRIDAY)) as house:
        yield house


def heard(house: House, number: int) -> Voice | None:
    with house.home.database.read() as session:
        return session.scalars(select(Voice).where(Voice.id == number)).first()


def answered(house: House, number: int, words: str) -> None:
    at = house.clock.now()
    with house.home.database.write() as session:
        me = staff.add(
            session,
            Address.parse("tanto@city.example.jp"),
            "担当",
            role=Role.DRAFTER,
            password_hash=None,
            at=at,
            actor="test",
        )
        voice = voices.find(session, number, to_change=True)
        assert voice is not None
        voice_life.answer(session, voice, Turn(me, at), words)
        assert house.home.voices.letters.answer(session, voice, at=at)


def reply_to(letter: EmailMessage, words: str) -> bytes:
    """As a mail program writes it."""
    quoted = "\r\n".join(f"> {line}" for line in str(letter.get_content()).splitlines())
    return (
        f"From: <{YAMADA}>\r\nMessage-ID: <again@example.jp>\r\nIn-Reply-To: {letter['Message-ID']}\r\n"
        f"Subject: Re: {letter['Message-ID']}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"{words}\r\n\r\n2026/11/20 10:00、こもれび市 <anzen@example.jp>のメール:\r\n\r\n{quoted}\r\n"
    ).encode()


def test_what_a_liaison_answers_is_heard_answered_and_answered_again(house: House) -> None:
    with house.home.database.write() as session:
        number = enter(session, "yamada", at=house.clock.now()).subscriber_id
    assert number is not None
    koe = f"koe-{house.home.keyring.sign(VOICE, number)}@mail.example.jp"
    first = f"From: <{YAMADA}>\r\nMessage-ID: <first@example.jp>\r\n\r\nThe street light is out.\r\n".encode()

    assert house.mail(YAMADA, koe, first) == 250
    [received] = eventually(lambda: house.letters(YAMADA), what="that it was received")
    answered(house, 1, "交換しました。")
    answer = eventually(lambda: house.letters(YAMADA)[1:], what="the answer")[0]
    back = parseaddr(str(answer["Reply-To"]))[1]
    assert house.mail(YAMADA, back, reply_to(answer, "まだ暗いです。")) == 250
    eventually(lambda: (voice := heard(house, 1)) and voice.state == "in-hand", what="the voice in hand again")

    assert received["In-Reply-To"] == "<first@example.jp>"
    assert str(received["Reply-To"]) == str(answer["Reply-To"]) == koe
    assert "交換しました。" in str(answer.get_content())
    with house.home.database.read() as session:
        notes = [step.note for step in voices.steps_of(session, 1) if step.step == "added"]
    assert notes == ["まだ暗いです。"]
    assert heard(house, 2) is None


def test_what_a_resident_tells_is_answered_and_the_link_in_the_answer_leads_back(house: House) -> None:
    house.http.post("/voice", data={"text": "街灯が切れています。", "address": SARA})
    eventually(lambda: house.letters(SARA), what="that it was received")
    answered(house, 1, "交換しました。")
    answer = eventually(lambda: house.letters(SARA)[1:], what="the answer")[0]

    page = house.http.get(links_of(answer)[0])
    house.http.post(links_of(answer)[0], data={"text": "まだ暗いです。"})

    assert "交換しました。" in page.text
    assert answer["Reply-To"] is None
    voice = heard(house, 1)
    assert voice is not None
    assert voice.state == "in-hand"
