"""The town's own words in other languages: taken where its file has them, refused where they are misspelt."""

import re
from pathlib import Path

import pytest
from markupsafe import escape

from foundation.languages import Language
from subscribers.spoken_town import spoken
from subscribers.town import Town, TownInvalid, load_town

SAMPLE = Path(__file__).parents[2] / "service" / "komorebi.toml"


def with_words(tmp_path: Path, tables: str) -> Path:
    """The sample town with these translations alone."""
    text = SAMPLE.read_text(encoding="utf-8")
    path = tmp_path / "town.toml"
    path.write_text(text[: text.index("\n[translations.") + 1] + tables, encoding="utf-8")
    return path


def test_the_town_is_told_in_the_words_of_its_file_and_its_keys_stay(town: Town) -> None:
    english = spoken(town, Language.ENGLISH)

    assert (english.name, english.service_name) == ("Komorebi City", "Komorebi Safety Mail")
    assert [topic.key for topic in english.topics] == [topic.key for topic in town.topics]
    assert english.topics[0].label == "Crime"
    assert english.areas[1].label.startswith("Central")
    assert english.sentences.cost.startswith("Signing up")
    assert (english.from_address, english.from_name) == (town.from_address, town.from_name)
    assert spoken(town, Language.JAPANESE) is town


def test_a_town_without_translations_is_told_in_japanese_and_marked_so(tmp_path: Path) -> None:
    town = load_town(with_words(tmp_path, ""))

    english = spoken(town, Language.ENGLISH)

    assert english.name == "こもれび市"
    assert escape(english.name) == '<span lang="ja">こもれび市</span>'
    assert escape(spoken(town, Language.PLAIN_JAPANESE).name) == "こもれび市"


def test_readings_of_the_towns_words_stand_above_them_and_its_words_are_never_markup(tmp_path: Path) -> None:
    town = load_town(with_words(tmp_path, '[translations.yasashii]\n"こもれび市" = "こもれび｜市《し》<b>"\n'))

    assert escape(spoken(town, Language.PLAIN_JAPANESE).name) == (
        "こもれび<ruby>市<rp>（</rp><rt>し</rt><rp>）</rp></ruby>&lt;b&gt;"
    )


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ('[translations.en]\n"こもれひ市" = "Komorebi City"', "translations.en.こもれひ市"),
        ('[translations.en]\n"こもれび市" = ""', "translations.en.こもれび市"),
        ('[translations.en]\n"こもれび市" = 1', "translations.en.こもれび市"),
        ('[translations.en]\n"こもれび市" = "Komorebi\\nBcc: x"', "translations.en.こもれび市"),
        ('[translations.fr]\n"こもれび市" = "Komorebi"', "translations.fr"),
        ('[translations.ja]\n"こもれび市" = "Komorebi"', "translations.ja"),
        ('[translations]\nen = "Komorebi"', "translations.en"),
        ('[translations.yasashii]\n"こもれび市" = "こもれび｜市《し"', "translations.yasashii.こもれび市"),
        ('[translations.yasashii]\n"こもれび市" = "こもれび市《し》"', "translations.yasashii.こもれび市"),
    ],
)
def test_a_word_that_the_file_does_not_say_or_a_broken_reading_is_named(tmp_path: Path, table: str, key: str) -> None:
    with pytest.raises(TownInvalid, match=re.escape(f": {key}: ")) as caught:
        load_town(with_words(tmp_path, table + "\n"))

    assert "\n" not in str(caught.value)
