"""What holds for every text, police or not: no error, nothing invented, nothing dropped, no long wait."""

import re
import sys
import unicodedata
from datetime import datetime
from re import _constants, _parser
from types import FrameType

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bulletins.filling import fill_for_preview
from bulletins.police_text import fitting, kinds, lines, moments, places, reading, sentence
from bulletins.police_text.lines import normal
from tests.bulletins.police_text.reading_of import fitted, texts
from tests.bulletins.samples import komorebi, shelf

ROOMS = (fitting, kinds, lines, moments, places, reading, sentence)
NOTICES = ("suspicious-person", "fraud-call", "crime", "missing-person", "weather", "plain", "earthquake", "event")
WORDS = [
    *("6月5日(火)、", "本日", "午前7時50分ごろ、", "15:10", "令和8年11月19日", "99月99日"),
    *("こもれび市水車町二丁目4番5号", "水車町2-4", "青嶺市本町", "小金井市本町1丁目", "市内", "の路上で、", "先路上で"),
    *("児童(女)が", "登校途中、", "男に", "声をかけられました。", "男が女性に", "80歳代の女性", "警察官をかたる者から"),
    *(
        "■声かけ等の内容",
        "■特徴　",
        "○対策",
        "★",
        "◎",
        "※",
        "・",
        "- ",
        "【",
        "】",
        "からの情報",
        "【問合せ先】",
        "：",
        "\n",
    ),
    *(
        "「家はどこ？」",
        "で配信された",
        "042-000-0110",
        "担当部署：",
        "配信内容 市外－子どもの安全－その他",
        "配信日 ",
        " ",
        "　",
    ),
    *(
        "件名：",
        "場所：",
        "日時",
        "状況：",
        "この後、",
        "{{ town }}",
        "<b>",
        "\x00",
        "\u202e",
        "レベル３",
        "０９",
        "㈱",
        "①",
    ),
]
anything = st.text(max_size=400) | st.lists(st.sampled_from(WORDS) | st.text(max_size=6), max_size=60).map("".join)
_SETTINGS = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])


@_SETTINGS
@given(text=anything, notice=st.sampled_from(NOTICES))
def test_no_text_raises_and_what_is_read_serves_its_field(text: str, notice: str) -> None:
    found = fitted(text, notice)

    _, errors = fill_for_preview(shelf(komorebi()).get(notice), found.values)

    wrong = {name: sentence for name, sentence in errors.items() if name in found.read}
    assert all("電話番号を入れて" in sentence for sentence in wrong.values()), wrong


@_SETTINGS
@given(text=anything, notice=st.sampled_from(NOTICES))
def test_nothing_is_written_that_the_text_does_not_say(text: str, notice: str) -> None:
    found = fitted(text, notice)

    said = _bare(normal(text))
    for name in found.read:
        value = found.values[name]
        for line in [value] if isinstance(value, str) else list(_lines(value)):
            if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", line):
                continue
            # A place is read 丁目 by 丁目, without what is finer; each part of it is said.
            for piece in re.split(r"\d+丁目|(?=付近|周辺|地内|先)", line) if "丁目" in line else [line]:
                for each in piece.split("\n"):
                    assert _bare(each) in said, (name, line)


@_SETTINGS
@given(text=anything, notice=st.sampled_from(NOTICES))
@example("AAA場所:0", "suspicious-person")
@example("■ATMの場所\n楓町1丁目", "suspicious-person")
def test_every_word_is_in_a_field_or_told_to_be_left(text: str, notice: str) -> None:
    found = fitted(text, notice)

    told = _bare("".join([*map(_whole, found.values.values()), *found.leftover, *found.automatic, *found.notes]))
    for word in re.findall(r"[ァ-ヴー]{2,}|[a-zA-Z]{3,}", normal(text)):
        assert word in told, word


@pytest.mark.parametrize(
    "piece",
    [
        "あ",
        "男",
        "、",
        "■",
        "・",
        "「",
        "(",
        "1",
        "11月",
        "の",
        "市",
        "水車町",
        "【",
        "。",
        "：",
        "児童が",
        "2-",
        "二十",
        "\n",
        " \n■ ",
    ],
)
def test_ten_thousand_characters_of_one_thing_cost_no_more_than_their_length(piece: str) -> None:
    """Counted in calls, so that no other work on the machine counts; what patterns cost is the next test's matter."""
    short, long = (_calls(piece * (size // len(piece))) for size in (1_000, 10_000))

    assert long < 12 * short + 500


def test_no_pattern_repeats_without_bound_what_repeats_itself() -> None:
    patterns = [pattern for room in ROOMS for pattern in vars(room).values() if isinstance(pattern, re.Pattern)]
    town = komorebi()
    patterns.append(places._pattern((town.name, *town.neighbours), tuple(n.name for n in town.towns), town.prefecture))

    assert len(patterns) > 30
    assert [pattern.pattern for pattern in patterns if _runs_away(_parser.parse(pattern.pattern))] == []


def test_a_pattern_that_runs_away_is_known_as_one() -> None:
    assert _runs_away(_parser.parse("(?:a+)+b"))
    assert not _runs_away(_parser.parse("(?:ab|c)*d{1,8}"))


def test_a_pasted_text_is_not_taken_for_a_template() -> None:
    found = fitted("{{ town.name }}で停電しています。{% raw %}", "plain")

    assert found.values["text"] == "{{ town.name }}で停電しています。{% raw %}"


def test_the_moment_of_reading_decides_what_today_means() -> None:
    text = str(texts()["follower-today"]["text"])

    found = fitted(text, at=datetime.fromisoformat("2026-12-01T00:30:00+09:00"))

    assert found.values["happened_at"] == "2026-12-01T07:40"


def _calls(text: str) -> int:
    """How often Python calls anything while it reads the text."""
    count = 0

    def seen(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    fitted("水車町", "suspicious-person")
    sys.setprofile(seen)
    try:
        fitted(text, "suspicious-person")
    finally:
        sys.setprofile(None)
    return count


def _runs_away(node: object, *, inside: bool = False) -> bool:
    """Whether an unbounded repeat holds another repeat of varying length."""
    if isinstance(node, tuple) and len(node) == 2 and node[0] in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
        least, most, body = node[1]
        if inside and least != most:
            return True
        return _runs_away(body, inside=inside or most == _constants.MAXREPEAT)
    if isinstance(node, tuple | list | _parser.SubPattern):
        return any(_runs_away(each, inside=inside) for each in node)
    return False


def _lines(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else []


def _whole(value: object) -> str:
    return value if isinstance(value, str) else "".join(_lines(value))


def _bare(text: str) -> str:
    """Without spaces and bullets; brackets and digits of both widths are the same."""
    return re.sub(r"[\s・･•\-*]", "", unicodedata.normalize("NFKC", text))
