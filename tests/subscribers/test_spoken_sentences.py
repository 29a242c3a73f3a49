"""The catalogues: every sentence of residents' pages in every language, and none that nobody says."""

import re

import pytest
from babel.messages.pofile import read_po

from foundation.catalogue import Catalogue
from foundation.languages import Language
from subscribers.town import Town
from tests.support.spoken import TEMPLATES, from_elsewhere, in_templates, unread

ABROAD = [language for language in Language if language is not Language.JAPANESE]
_VALUE = re.compile(r"%\(\w+\)s")
_TAG = re.compile(r"<[^>]+>")
# What a foreign reader has to find on a Japanese screen is named in Japanese, and marked so.
_NAMED = re.compile('<span lang="ja">[^<]+</span>')
_KANA = re.compile("[ぁ-んァ-ヶ]")


def told(language: Language) -> dict[str, str]:
    with (TEMPLATES / "locale" / f"{language}.po").open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file, abort_invalid=True) if each.id}


def said() -> set[str]:
    return in_templates() | from_elsewhere()


@pytest.mark.parametrize("language", ABROAD)
def test_every_sentence_is_in_the_catalogue_and_no_other(language: Language) -> None:
    catalogue = told(language)

    assert sorted(said() - catalogue.keys()) == [], "nobody translated these"
    assert sorted(catalogue.keys() - said()) == [], "nobody says these any more"
    assert [japanese for japanese, words in catalogue.items() if not words] == []
    read = Catalogue.read(TEMPLATES / "locale", language)
    assert [japanese for japanese in said() if not read.has(japanese)] == [], "these are marked fuzzy"


@pytest.mark.parametrize("language", ABROAD)
def test_a_translation_has_the_values_and_the_tags_of_its_sentence(language: Language) -> None:
    for japanese, given in told(language).items():
        words = _NAMED.sub("", given)
        assert sorted(_VALUE.findall(words)) == sorted(_VALUE.findall(japanese)), japanese
        # Where a line may break is a matter of each language.
        assert sorted(_TAG.findall(words.replace("<wbr>", ""))) == sorted(_TAG.findall(japanese)), japanese
        assert "%" not in _VALUE.sub("", words).replace("%%", ""), japanese


def test_no_character_of_plain_japanese_lacks_its_reading() -> None:
    missing = {words: unread(words) for words in told(Language.PLAIN_JAPANESE).values()}

    assert {words: left for words, left in missing.items() if left} == {}


def test_plain_japanese_sentences_are_short_and_their_words_stand_apart() -> None:
    for words in told(Language.PLAIN_JAPANESE).values():
        bare = _TAG.sub("", re.sub("｜([^｜《》]+)《[^《》]+》", r"\1", _VALUE.sub("", words)))
        for sentence in re.split("[。！？、：（）]", bare):
            assert len(sentence.replace(" ", "")) <= 40, sentence
            assert max(map(len, sentence.split(" "))) <= 16, sentence


@pytest.mark.parametrize("language", [Language.ENGLISH, Language.CHINESE])
def test_nothing_japanese_is_left_in_a_translation(language: Language) -> None:
    assert [words for words in told(language).values() if _KANA.search(_NAMED.sub("", words))] == []


@pytest.mark.parametrize("language", ABROAD)
def test_the_sample_town_says_its_own_words_in_every_language(town: Town, language: Language) -> None:
    words = town.translations[language]
    own = [town.name, town.service_name, town.section, *vars(town.sentences).values()]
    own += [text for topic in town.topics for text in (topic.label, topic.help)]
    own += [area.label for area in town.areas] + [place.label for place in town.places]
    own += [each.name for each in town.towns]

    assert [text for text in own if text not in words] == []
    if language is Language.PLAIN_JAPANESE:
        assert [text for text in words.values() if unread(text)] == []
    else:
        assert [text for text in words.values() if _KANA.search(text)] == []


@pytest.mark.parametrize("language", ABROAD)
def test_the_button_that_sentences_speak_of_is_named_alike(language: Language) -> None:
    catalogue = told(language)
    button = catalogue["登録する"]

    for japanese, words in catalogue.items():
        if "「登録する」" in japanese:
            assert button in words, japanese
