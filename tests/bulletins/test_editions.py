"""Every notice in every language: nothing is left unsaid, nothing Japanese slips in, what is not known is marked."""

import re
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletins.editions import LONGEST_SUBJECT
from bulletins.filling import FieldsInvalid, fill, fill_for_preview
from bulletins.notice_fields import FieldKind
from bulletins.notice_templates import Kind
from bulletins.tongue import JAPANESE
from foundation.languages import Language
from foundation.plain_text import full_width
from tests.bulletins.edition_room import LANGUAGES, NAMES, TRANSLATED, edition_of, said, translated_part, variants
from tests.bulletins.samples import GOLDEN, koganei, komorebi, printed, shelf, tongues

_UNREAD = re.compile(r"[一-鿿々]")
_READ = re.compile(r"[^\s（）、。：「」【】・ぁ-んァ-ヶ]+[ぁ-ん]*（[ぁ-ん]+）")


def test_every_translation_is_whole() -> None:
    assert shelf(komorebi()).broken == ()
    assert shelf(koganei()).broken == ()
    for name in TRANSLATED:
        assert set(shelf(komorebi()).get(name).translations) == set(LANGUAGES), name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["suspicious-person", "fraud-call", "weather"])
def test_the_printed_bulletin_comes_out_in_every_language(name: str, language: Language) -> None:
    town = koganei()
    notice = shelf(town).get(name)

    found = edition_of(notice, fill(notice, printed(name).fields), language, town=town)

    golden = (GOLDEN / f"{name}.{language}.txt").read_text(encoding="utf-8")
    assert f"{found.subject}\n\n{found.text}\n" == golden


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TRANSLATED)
def test_every_choice_of_every_notice_is_said(name: str, language: Language) -> None:
    notice = shelf(komorebi()).get(name)
    tongue = tongues(komorebi())[language]

    for values in variants(notice):
        found = edition_of(notice, fill(notice, values), language)

        assert not found.is_frame
        assert full_width(found.subject) <= LONGEST_SUBJECT
        assert found.subject == found.subject.strip() != ""
        assert not set("{}｜《》〔〕") & set(found.subject + found.text)
        assert not re.search(r"\(\)|（）|「」|: *$|：$|\bby\.|, ,", translated_part(found, tongue)), found.text
        for field in notice.fields:
            if field.kind in (FieldKind.CHOICE, FieldKind.CHOICES):
                assert field.label not in found.in_japanese


@pytest.mark.parametrize("name", NAMES)
def test_no_japanese_slips_into_english_but_below_the_mark(name: str) -> None:
    notice = shelf(komorebi()).get(name)
    tongue = tongues(komorebi())[Language.ENGLISH]

    for values in variants(notice):
        found = edition_of(notice, fill(notice, values), Language.ENGLISH)

        assert JAPANESE.search(found.subject) is None
        assert len(found.subject) <= 78
        if not found.is_frame:
            assert JAPANESE.search(translated_part(found, tongue)) is None, translated_part(found, tongue)


@pytest.mark.parametrize("name", TRANSLATED)
def test_no_kana_slip_into_chinese_but_below_the_mark(name: str) -> None:
    """But in names that stand in Japanese on the signs."""
    notice = shelf(komorebi()).get(name)
    tongue = tongues(komorebi())[Language.CHINESE]
    kana = re.compile(r"[ぁ-んァ-ヺー]")

    for values in variants(notice):
        found = edition_of(notice, fill(notice, values), Language.CHINESE)
        rest = translated_part(found, tongue).replace("ひかり台小学校", "")
        assert kana.search(found.subject + rest) is None, rest


@pytest.mark.parametrize("name", NAMES)
def test_in_plain_japanese_every_character_has_its_reading_but_in_the_subject(name: str) -> None:
    notice = shelf(komorebi()).get(name)
    tongue = tongues(komorebi())[Language.PLAIN_JAPANESE]

    for values in variants(notice):
        found = edition_of(notice, fill(notice, values), Language.PLAIN_JAPANESE)

        assert re.search(r"（[ぁ-ん]+）", found.subject) is None
        if not found.is_frame:
            rest = _READ.sub("", translated_part(found, tongue))
            assert _UNREAD.search(rest) is None, rest


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TRANSLATED)
def test_every_moment_of_the_example_is_told(name: str, language: Language) -> None:
    notice = shelf(komorebi()).get(name)
    filled = fill(notice, notice.example)
    tongue = tongues(komorebi())[language]

    text = edition_of(notice, filled, language).text

    for field in notice.fields:
        value = filled[field.name]
        if isinstance(value, date):  # a datetime is one, too
            assert tongue.finished(tongue.dates.day(value)) in text
        if isinstance(value, datetime | time):
            assert tongue.finished(tongue.dates.clock(value)) in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_the_japanese_mail_says_is_lost(name: str, language: Language) -> None:
    """Whatever is typed: it is said in the language, or it stands below the mark as it was typed."""
    notice = shelf(komorebi()).get(name)
    shown = notice.subject.names | notice.body.names
    free = [f for f in notice.fields if f.name in shown and f.kind in (FieldKind.LINE, FieldKind.TEXT, FieldKind.LIST)]
    typed = {field.name: f"未知の言葉{number}" for number, field in enumerate(free)}

    text = said(name, language, typed).text

    for value in typed.values():
        assert text.count(value) >= 1, value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_that_ships_has_a_title_for_its_frame(language: Language) -> None:
    assert set(tongues(komorebi())[language].phrases.titles) == set(NAMES)


_WORDS = [
    "{{ town }}",
    "{% if %}",
    "｜",
    "《",
    "》",
    "<b>",
    "水車町",
    "3丁目",
    "大雨警報",
    "{n}",
    "・",
    "\\1",
    "ab",
    " ",
]
_ODD = st.lists(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")) | st.sampled_from(_WORDS), max_size=20
).map("".join)


@pytest.mark.parametrize("language", LANGUAGES)
@given(odd=_ODD)
def test_whatever_is_typed_an_edition_comes_out_and_holds_it_as_it_is(language: Language, odd: str) -> None:
    notice = shelf(komorebi()).get("crime")
    typed = {"headline": odd, "event": odd, "details": [odd], "place": odd}
    try:
        filled = fill(notice, {**notice.example, **typed})
    except FieldsInvalid:
        return

    found = edition_of(notice, filled, language)

    assert not found.is_frame
    assert "\n" not in found.subject
    for item in filled["details"] if isinstance(filled["details"], tuple) else ():
        plain = JAPANESE.search(item) is None
        assert plain or item in found.text


@pytest.mark.parametrize("name", NAMES)
def test_an_unfinished_draft_can_be_seen_in_every_language(name: str) -> None:
    notice = shelf(komorebi()).get(name)
    filled, lacking = fill_for_preview(notice, {})
    assert lacking

    for language in LANGUAGES:
        assert edition_of(notice, filled, language).text


def test_every_kind_of_notice_that_lifts_or_takes_back_says_so_first() -> None:
    marks = {
        Kind.ALL_CLEAR: "[Lifted]",
        Kind.END: "[Ended]",
        Kind.CANCELLATION: "[Canceled]",
        Kind.CORRECTION: "[Correction]",
        Kind.RETRACTION: "[Taken back]",
        Kind.TEST: "[TEST]",
        Kind.DRILL: "[DRILL]",
    }
    for name in TRANSLATED:
        kind = shelf(komorebi()).get(name).kind
        if kind in marks:
            assert said(name, Language.ENGLISH).subject.startswith(marks[kind])
