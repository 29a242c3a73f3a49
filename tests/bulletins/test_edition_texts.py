"""What bulletins say in other languages, case by case."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bulletins.editions import LONGEST_SUBJECT, edition
from bulletins.filling import fill
from bulletins.interpreter import NoticeInterpreter
from bulletins.wording import Wording, write
from foundation.languages import Language
from foundation.plain_text import full_width
from tests.bulletins.edition_room import LANGUAGES, edition_of, said, variants
from tests.bulletins.samples import NOTICES, komorebi, shelf, tongues


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_level_of_evacuation_asks_for_its_own_action(language: Language) -> None:
    levels = shelf(komorebi()).get("evacuation").fields[0].choices
    only = {
        Language.ENGLISH: ("need time to evacuate", "EVERYONE", "Protect your life"),
        Language.CHINESE: ("避难需要较长时间的人", "所有人", "保护自己的生命"),
        Language.PLAIN_JAPANESE: (
            "時間（じかん）が かかる",
            "みんな、今（いま） すぐ",
            "命（いのち）を 守（まも）って",
        ),
    }[language]
    names = {
        Language.ENGLISH: (
            "Alert Level 3: Evacuation of the Elderly, Etc.",
            "Alert Level 4: Evacuation Order",
            "Alert Level 5: Emergency Safety Measures",
        ),
        Language.CHINESE: ("【警戒等级3】老年人等进行避难", "【警戒等级4】避难指示", "【警戒等级5】紧急安全措施"),
        Language.PLAIN_JAPANESE: (
            "【警戒レベル3】高齢者等避難",
            "【警戒レベル4】避難指示",
            "【警戒レベル5】緊急安全確保",
        ),
    }[language]

    found = [said("evacuation", language, {"level": level}) for level in levels]

    assert [[part in each.text for part in only] for each in found] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
    assert [each.subject.startswith(name) for each, name in zip(found, names, strict=True)] == [True] * 3


def test_an_area_that_is_not_understood_is_pointed_to_in_the_text() -> None:
    found = said("evacuation", Language.ENGLISH, {"targets": ["水車町3丁目", "木漏川の川沿い"]})

    assert "- Suisha-cho 3-chome\n- The areas named in Japanese below" in found.text
    assert "Areas:\n・木漏川の川沿い" in found.text
    assert found.in_japanese == ("対象の町丁・番",)


def test_the_areas_of_an_evacuation_all_reach_the_reader() -> None:
    targets = ["水車町3丁目2番、8番、13番", "楓町5丁目1番から6番まで", "どこか", "月見橋"]

    for language in LANGUAGES:
        text = said("evacuation", language, {"targets": targets}).text
        for number in ("13", "6"):
            assert number in text
        assert "・どこか" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("turn", [0, 1, 2])
def test_a_drill_says_so_first_and_last_and_in_the_subject(language: Language, turn: int) -> None:
    word = {Language.ENGLISH: "drill", Language.CHINESE: "演练", Language.PLAIN_JAPANESE: "訓練"}[language]
    signs = NoticeInterpreter(shelf(komorebi()), tongues(komorebi())).drill_signs(language)
    for values in variants(shelf(komorebi()).get("drill")):
        found = said("drill", language, values, turn=turn)
        lines = found.text.split("\n")

        # As it is asked of whoever writes these words by hand.
        assert lines[0] == lines[-1] == signs.line
        assert signs.mark in found.subject
        assert word in lines[0]
        assert word in found.subject.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_drill_of_changed_words_says_so_too(language: Language) -> None:
    notice = replace(shelf(komorebi()).get("drill"), version=1, translations={})

    lines = edition_of(notice, fill(notice, notice.example), language).text.split("\n")

    assert (
        lines[0]
        == lines[-1]
        == tongues(komorebi())[language].finished(tongues(komorebi())[language].phrases.drill_line)
    )
    assert lines[-2] == "これは訓練です。"


def test_a_test_of_j_alert_is_no_drill() -> None:
    words = {Language.ENGLISH: "drill", Language.CHINESE: "演练", Language.PLAIN_JAPANESE: "訓練"}

    for language in LANGUAGES:
        found = said("j-alert-test", language)
        assert words[language] not in (found.subject + found.text).lower()


def test_a_follow_up_bears_its_number_in_the_language() -> None:
    assert said("weather", Language.ENGLISH, turn=1).subject == "[Update] Level 3 Heavy Rain Warning issued"
    assert said("weather", Language.ENGLISH, turn=3).subject.startswith("[Update 3] ")
    assert said("weather", Language.CHINESE, turn=2).subject.startswith("【后续2】")
    assert said("drill", Language.ENGLISH, turn=2).subject.startswith("[DRILL] [Update 2] ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_office_changed_leaves_in_a_frame_with_the_whole_japanese_text(language: Language) -> None:
    notice = replace(shelf(komorebi()).get("evacuation"), version=2, translations={})
    filled = fill(notice, notice.example)
    written = write(notice, filled, komorebi())
    tongue = tongues(komorebi())[language]

    found = edition(notice, filled, tongue, written)

    assert found.is_frame
    assert found.text.endswith(written.text)
    assert tongue.finished(tongue.phrases.frame.urgent) in found.text
    assert tongue.finished(tongue.dates.clock(datetime(2026, 11, 20, 16, 30, tzinfo=notice.zone))) in found.text
    assert "042-000-0000" in found.text.removesuffix(written.text)


def test_the_frame_of_free_words_has_their_subject() -> None:
    found = said("plain", Language.ENGLISH)

    assert found.subject == "Notice from the city (text in Japanese)"
    assert "市役所の電話がつながりにくくなっています" in found.text


def test_what_staff_translated_is_said() -> None:
    told = {"家はどこ？": "Where is your house?", "お菓子をあげようか": "Shall I give you sweets?"}

    found = said("suspicious-person", Language.ENGLISH, told=told)

    assert "What was said:\n- Where is your house?\n- Shall I give you sweets?" in found.text
    assert "家はどこ" not in found.text
    assert found.in_japanese == ()


def test_a_correction_names_the_mail_as_it_was_sent_in_this_language() -> None:
    told = {"市民防犯講習会を開催します": "Event: Crime Prevention Class for Residents"}

    found = said("correction", Language.ENGLISH, told=told)

    assert "Subject of that email: Event: Crime Prevention Class for Residents" in found.text
    assert found.in_japanese == ()


def test_an_attribution_stands_only_where_there_is_a_source() -> None:
    known = said("crime", Language.ENGLISH)
    none = said("crime", Language.ENGLISH, {"attribution": ""})
    other = said("crime", Language.ENGLISH, {"attribution": "となりの市のメール"})

    assert "This notice is based on information from Hinata Crime Prevention Mail." in known.text
    assert "based on information" not in none.text
    assert "based on information" not in other.text
    assert "「となりの市のメール」で配信された" in other.text


def test_a_note_of_the_towns_own_that_nobody_translated_stays_japanese_below_the_mark() -> None:
    town = replace(komorebi(), standing_notes={**komorebi().standing_notes, "water": "※水を大切に。"})
    notice = shelf(komorebi()).get("evacuation")
    notice = replace(notice, standing_notes=("no_reply", "water"))
    filled = fill(notice, notice.example)

    found = edition(
        notice, filled, replace(tongues(komorebi())[Language.ENGLISH], home=town), write(notice, filled, town)
    )

    assert "Details (in Japanese):\n※水を大切に。\n\nPlease do not reply" in found.text


def test_a_contact_that_nobody_translated_is_called_all_the_same() -> None:
    found = said("missing-person", Language.ENGLISH, {"contact": "となりの警察署 042-999-0110"})

    assert "If you see this person, please call the number below." in found.text
    assert "Contact: となりの警察署 042-999-0110" in found.text


def test_a_long_subject_is_cut_and_whole_in_the_text() -> None:
    summary = "、".join(f"{name.name}{n}丁目" for name in komorebi().towns for n in (1, 2))

    for language in LANGUAGES:
        found = said("evacuation", language, {"summary": summary})
        assert full_width(found.subject) <= LONGEST_SUBJECT
        assert found.subject.endswith("...")
    assert "Tsukimibashi 2-chome" in said("evacuation", Language.ENGLISH, {"summary": summary}).text


def test_a_translation_that_fails_gives_way_to_the_frame() -> None:
    notice = shelf(komorebi()).get("evacuation")
    broken = notice.translations[Language.ENGLISH]
    text = tongues(komorebi())[Language.ENGLISH].templates.compile_text("{{ level | day }}{{ nobody }}", NOTICES)
    notice = replace(notice, translations={Language.ENGLISH: replace(broken, body=text)})

    found = edition_of(notice, fill(notice, notice.example), Language.ENGLISH)

    assert found.is_frame
    assert "【警戒レベル４】避難指示" in found.text


def test_days_of_other_years_and_moments_of_other_zones_are_the_towns_own() -> None:
    notice = shelf(komorebi()).get("evacuation")
    utc = datetime.fromisoformat("2026-11-20T15:30:00+00:00")
    filled = fill(notice, {**notice.example, "issued_at": utc})

    assert "Saturday, November 21, at 12:30 a.m." in edition_of(notice, filled, Language.ENGLISH).text
    assert filled["issued_at"] == utc + timedelta(0)


def test_wording_and_edition_take_the_same_turn() -> None:
    notice = shelf(komorebi()).get("weather")
    filled = fill(notice, notice.example)
    written = write(notice, filled, komorebi(), turn=2)

    found = edition(notice, filled, tongues(komorebi())[Language.ENGLISH], written, turn=2)

    assert isinstance(written, Wording)
    assert "続報2" in written.subject
    assert "Update 2" in found.subject


def test_a_word_of_another_field_is_not_taken_for_said() -> None:
    """「路上」 is a word of the field beside it; among the details, which the sentences do not show, it is news."""
    found = said("crime", Language.ENGLISH, {"details": ["路上"]})

    assert "Situation:\n・路上" in found.text


def test_an_office_version_is_never_said_by_the_sentences_that_shipped() -> None:
    notice = replace(shelf(komorebi()).get("weather"), version=1)

    assert edition_of(notice, fill(notice, notice.example), Language.ENGLISH).is_frame


def test_a_description_is_said_where_every_piece_of_it_is_known() -> None:
    found = said("missing-person", Language.ENGLISH)

    assert "- purple jacket, black trousers, using a walking stick" in found.text
    assert found.in_japanese == ()
