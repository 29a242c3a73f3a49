"""Answers to the liaison edition: one voice each, in the person's own words, and never a machine's."""

import base64
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from foundation.ledger import LedgerLine
from liaisons import voice_life
from liaisons.tables import Liaison, LiaisonState
from liaisons.voice_life import Turn
from liaisons.voice_links import VOICE
from liaisons.voice_tables import Road, Voice, VoiceState, VoiceStep
from liaisons.voices import MOST_A_DAY_EACH
from mailer import inbound, outbox
from mailer.inbound import Incoming
from mailer.outbox import Post, To
from mailer.outbox_tables import Lane, OutboxRow
from service.voice_mails import VoiceMails
from tests.liaisons.network import ANNA, enter
from tests.support.mail_engine import DOMAIN, LETTER
from tests.support.reception import BLANK, Reception, report

YAMADA = "yamada@example.jp"
ELSEWHERE = "yamada.mobile@docomo.ne.jp"
WORDS = "楓町の公園の街灯が切れています。"
QUOTED = "2026年11月20日(金) 10:00 こもれび市 <anzen@example.jp>:\r\n\r\n> 【防犯】不審な電話\r\n> https://anzen.example.jp/liaison/x\r\n"


@pytest.fixture
def database_kind() -> str:
    """What the rooms do is proved on both; here it is how they are met."""
    return "sqlite"


def mail(text: str = f"{WORDS}\r\n\r\n-- \r\n楓町自治会 山田\r\n\r\n{QUOTED}", head: str = "", number: int = 1) -> str:
    kind = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
    return f"From: <{{sender}}>\r\nMessage-ID: <v{number}@example.jp>\r\nSubject: Re: notice\r\n{head}{kind}\r\n{text}"


@pytest.fixture
def liaison(house: Reception) -> Liaison:
    with house.database.write() as session:
        return enter(session, "yamada", at=house.clock.now())


def koe(house: Reception, liaison: Liaison) -> str:
    assert liaison.subscriber_id is not None
    return f"koe-{house.home.keyring.sign(VOICE, liaison.subscriber_id)}"


def voices_in(house: Reception) -> list[Voice]:
    with house.database.read() as session:
        return list(session.scalars(select(Voice).order_by(Voice.id)))


def test_an_answer_becomes_a_voice_in_the_persons_own_words_and_is_acknowledged(
    house: Reception, liaison: Liaison
) -> None:
    house.receive(mail(), koe(house, liaison), sender=YAMADA)

    assert house.work().note == "a voice"

    [voice] = voices_in(house)
    assert voice.text == f"{WORDS}\n\n--\n楓町自治会 山田"
    assert (voice.liaison_id, voice.road, voice.state, voice.differs) == (liaison.id, Road.MAIL, "received", False)
    assert (voice.mail, voice.due_on) == (None, "2026-12-07"), "ten open days after the 20th, without 23 November"
    [letter] = house.letters(YAMADA)
    assert letter.in_reply_to == "<v1@example.jp>"
    assert "受付番号は1番です" in letter.tail
    assert "reply_mail" in letter.links
    assert "街灯" not in letter.tail


def test_the_same_mail_is_one_voice_however_often_it_comes(house: Reception, liaison: Liaison) -> None:
    """By the door's own memory, and after that was forgotten."""
    for turn in range(4):
        house.receive(mail(), koe(house, liaison), sender=YAMADA)
        house.work()
        if turn:
            with house.database.write() as session:
                inbound.forget_sender(session, YAMADA)
            # So that the next one is another mail by its number, too.
            house.receive(BLANK.replace("<1@", f"<{turn}@"))
            house.work()

    assert len(voices_in(house)) == 1
    assert len(house.letters(YAMADA)) == 1


@pytest.mark.parametrize(
    ("sender", "head"),
    [
        ("", ""),
        (YAMADA, "Auto-Submitted: auto-replied\r\n"),
        (YAMADA, "Subject: 自動返信: 不在\r\nX-Autoreply: yes\r\n"),
        (YAMADA, "Precedence: bulk\r\n"),
        (YAMADA, "List-Id: <x.example.jp>\r\n"),
        (YAMADA, "X-Loop: yes\r\n"),
        ("mailer-daemon@example.jp", ""),
        ("noreply@example.jp", ""),
        (f"anzen@{DOMAIN}", ""),
    ],
)
def test_what_a_machine_wrote_is_no_voice_and_gets_no_answer(
    house: Reception, liaison: Liaison, sender: str, head: str
) -> None:
    house.receive(head + mail(), koe(house, liaison), sender=sender)

    row = house.work()

    assert row.state == "done"
    assert row.note is not None
    assert row.note.startswith("no voice: ")
    assert voices_in(house) == []
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0


def test_a_bounce_of_the_edition_is_no_voice(house: Reception, liaison: Liaison) -> None:
    for sender in ("", "postmaster@relay.example.jp", YAMADA):
        house.receive(report(), koe(house, liaison), sender=sender)
        house.work()

    assert voices_in(house) == []


@pytest.mark.parametrize("text", ["", "\r\n\r\n", QUOTED, "\0\x07\u202e\r\n"])
def test_a_mail_without_own_words_is_no_voice(house: Reception, liaison: Liaison, text: str) -> None:
    house.receive(mail(text), koe(house, liaison), sender=YAMADA)

    assert house.work().note == "no voice: no words of their own"
    assert voices_in(house) == []


def test_from_another_address_it_is_taken_and_marked_and_nothing_of_the_liaison_is_told(
    house: Reception, liaison: Liaison
) -> None:
    house.receive(mail(), koe(house, liaison), sender=ELSEWHERE)

    assert house.work().note == "a voice, from another address"

    [voice] = voices_in(house)
    assert (voice.differs, voice.mail, voice.liaison_id) == (True, ELSEWHERE, liaison.id)
    assert house.letters(YAMADA) == []
    [letter] = house.letters(ELSEWHERE)
    assert letter.links == "{}"
    assert not {"yamada", "山田", "連絡員"} & {word for word in ("yamada", "山田", "連絡員") if word in letter.body}


def test_after_consent_ended_it_is_a_voice_without_a_liaison(house: Reception, liaison: Liaison) -> None:
    with house.database.write() as session:
        session.get_one(Liaison, liaison.id).state = LiaisonState.ENDED.value
    house.receive(mail(), koe(house, liaison), sender=YAMADA)

    house.work()

    [voice] = voices_in(house)
    assert (voice.liaison_id, voice.mail) == (None, YAMADA)


def test_a_sender_whom_our_server_does_not_prove_is_taken_marked_and_not_answered(
    house: Reception, liaison: Liaison
) -> None:
    rooms = house.home.post_room
    careful = VoiceMails(rooms.voices.desk, rooms.voices.domain, "mx.city.test")
    object.__setattr__(rooms, "voices", careful)
    proof = "Authentication-Results: mx.city.test; spf=pass smtp.mailfrom=example.jp\r\n"
    house.receive(mail(), koe(house, liaison), sender=YAMADA)
    house.receive(proof + mail(number=2), koe(house, liaison), sender=YAMADA)

    house.work()

    assert [voice.differs for voice in voices_in(house)] == [True, False]
    assert len(house.letters(YAMADA)) == 1


HALF_KANA = "ｶﾞｲﾄｳ ﾉ ﾃﾞﾝｷｭｳ"


def _kana_in_jis() -> bytes:
    kana = bytes(octet - 0x80 for octet in HALF_KANA.replace(" ", "").encode("shift_jis"))
    return "街道の ".encode("iso2022_jp") + b"\x1b(I" + kana + b"\x1b(B\r\n"


@pytest.mark.parametrize(
    ("head", "body", "words"),
    [
        (b"text/plain; charset=iso-2022-jp", _kana_in_jis(), "街道の " + HALF_KANA.replace(" ", "")),
        (b"text/plain; charset=shift_jis", "①号棟の髙橋です".encode("cp932"), "①号棟の髙橋です"),
        (b"text/plain", "街灯の件".encode("euc_jp"), "街灯の件"),
        (b"text/plain; charset=x-unknown", "街灯の件".encode(), "街灯の件"),
        (
            b"text/html; charset=utf-8",
            b"<p><b>{{7*7}}</b> &lt;script&gt;</p><script>alert(1)</script>",
            "{{7*7}} <script>",
        ),
    ],
    ids=["JIS with half-width kana", "cp932", "EUC, unnamed", "unknown", "HTML"],
)
def test_odd_charsets_and_html_are_read_as_a_person_would(
    house: Reception, liaison: Liaison, head: bytes, body: bytes, words: str
) -> None:
    raw = b"From: <%b>\r\nMessage-ID: <o@example.jp>\r\nContent-Type: %b\r\n\r\n%b" % (YAMADA.encode(), head, body)
    with house.database.write() as session:
        inbound.store(session, Incoming(YAMADA, (f"{koe(house, liaison)}@{DOMAIN}",), raw), at=house.clock.now())

    house.work()

    assert [voice.text for voice in voices_in(house)] == [words]


@pytest.mark.parametrize("text", [WORDS, "長い。" * 10_000])
def test_no_attachment_is_kept_and_a_long_mail_is_cut(house: Reception, liaison: Liaison, text: str) -> None:
    picture = base64.b64encode(b"\xff\xd8PICTURE" * 20).decode()
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n'
    named = "Content-Type: text/plain; name=memo.txt\r\nContent-Disposition: attachment\r\n"
    parts = f"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--x\r\n{named}\r\n{picture}\r\n--x--\r\n"
    house.receive(
        f"From: <{{sender}}>\r\nMessage-ID: <p@x.jp>\r\n{head}\r\n{parts}", koe(house, liaison), sender=YAMADA
    )

    house.work()

    [voice] = voices_in(house)
    assert voice.text == (text if text == WORDS else text[:20_000] + "\n〔長いため、ここまでを記録しました〕")


def test_the_bulletin_that_was_answered_is_named(house: Reception, liaison: Liaison) -> None:
    post = Post("bulletin:7", "bulletin:7", Lane.BULK, house.clock.now(), house.clock.now())
    with house.database.write() as session:
        outbox.enqueue(
            session,
            outbox.write_letter(session, LETTER, batch="bulletin:7", at=post.at),
            post,
            [To(YAMADA, "example.jp", 1)],
        )
        number = session.scalars(select(OutboxRow.id)).one()
    head = f"In-Reply-To: {house.home.composer.message_id(number)}\r\n"
    house.receive(mail(head=head), koe(house, liaison), sender=YAMADA)

    house.work()

    assert [voice.about_id for voice in voices_in(house)] == [7]


def test_who_answers_our_answer_comes_back_to_the_same_voice_once(house: Reception, liaison: Liaison) -> None:
    house.receive(mail(), koe(house, liaison), sender=YAMADA)
    house.work()
    with house.database.write() as session:
        voice = session.scalars(select(Voice)).one()
        voice_life.answer(session, voice, Turn(ANNA, house.clock.now()), "明日、交換します。")
        house.home.voices.letters.answer(session, voice, at=house.clock.now())
    with house.database.read() as session:
        letter = session.scalars(select(OutboxRow.id).order_by(OutboxRow.id.desc())).first()
    assert letter is not None
    again = mail("まだ暗いです。", head=f"In-Reply-To: {house.home.composer.message_id(letter)}\r\n", number=2)
    for _ in range(2):
        house.receive(again, koe(house, liaison), sender=YAMADA)
        house.work()
        with house.database.write() as session:
            inbound.forget_sender(session, YAMADA)

    [voice] = voices_in(house)
    assert (voice.state, voice.closed_at) == (VoiceState.IN_HAND, None)
    with house.database.read() as session:
        notes = session.scalars(select(VoiceStep.note).where(VoiceStep.step == "added")).all()
    assert notes == ["まだ暗いです。"]


def test_a_flood_from_one_liaison_is_left_to_a_person(house: Reception, liaison: Liaison) -> None:
    for number in range(MOST_A_DAY_EACH + 2):
        house.receive(mail(number=number), koe(house, liaison), sender=YAMADA)

    assert house.work().state == "set-aside"
    assert len(voices_in(house)) == MOST_A_DAY_EACH
    assert len(house.letters(YAMADA)) == 3, "the answer caps"


def test_neither_words_nor_addresses_reach_the_ledger(house: Reception, liaison: Liaison) -> None:
    house.receive(mail(), koe(house, liaison), sender=ELSEWHERE)
    house.work()

    with house.database.read() as session:
        lines = session.scalars(select(LedgerLine).where(LedgerLine.action.like("voice.%"))).all()
    [line] = lines
    assert (line.actor, line.subject) == ("liaison", "voice:1")
    assert not [word for word in ("docomo", "yamada", "街灯") if word in line.details]


def test_a_token_for_another_purpose_is_none_of_ours(house: Reception, liaison: Liaison) -> None:
    assert liaison.subscriber_id is not None
    assert not house.home.recipients.is_wanted(f"koe-{house.home.keyring.sign('stop', liaison.subscriber_id)}")
    assert house.home.recipients.is_wanted(koe(house, liaison).upper())
    assert replace(house.home.recipients, announced=None).read("koe-") is None
