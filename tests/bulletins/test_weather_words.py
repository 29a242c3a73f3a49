"""Weather warnings in other languages, as the Meteorological Agency composes their names."""

import pytest

from bulletins.weather_words import WeatherWords
from foundation.languages import Language
from tests.bulletins.samples import koganei, komorebi, tongues


@pytest.mark.parametrize(
    ("japanese", "english"),
    [
        ("レベル３大雨警報", "Level 3 Heavy Rain Warning"),
        ("レベル３大雨警報が発表されました", "Level 3 Heavy Rain Warning issued"),
        ("レベル４大雨危険警報", "Level 4 Heavy Rain Danger Warning"),
        ("レベル5大雨特別警報が発表されています。", "Level 5 Heavy Rain Emergency Warning issued"),
        ("レベル３土砂災害警報", "Level 3 Landslide Warning"),
        ("暴風警報", "Storm Warning"),
        ("暴風雪警報", "Snowstorm Warning"),
        ("大雪警報", "Heavy Snow Warning"),
        ("大雨・洪水警報", "Heavy Rain and Flood Warning"),
        ("雷注意報", "Thunderstorm Advisory"),
        ("大雪に関する気象情報", "Weather information: Heavy Snow"),
        ("大雪に関するひなた県気象情報", "Weather information: Heavy Snow"),
    ],
)
def test_a_warning_is_named_in_english(japanese: str, english: str) -> None:
    assert WeatherWords("ひなた県", tongues(komorebi())[Language.ENGLISH].phrases.weather).said(japanese) == english


@pytest.mark.parametrize(
    "japanese",
    [
        "",
        "大雨",
        "警報",
        "大雨警報が解除されました",
        "大雨警報は発表されていません",
        "レベル９大雨警報",
        "黄砂警報",
        "大雪に関する東京都気象情報",
    ],
)
def test_what_is_not_wholly_understood_is_left_alone(japanese: str) -> None:
    """A warning that was lifted, said as if it had been issued, would send people out into the night."""
    for tongue in tongues(komorebi()).values():
        assert WeatherWords("ひなた県", tongue.phrases.weather).said(japanese) is None


def test_every_language_knows_the_same_warnings() -> None:
    english, *others = (tongue.phrases.weather for tongue in tongues(koganei()).values())

    for other in others:
        assert set(other.phenomena) == set(english.phenomena)
        assert set(other.grades) == set(english.grades)
