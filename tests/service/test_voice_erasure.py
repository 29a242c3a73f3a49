"""The way to answer is erased a while after a voice is closed: from every column of every table, and nothing more."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from foundation.database import Base, Database
from liaisons import voice_erasure, voice_life, voices
from liaisons.tables import Liaison
from liaisons.voice_erasure import STRUCK, erase_contacts, strike_liaison
from liaisons.voice_life import Added, Turn
from liaisons.voice_tables import Road, Voice
from liaisons.voices import Heard
from mailer import claims, inbound, records
from mailer.claims import Wish
from mailer.courier import Delivered
from mailer.inbound import Incoming
from mailer.outbox_tables import Lane, OutboxRow
from mailer.records import Result
from service.timetable import Timetable
from tests.liaisons.network import ANNA, enter
from tests.support.mail_engine import AT, DOMAIN
from tests.support.reception import Reception

MAIL = "saburo@example.com"
PHONE = "042-000-1234"
KEPT = timedelta(days=90)
WRITTEN = f"街灯が切れています。\n--\n三郎 {MAIL.upper()} 電話０４２（０００）１２３４"


def traces(database: Database, *words: str) -> list[str]:
    """Every column of every table that holds one of them."""
    found = []
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for name, value in row.items():
                    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
                    found += [f"{table.name}.{name}" for word in words if word in text.lower()]
    return sorted(set(found))


def live(house: Reception) -> int:
    """As much as the service ever comes to know: by mail, with both letters, words added, and a report set aside."""
    at, due = house.clock.now(), house.clock.now().date()
    raw = f"From: {MAIL}\r\nMessage-ID: <1@x>\r\n\r\n{WRITTEN}".encode()
    with house.database.write() as session:
        inbound.store(session, Incoming(MAIL, (f"koe-x@{DOMAIN}",), raw), at=at)
        inbound.store(
            session, Incoming("", (f"postmaster@{DOMAIN}",), f"To: {MAIL}\r\n\r\nno such user".encode()), at=at
        )
        for number in (1, 2):
            inbound.set_aside(session, number, "letter to a person")
        heard = Heard(Road.FORM, WRITTEN, "form:1", due, "resident", mail=MAIL, phone=PHONE)
        voice, mailed = house.home.voices.hear(session, heard)
        assert mailed
        voice_life.add_words(session, voice, Added(f"返事は{MAIL}へ", "resident", "form:2", due), at=at)
        turn = Turn(ANNA, at)
        voice_life.assign(session, voice, turn, section=f"道路課 {MAIL}", officer=None)
        voice_life.answer(session, voice, turn, f"{MAIL} 様。電話 {PHONE} にかけます。")
        house.home.voices.letters.answer(session, voice, at=at)
        voice_life.led_to(session, voice, turn, bulletin_id=None, words=f"{PHONE} に電話した")
        return voice.id


WORDS = ("saburo", "042-000-1234", "０４２（０００）１２３４")


def test_a_while_after_it_is_closed_no_column_of_any_table_tells_how_the_person_is_reached(house: Reception) -> None:
    number = live(house)
    there = traces(house.database, *WORDS)
    assert {"voices.mail", "voices.phone", "voices.text", "voice_steps.note", "outbox.address"} <= set(there)
    with house.database.write() as session:
        rows = claims.claim(session, "s1", Wish({Lane.REPLY: 9}), at=house.clock.now()).rows
        assert len(rows) == 2
        records.record(session, "s1", [Result(row, Delivered("250"), AT) for row in rows], at=house.clock.now())
    house.clock.move(KEPT)

    Timetable(house.home).tidy(house.clock.now())
    Timetable(house.home).fold(house.clock.now())

    assert traces(house.database, *WORDS) == []
    with house.database.read() as session:
        voice = session.get_one(Voice, number)
        assert voice.text.startswith("街灯が切れています。")
        assert STRUCK in voice.text
        assert voice.erased_at is not None


def test_a_moment_before_that_and_while_it_is_open_it_stays(house: Reception) -> None:
    live(house)
    with house.database.write() as session:
        heard = Heard(Road.FORM, "別の件", "form:3", house.clock.now().date(), "resident", mail="jiro@example.com")
        voices.hear(session, heard, at=house.clock.now())
    house.clock.move(KEPT - timedelta(seconds=1))

    with house.database.write() as session:
        assert erase_contacts(session, at=house.clock.now(), after=KEPT) == 0
    house.clock.move(KEPT)
    with house.database.write() as session:
        assert erase_contacts(session, at=house.clock.now(), after=KEPT) == 1
        assert erase_contacts(session, at=house.clock.now(), after=KEPT) == 0

    assert "voices.mail" in traces(house.database, "jiro@example.com")


def test_letters_of_who_still_has_the_address_here_keep_it(house: Reception) -> None:
    """A resident who is registered: their bulletins still count for them."""
    house.resident(MAIL)
    live(house)
    house.clock.move(KEPT)

    with house.database.write() as session:
        erase_contacts(session, at=house.clock.now(), after=KEPT)

    with house.database.read() as session:
        assert set(session.scalars(select(OutboxRow.address))) == {MAIL}
    assert "voices.mail" not in traces(house.database, "saburo")


def test_a_liaison_who_left_is_struck_from_what_they_told(house: Reception) -> None:
    at = house.clock.now()
    with house.database.write() as session:
        liaison = enter(session, "yamada", at=at)
        heard = Heard(
            Road.PAGE, "山田です。090-1111-2222へ", "form:9", at.date(), "liaison", liaison_id=liaison.id, mail="y@x.jp"
        )
        voices.hear(session, heard, at=at)
        strike_liaison(session, liaison.id, ["山田", "０９０１１１１２２２２", ""])

        voice = session.scalars(select(Voice)).one()
        assert voice.text == f"{STRUCK}です。{STRUCK}へ"
        assert (voice.mail, session.get_one(Liaison, liaison.id).id) == (None, voice.liaison_id)


def test_another_address_of_a_liaison_who_left_goes_from_their_words_and_letters_too(house: Reception) -> None:
    at = house.clock.now()
    with house.database.write() as session:
        liaison = enter(session, "yamada", at=at).id
        heard = Heard(Road.MAIL, WRITTEN, "mail:9", at.date(), "liaison", liaison_id=liaison)
        heard = replace(heard, mail=MAIL, phone=PHONE, differs=True)
        _, mailed = house.home.voices.hear(session, heard)
        assert mailed

    with house.database.write() as session:
        strike_liaison(session, liaison, ())

    assert traces(house.database, *WORDS) == []
    with house.database.read() as session:
        assert session.scalars(select(OutboxRow.unwanted)).all() == [True]


@pytest.mark.parametrize(
    ("word", "text", "left"),
    [
        ("042-000-1234", "電話は042 000 1234です", f"電話は{STRUCK}です"),
        ("0420001234", "04200012345", f"{STRUCK}5"),
        ("a.b@example.jp", "axb@example.jp A.B@EXAMPLE.JP", f"axb@example.jp {STRUCK}"),
        ("山田 花子", "山田　花子、山田花子、山田", f"{STRUCK}、{STRUCK}、山田"),
        ("(.*)", "何も (.*) 消えない", f"何も {STRUCK} 消えない"),
    ],
)
def test_a_word_is_found_however_it_is_written_and_nothing_else_is(word: str, text: str, left: str) -> None:
    assert voice_erasure._pattern(word).sub(STRUCK, text) == left
