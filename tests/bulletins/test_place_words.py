"""Places in other languages: what is understood is understood wholly, and nothing is guessed at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletins.place_words import PlaceWords
from foundation.catalogue import readings_in_brackets
from foundation.languages import Language
from tests.bulletins.samples import komorebi, tongues


def _said(japanese: str, language: Language = Language.ENGLISH) -> str | None:
    tongue = tongues(komorebi())[language]
    names = komorebi().translations[language]
    return PlaceWords(komorebi(), names, language, tongue.phrases.places).said(japanese)


@pytest.mark.parametrize(
    ("japanese", "english"),
    [
        ("水車町", "Suisha-cho"),
        ("丘の上町", "Okanoue-cho"),
        ("北栗林町", "Kita-Kuribayashi-cho"),
        ("ひかり台6丁目", "Hikaridai 6-chome"),
        ("ひかり台６丁目", "Hikaridai 6-chome"),
        ("ひかり台六丁目", "Hikaridai 6-chome"),
        ("こもれび市水車町2丁目", "Suisha-cho 2-chome, Komorebi City"),
        ("こもれび市内", "Komorebi City"),
        ("市内", "Komorebi City"),
        ("市内全域", "all of Komorebi City"),
        ("市内の一部", "Komorebi City (part)"),
        ("若葉野3丁目付近", "near Wakabano 3-chome"),
        ("楓町の全域", "all of Kaede-cho"),
        ("楓町内", "Kaede-cho"),
        ("楓町内の一部", "Kaede-cho (part)"),
        ("水車町・楓町の一部", "Suisha-cho, Kaede-cho (part)"),
        ("水車町1・2丁目", "Suisha-cho 1-chome, 2-chome"),
        ("水車町3丁目2番、8番、13番", "Suisha-cho 3-chome, block 2, block 8, block 13"),
        ("水車町3丁目2、8番", "Suisha-cho 3-chome, block 2, block 8"),
        ("楓町5丁目1番から6番まで", "Kaede-cho 5-chome, blocks 1 to 6"),
        ("楓町5丁目1番～6番", "Kaede-cho 5-chome, blocks 1 to 6"),
        ("月見橋1丁目、泉野町4丁目", "Tsukimibashi 1-chome, Izumino-cho 4-chome"),
    ],
)
def test_a_place_of_the_town_is_said_in_english(japanese: str, english: str) -> None:
    assert _said(japanese) == english


@pytest.mark.parametrize(
    "japanese",
    [
        "",
        "本町1丁目",
        "国分寺市本町1丁目",
        "水車町の川沿い",
        "水車町2丁目を除く全域",
        "水車町以外",
        "水車町2丁目1番5号",
        "1丁目",
        "2番",
        "駅前の水車町",
        "水車町または楓町",
        "水車町付近の一部",
        "水車町の一部の付近",
        "楓町5丁目1-6番",
        "水車町1丁目から3丁目",
        "全域",
        "の一部",
        "市",
    ],
)
def test_a_place_that_is_not_wholly_understood_is_left_alone(japanese: str) -> None:
    """「…を除く」 said as the place itself would send people the wrong way."""
    assert _said(japanese) is None


def test_a_text_as_long_as_a_page_is_no_place() -> None:
    """Reading it as one would take a second for a text of nothing but numbers."""
    assert _said("、".join(["水車町"] * 50)) is not None
    assert _said("、".join(["水車町"] * 51)) is None


def test_a_town_that_is_not_translated_is_spelt_as_it_is_read() -> None:
    phrases = tongues(komorebi())[Language.ENGLISH].phrases.places
    places = PlaceWords(komorebi(), {"こもれび市": "Komorebi City"}, Language.ENGLISH, phrases)

    assert places.said("こもれび市北栗林町1丁目") == "Kitakuribayashi-cho 1-chome, Komorebi City"
    assert places.said("月見橋") == "Tsukimibashi"


def test_plain_japanese_has_readings_and_chinese_the_names_as_they_are_written() -> None:
    plain = _said("水車町3丁目2番", Language.PLAIN_JAPANESE) or ""

    assert readings_in_brackets(plain) == "水車町（すいしゃちょう）3丁目（ちょうめ）2番（ばん）"
    assert _said("水車町3丁目2番、8番", Language.CHINESE) == "水車町3丁目2番、8番"


_PIECES = st.sampled_from(
    [
        "こもれび市",
        "水車町",
        "楓町",
        "本町",
        "3丁目",
        "2番",
        "から",
        "まで",
        "・",
        "、",
        "の一部",
        "付近",
        "内",
        "以外",
        "を除く",
        "の",
        "5",
        " ",
        "全域",
    ]
)


@given(st.lists(_PIECES, max_size=8).map("".join))
def test_whatever_stands_there_nothing_japanese_is_left_in_english(japanese: str) -> None:
    said = _said(japanese)

    assert said is None or (said.isascii() and "{" not in said)
