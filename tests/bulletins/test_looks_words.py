"""Descriptions in other languages: piece by piece, and all pieces or none."""

import pytest

from bulletins.looks_words import LooksWords
from foundation.languages import Language
from tests.bulletins.samples import komorebi, tongues


def _said(japanese: str, language: Language = Language.ENGLISH) -> str | None:
    phrases = tongues(komorebi())[language].phrases
    return LooksWords(phrases.looks, phrases.words.said).said(japanese)


@pytest.mark.parametrize(
    ("japanese", "english"),
    [
        (
            "性別・男、年齢50歳代、身長165センチ位、体格太め、白色無地Tシャツ",
            "a man, in their 50s, about 165 cm tall, heavy build, plain white T-shirt",
        ),
        ("身長150センチ位、やせ型、白髪", "about 150 cm tall, slim, white hair"),
        ("紫色の上着、黒色のズボン、つえを使用", "purple jacket, black trousers, using a walking stick"),
        ("紺のズボン", "navy blue trousers"),
        ("黒いTシャツ", "black T-shirt"),
        ("茶色いかばん", "brown bag"),
        ("青い運動靴", "blue sneakers"),
        ("身長１７０センチ位", "about 170 cm tall"),
    ],
)
def test_a_description_is_said_in_english(japanese: str, english: str) -> None:
    assert _said(japanese) == english


@pytest.mark.parametrize(
    "japanese",
    [
        "",
        "黒色の上着ではない",
        "身長170センチ位、左足を引きずる",
        "黒色",
        "上着",
        "黒色の上着、",
        "白黒の上着",
        "身長170センチ位から180センチ位",
    ],
)
def test_half_a_description_is_none(japanese: str) -> None:
    assert _said(japanese) is None


def test_every_language_knows_the_same_looks() -> None:
    looks = [tongue.phrases.looks for tongue in tongues(komorebi()).values()]

    for each in looks:
        assert set(each.colours) == set(looks[0].colours)
        assert set(each.garments) == set(looks[0].garments)
        assert set(each.words.words) == set(looks[0].words.words)
