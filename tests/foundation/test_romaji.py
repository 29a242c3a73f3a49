"""Kana in Latin letters: names come out as road signs have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.romaji import hepburn


@pytest.mark.parametrize(
    ("kana", "letters"),
    [
        ("すいしゃちょう", "suishacho"),
        ("かえでちょう", "kaedecho"),
        ("きたくりばやしちょう", "kitakuribayashicho"),
        ("つきみばし", "tsukimibashi"),
        ("こうえんじ", "koenji"),
        ("おおた", "ota"),
        ("ゆうらくちょう", "yurakucho"),
        ("にっぽり", "nippori"),
        ("はっちょうぼり", "hatchobori"),
        ("しんいち", "shin'ichi"),
        ("しんばし", "shinbashi"),
        ("じゆうがおか", "jiyugaoka"),
        ("ヒカリガオカ", "hikarigaoka"),
        ("センター", "senta"),
        ("ぢづ", "jizu"),
        ("", ""),
        ("水車", "水車"),
        ("っ", "っ"),
    ],
)
def test_a_reading_is_spelt_as_on_a_road_sign(kana: str, letters: str) -> None:
    assert hepburn(kana) == letters


@given(st.text(alphabet=[chr(c) for c in range(0x3041, 0x3094)], max_size=20))
def test_any_kana_are_spelt_without_an_error(kana: str) -> None:
    spelt = hepburn(kana.replace("っ", "").replace("ゎ", ""))

    assert all(c.isascii() or c in "ぁぃぅぇぉゃゅょゎ" for c in spelt)
