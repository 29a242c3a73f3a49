"""Places: towns with their 丁目 and never finer, ours kept apart from those of other cities."""

import pytest

from bulletins.police_text.lines import normal
from bulletins.police_text.places import places_in
from tests.bulletins.police_text.reading_of import fitted
from tests.bulletins.samples import komorebi


@pytest.mark.parametrize(
    ("text", "value", "dropped"),
    [
        ("こもれび市水車町2丁目の路上で", "こもれび市水車町2丁目", ""),
        ("水車町二丁目の路上で", "水車町2丁目", ""),
        ("ひなた県こもれび市ひかり台６丁目の", "ひなた県こもれび市ひかり台6丁目", ""),
        ("水車町2丁目4番付近の路上で", "水車町2丁目付近", "4番"),
        ("水車町2丁目4番5号先路上で", "水車町2丁目", "4番5号"),
        ("水車町2-4-5の住宅で", "水車町2丁目", "4-5"),
        ("水車町三丁目十二番地の住宅で", "水車町3丁目", "十二番地"),
        ("青嶺市本町の路上で", "青嶺市本町", ""),
        ("小金井市本町1丁目の路上で", "小金井市本町1丁目", ""),
        ("市内の楓町、泉野町のお宅に", "市内の楓町、泉野町", ""),
        ("水車町1丁目及び楓町2丁目で", "水車町1丁目及び楓町2丁目", ""),
        ("ごろ、北栗林町の公園で", "北栗林町", ""),
        ("ごろこもれび市水車町で", "こもれび市水車町", ""),
        ("現在、こもれび市内に", "こもれび市内", ""),
    ],
)
def test_a_place_is_read_down_to_the_chome_and_what_is_finer_is_told(text: str, value: str, dropped: str) -> None:
    found = places_in(normal(text), komorebi())

    assert [(place.value, place.dropped) for place in found[:1]] == [(value, dropped)]


@pytest.mark.parametrize("text", ["こもれび市役所の職員", "こもれび警察署", "午後2-3時", "電話は110番", "大都市の"])
def test_what_is_no_place_is_not_read_as_one(text: str) -> None:
    assert places_in(text, komorebi()) == []


@pytest.mark.parametrize(
    ("place", "side"),
    [
        ("こもれび市水車町1丁目", "市内"),
        ("水車町1丁目", "市内"),
        ("青嶺市水車町1丁目", "市外"),
        ("国分寺市水車町1丁目", "市外"),
        ("東こもれび市楓町2丁目", "市外"),
    ],
)
def test_a_town_of_ours_behind_another_citys_name_is_outside(place: str, side: str) -> None:
    text = f"本日午後3時ごろ、{place}の路上で、児童が男に声をかけられました。"

    assert fitted(text).category == f"{side}－子どもの安全－声かけ"
