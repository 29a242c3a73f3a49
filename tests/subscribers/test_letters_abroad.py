"""Letters to residents in every language: the same letter, with the same links, and a subject of plain words."""

import email
import email.policy
import re
from datetime import date
from pathlib import Path

import pytest

from foundation.languages import Language
from foundation.spoken_letters import SpokenLetter
from foundation.templating import TemplateBroken
from foundation.tokens import Keyring
from mailer.letter import Composer, Letterhead, Recipient
from subscribers import moved_letter
from subscribers.links import resident_links
from subscribers.stationery import NAMES, Stationery
from subscribers.town import Town
from tests.subscribers.conftest import PROJECT, PUBLIC_URL
from tests.support.mail_engine import AT
from tests.support.spoken import unread

LETTERS = PROJECT / "templates" / "letters"
ABROAD = [language for language in Language if language is not Language.JAPANESE]
VALUES: dict[str, object] = {"link": f"{PUBLIC_URL}/r/{'a' * 32}", "hours": 24}
VALUES |= {"number": 1234, "day": date(2026, 11, 27), "due": date(2026, 12, 11), "answer": "―", "cannot": True}
VALUES |= {"page": f"{PUBLIC_URL}/voice/{'a' * 24}?lang=yasashii", "may_reply": False}
VALUES |= {"organisation": "A" * 90, "in_city_list": True}
_BRACKETED = re.compile(r"[一-龠々0-9]+[お一-龠々]*（[ぁ-ん]+）|お[一-龠々]（[ぁ-ん]+）")
_KANA = re.compile("[ぁ-んァ-ヶ]")


@pytest.fixture
def stationery(town: Town) -> Stationery:
    return Stationery.read(LETTERS, town, PUBLIC_URL)


@pytest.mark.parametrize("name", [*NAMES, "bulletin"])
def test_a_letter_names_the_same_values_in_every_language(name: str) -> None:
    letter = SpokenLetter.read(LETTERS / name)
    japanese = letter.by_language[Language.JAPANESE]

    assert list(letter.by_language) == list(Language)
    for each in letter.by_language.values():
        assert each.subject_template.names == japanese.subject_template.names
        assert each.body_template.names == japanese.body_template.names


@pytest.mark.parametrize("language", ABROAD)
@pytest.mark.parametrize("name", NAMES)
def test_a_letter_is_read_by_who_knows_only_its_language(stationery: Stationery, name: str, language: Language) -> None:
    letter = stationery.letter(name, VALUES, language=language, links=resident_links(PUBLIC_URL))
    text = letter.subject + letter.body + letter.tail

    assert "｜" not in text
    assert "《" not in text
    if language is Language.PLAIN_JAPANESE:
        assert "（" not in letter.subject
        source = (LETTERS / name / language / "body.txt").read_text(encoding="utf-8")
        assert unread(source) == ""
        assert _BRACKETED.search(letter.tail)
    else:
        assert _KANA.search(text) is None


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", NAMES)
def test_no_answer_in_any_language_is_larger_than_two_kilobytes_and_its_subject_is_encoded(
    stationery: Stationery, keyring: Keyring, name: str, language: Language
) -> None:
    asks = stationery.templates[name].by_language[language].body_template.names
    links = resident_links(PUBLIC_URL) if {"me", "stop"} & set(asks) else None
    letter = stationery.letter(name, VALUES, language=language, links=links, in_reply_to=f"<{'x' * 60}@docomo.ne.jp>")
    head = Letterhead(
        from_name=stationery.town.from_name,
        from_address=stationery.town.from_address,
        mail_domain="mail.example.jp",
        list_id="oshirase.mail.example.jp",
    )
    octets = Composer(head, keyring).octets(letter, Recipient(1_000_000, f"{'a' * 30}@docomo.ne.jp", 1_000_000), at=AT)

    # The courtesy letter answers nobody, so that nobody can make us send it to others.
    assert len(octets) <= (2560 if name == moved_letter.NAME else 2048)
    assert octets.partition(b"\n\n")[0].isascii()
    assert email.message_from_bytes(octets, policy=email.policy.default)["Subject"] == letter.subject


@pytest.mark.parametrize("language", list(Language))
def test_the_tail_of_a_bulletin_can_be_written_in_each_language(language: Language, town: Town) -> None:
    letter = SpokenLetter.read(LETTERS / "bulletin")

    tail = letter.body(language, town=town, text="", me="{me}", stop="{stop}")

    lines = tail.splitlines()
    assert [line for line in lines if line.startswith("{")] == ["{me}", "{stop}"]
    assert len(lines) == 4
    assert letter.subject(language, town=town, subject="大雨に注意") == "大雨に注意"


def test_a_letter_that_brings_back_leads_to_the_page_in_its_language(stationery: Stationery) -> None:
    for language in ABROAD:
        assert f"{PUBLIC_URL}/?lang={language}\n" in stationery.letter("stopped", {"stop": ""}, language=language).body
        assert f"{PUBLIC_URL}/?lang={language}\n" in stationery.letter("complained", {}, language=language).body


def test_a_language_that_is_missing_is_named_when_the_letters_are_read(tmp_path: Path) -> None:
    for name in ("subject.txt", "body.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")

    with pytest.raises(TemplateBroken, match=r"yasashii/subject\.txt"):
        SpokenLetter.read(tmp_path)
