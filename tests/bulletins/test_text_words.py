"""Running text in other languages: every sentence of it, or nothing."""

import pytest

from bulletins.notice_fields import FieldKind
from bulletins.translation import Wordbook
from foundation.languages import Language
from tests.bulletins.samples import komorebi, tongues


def _said(japanese: str, language: Language = Language.ENGLISH) -> str | None:
    return tongues(komorebi())[language].said(FieldKind.TEXT, japanese, Wordbook({"よい日です。": "A good day."}))


@pytest.mark.parametrize(
    ("japanese", "english"),
    [
        (
            "11月20日(金) 午後2時10分、こもれび市に大雪警報が発表されました。",
            "A Heavy Snow Warning was issued for Komorebi City at 2:10 p.m. on Friday, November 20.",
        ),
        (
            "大雪に警戒してください。なだれに注意してください。",
            "Be on the alert for heavy snow. Be careful of avalanches.",
        ),
        ("土砂災害や河川の増水に注意してください。", "Be careful of landslides and rising rivers."),
        (
            "雪や路面の凍結による交通障害に注意してください。",
            "Be careful of traffic problems caused by snow and icy roads.",
        ),
        ("よい日です。\n\n落雷に十分注意してください。", "A good day.\n\nBe careful of lightning."),
        ("浸水に厳重に警戒してください", "Be on the alert for flooding."),
    ],
)
def test_a_text_of_known_sentences_is_said(japanese: str, english: str) -> None:
    assert _said(japanese) == english


@pytest.mark.parametrize(
    "japanese",
    [
        "次は誤りです。低い土地の浸水に警戒してください。",
        "低い土地の浸水に警戒してください。ただし水車町を除きます。",
        "低い土地の浸水に警戒しないでください。",
        "低い土地の浸水や未知のものに警戒してください。",
        "に注意してください。",
        "11月20日(金) 午後2時10分、青嶺市にレベル３大雨警報が発表されました。",
        "13月40日(金) 午後2時10分、こもれび市にレベル３大雨警報が発表されました。",
        "11月20日(金) 午後2時10分、こもれび市に黄砂警報が発表されました。",
        "11月20日(金) 午後2時10分、こもれび市にレベル３大雨警報が発表されましたが、解除されました。",
        "。",
        "\n",
    ],
)
def test_a_text_with_one_unknown_sentence_is_not_said_at_all(japanese: str) -> None:
    for language in tongues(komorebi()):
        assert _said(japanese, language) in (None, "。", "\n")


def test_every_language_knows_the_same_hazards() -> None:
    texts = [tongue.phrases.texts for tongue in tongues(komorebi()).values()]

    assert all(set(each.hazards) == set(texts[0].hazards) for each in texts)
