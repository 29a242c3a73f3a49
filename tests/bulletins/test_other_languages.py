"""What those read who chose another language: approved with the rest, sent to them alone, by hand where need be."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from bulletins.drafting import DraftInvalid, Sheet
from bulletins.life import WrongState
from bulletins.notice_templates import Kind
from bulletins.other_languages import DrillSigns, EditionRow, OtherLanguages, Said, in_language
from bulletins.signatory import NotAllowed
from bulletins.tables import Bulletin, BulletinVersion
from bulletins.wording import Wording
from foundation import ledger
from foundation.database import Database
from foundation.languages import Language
from foundation.templating import TemplateBroken
from mailer.outbox_tables import LetterRow, OutboxRow
from subscribers.tables import Subscriber
from tests.bulletins.office import ANNA, BEN, SHEET, SUBJECT, VIEWER, Office
from tests.support.clock import HandClock

ENGLISH, PLAIN, CHINESE = Language.ENGLISH, Language.PLAIN_JAPANESE, Language.CHINESE
BY_HAND = Said(ENGLISH, "From city hall", "Please ask us.")


@dataclass
class Interpreter:
    """Says what it was given for a language, whatever the bulletin; breaks where it was told to."""

    words: Mapping[Language, str] = field(default_factory=lambda: {ENGLISH: "News", PLAIN: "おしらせ"})
    broken: frozenset[Language] = frozenset()

    def speak(self, bulletin: Bulletin, language: Language, *, told: Mapping[str, str]) -> Said | None:
        if language in self.broken:
            raise TemplateBroken(Path("body.txt"), 1, "broken on purpose")
        word = self.words.get(language)
        return Said(language, f"{word}: {bulletin.subject}", f"{word}.") if word else None

    def drill_signs(self, language: Language) -> DrillSigns:
        return DrillSigns("[DRILL]", "This is a drill.")


@pytest.fixture
def office(database: Database, clock: HandClock, tmp_path: Path) -> Office:
    office = Office.open(database, clock, tmp_path)
    speak_with(office, Interpreter())
    return office


def speak_with(office: Office, interpreter: Interpreter) -> None:
    vars(office.home)["others"] = OtherLanguages(interpreter)


def wants(office: Office, languages: Mapping[str, Language | None]) -> None:
    office.residents(*languages)
    with office.database.write() as session:
        for name, language in languages.items():
            address = f"{name}@example.jp"
            found = session.scalars(select(Subscriber).where(Subscriber.address == address)).one()
            found.language = language.value if language else None


def letters(office: Office) -> dict[str, tuple[str, str]]:
    """Subject and text of the letter that each address gets."""
    with office.database.read() as session:
        rows = session.execute(
            select(OutboxRow.address, LetterRow.subject, LetterRow.body).join(
                LetterRow, LetterRow.id == OutboxRow.letter_id
            )
        )
        return {address.partition("@")[0]: (subject, body) for address, subject, body in rows}


def said(office: Office, number: int) -> dict[Language, tuple[str, str, str]]:
    with office.database.read() as session:
        found = office.home.others.editions(session, session.get_one(Bulletin, number))
        return {each.language: (each.subject, each.text, each.writer) for each in found}


def write(office: Office, number: int, words: Said = BY_HAND, *, version: int | None = None) -> None:
    with office.database.write() as session:
        office.home.others.write(session, number, words, ANNA, version=version, at=office.clock.now())


def test_each_reads_it_in_the_language_they_chose_and_everybody_once(office: Office) -> None:
    wants(office, {"taro": None, "emma": ENGLISH, "hana": PLAIN, "li": CHINESE, "old": Language.JAPANESE})
    office.begun()
    office.fan_out()

    found = letters(office)

    assert found["emma"] == (f"News: {SUBJECT}", "News.")
    assert found["hana"] == (f"おしらせ: {SUBJECT}", "おしらせ.")
    # Chinese has no words here, and a language of long ago none either: they read the Japanese ones.
    assert found["taro"] == found["li"] == found["old"]
    assert found["taro"][0] == SUBJECT
    assert len(found) == 5


def test_the_words_in_every_language_are_those_that_were_submitted(office: Office) -> None:
    wants(office, {"emma": ENGLISH})
    number = office.submitted()
    speak_with(office, Interpreter({ENGLISH: "Something else"}))

    office.approve(number)
    office.clock.set(office.home.hours.start_for(office.clock.now(), hold=office.home.settings.hold))
    office.open_due()
    office.fan_out()

    assert letters(office)["emma"] == (f"News: {SUBJECT}", "News.")
    with office.database.read() as session:
        version = session.get_one(BulletinVersion, (number, 1))
        assert json.loads(version.editions)["en"] == [f"News: {SUBJECT}", "News."]


def test_a_translation_that_is_broken_keeps_nothing_back(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    wants(office, {"taro": None, "emma": ENGLISH})
    speak_with(office, Interpreter(broken=frozenset({ENGLISH})))
    office.begun()
    office.fan_out()

    assert letters(office)["emma"] == letters(office)["taro"]
    assert "has no words in en" in caplog.text


def test_what_a_person_wrote_takes_the_place_of_the_notices_own(office: Office) -> None:
    number = office.draft()
    write(office, number)

    assert said(office, number)[ENGLISH] == (BY_HAND.subject, BY_HAND.text, ANNA.name)
    assert said(office, number)[PLAIN] == (f"おしらせ: {SUBJECT}", "おしらせ.", "")
    office.submit(number)
    assert said(office, number)[ENGLISH] == (BY_HAND.subject, BY_HAND.text, ANNA.name)


def test_what_a_person_wrote_for_other_japanese_words_is_not_sent(office: Office) -> None:
    number = office.draft()
    write(office, number)

    office.change(number, Sheet(SHEET.notice, {**SHEET.fields, "subject": "あたらしい件名です"}))
    office.submit(number)

    assert said(office, number)[ENGLISH] == ("News: あたらしい件名です", "News.", "")


def test_two_languages_are_written_by_hand_one_after_the_other(office: Office) -> None:
    number = office.draft()
    write(office, number)
    write(office, number, Said(CHINESE, "市政府通知", "请咨询。"))

    assert said(office, number)[ENGLISH][0] == BY_HAND.subject
    assert said(office, number)[CHINESE] == ("市政府通知", "请咨询。", ANNA.name)


def test_empty_words_give_way_to_the_notices_own(office: Office) -> None:
    number = office.draft()
    write(office, number)

    write(office, number, Said(ENGLISH, " ", "\n"))

    assert said(office, number)[ENGLISH] == (f"News: {SUBJECT}", "News.", "")


def test_words_written_by_hand_make_another_version_so_that_no_code_of_before_approves_them(office: Office) -> None:
    number = office.submitted()
    office.give_back(number, "英語を直してください")

    write(office, number)

    with office.database.read() as session:
        assert session.get_one(Bulletin, number).version == 2
        [line] = [each for each in ledger.lines_about(session, f"bulletin:{number}") if "translated" in each.action]
        assert json.loads(line.details) == {"language": "en", "version": 2}


@pytest.mark.parametrize("state", ["submitted", "waiting"])
def test_once_it_is_submitted_nobody_changes_a_word(office: Office, state: str) -> None:
    number = office.submitted() if state == "submitted" else office.waiting()

    with pytest.raises(WrongState):
        write(office, number)

    assert said(office, number)[ENGLISH] == (f"News: {SUBJECT}", "News.", "")


def test_who_read_another_version_changes_nothing(office: Office) -> None:
    number = office.draft()

    with pytest.raises(WrongState):
        write(office, number, version=7)


def test_a_viewer_writes_nothing(office: Office) -> None:
    number = office.draft()

    with pytest.raises(NotAllowed), office.database.write() as session:
        office.home.others.write(session, number, BY_HAND, VIEWER, version=None, at=office.clock.now())


@pytest.mark.parametrize(
    ("subject", "text"),
    [("", "text"), ("subject", ""), ("a" * 201, "text"), ("subject", "a" * 8001), ("a\x00b", "text"), ("s", "a\x1bb")],
    ids=["no subject", "no text", "long subject", "long text", "NUL", "escape"],
)
def test_words_that_cannot_be_mailed_are_refused(office: Office, subject: str, text: str) -> None:
    number = office.draft()

    with pytest.raises(DraftInvalid):
        write(office, number, Said(ENGLISH, subject, text))


@pytest.mark.parametrize("text", ["Call 〇〇", "At {time}", "×× street", "Ask ____"])
def test_words_that_are_not_finished_are_refused(office: Office, text: str) -> None:
    number = office.draft()

    for words in (Said(ENGLISH, text, "Please ask us."), Said(ENGLISH, "News", text)):
        with pytest.raises(DraftInvalid, match="残っています"):
            write(office, number, words)


def test_a_drill_says_so_in_words_written_by_hand_and_nothing_else_does(office: Office) -> None:
    number, line = office.draft(), "This is a drill."
    as_drill = Said(ENGLISH, "[DRILL] Evacuate", f"{line}\nGo to the park.\n{line}")
    lies = (
        Said(ENGLISH, "Evacuate", as_drill.text),
        Said(ENGLISH, as_drill.subject, "Go to the park."),
        Said(ENGLISH, as_drill.subject, f"{line}\nGo to the park."),
    )

    for words in (as_drill, *lies):
        with pytest.raises(DraftInvalid, match="訓練ではない"):
            write(office, number, words)
    with office.database.write() as session:
        session.get_one(Bulletin, number).kind = Kind.DRILL.value
    for words in (*lies, BY_HAND):
        with pytest.raises(DraftInvalid, match="訓練のお知らせです"):
            write(office, number, words)
    write(office, number, as_drill)

    assert said(office, number)[ENGLISH] == (as_drill.subject, as_drill.text, ANNA.name)


def test_the_archive_finds_the_words_of_a_language_where_there_are_any(office: Office) -> None:
    number = office.begun()

    with office.database.read() as session:
        bulletin = session.get_one(Bulletin, number)
        assert in_language(session, [bulletin], ENGLISH) == {number: Wording(f"News: {SUBJECT}", "News.")}
        assert in_language(session, [bulletin], CHINESE) == {}
        assert session.scalars(select(EditionRow.letter_id)).all() != [None, None]


def test_the_letter_to_the_approvers_shows_every_language(office: Office) -> None:
    assert BEN.approves
    number = office.submitted()

    with office.database.read() as session:
        bulletin = session.get_one(Bulletin, number)
        told = office.home.approval_letters._told(session, bulletin, at=office.clock.now())

    assert [(name, row.subject) for name, row in told["editions"]] == [  # type: ignore[attr-defined]
        ("やさしい日本語", f"おしらせ: {SUBJECT}"),
        ("English", f"News: {SUBJECT}"),
    ]
