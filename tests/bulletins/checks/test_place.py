"""市内 and 市外, and places that are too fine."""

import pytest

from bulletins.checks.place import inside_without_own_town, outside_with_own_town, place_too_fine
from bulletins.checks.town_names import names_own_city, other_cities, own_towns
from tests.bulletins.samples import draft, koganei, komorebi, plain, printed

KOGANEI = koganei()
OUTSIDE = "市外－子どもの安全－その他"
INSIDE = "市内－子どもの安全－その他"


def test_the_first_printed_bulletin_calls_its_own_town_outside() -> None:
    sample = printed("suspicious-person")
    written = draft("suspicious-person", sample.fields, town=KOGANEI, category=sample.category, at=sample.at)

    (finding,) = outside_with_own_town(written)

    assert "本町" in finding.message
    assert finding.field == "place"


@pytest.mark.parametrize("name", ["fraud-call", "weather"])
def test_the_other_printed_bulletins_stand_where_they_say(name: str) -> None:
    sample = printed(name)
    written = draft(name, sample.fields, town=KOGANEI, category=sample.category, at=sample.at)

    assert outside_with_own_town(written) == []
    assert inside_without_own_town(written) == []


@pytest.mark.parametrize(
    ("text", "towns"),
    [
        ("小金井市本町1丁目の路上", ("本町",)),
        ("本町一丁目", ("本町",)),
        ("本町６丁目付近", ("本町",)),
        ("市内本町で", ("本町",)),
        ("小金井市の本町", ("本町",)),
        ("貫井北町3丁目", ("貫井北町",)),
        ("前原町、貫井南町のお宅", ("前原町", "貫井南町")),
        ("国分寺市本町2丁目", ()),
        ("国分寺市の本町", ()),
        ("八王子市本町", ()),
        ("世田谷区桜町", ()),
        ("日野本町3丁目", ()),
        ("町田市本町田1丁目", ()),
        ("本町田1丁目", ()),
        ("国分寺市本町2丁目から小金井市本町1丁目へ", ("本町",)),
    ],
)
def test_our_own_towns_are_told_from_those_of_other_cities(text: str, towns: tuple[str, ...]) -> None:
    assert own_towns(text, KOGANEI) == towns


def test_a_neighbour_whose_name_holds_ours_is_another_city() -> None:
    komorebi_town = komorebi()

    assert not names_own_city("東こもれび市で", komorebi_town)
    assert names_own_city("こもれび市で", komorebi_town)
    assert other_cities("東こもれび市楓町", komorebi_town) == ("東こもれび市",)
    assert own_towns("東こもれび市楓町1丁目", komorebi_town) == ()


@pytest.mark.parametrize(
    "text", ["市内の本町", "現在、小金井市内に", "市民の皆さま", "市役所前", "都市ガスの工事", "大都市圏"]
)
def test_no_city_is_seen_where_none_is_named(text: str) -> None:
    assert other_cities(text, KOGANEI) == ()


def test_another_city_is_seen_without_being_a_neighbour() -> None:
    assert other_cities("八王子市本町1丁目", KOGANEI) == ("八王子市",)


@pytest.mark.parametrize("place", ["国分寺市本町2丁目", "八王子市元町1丁目", "駅前の公園"])
def test_inside_without_a_town_of_ours_is_told(place: str) -> None:
    values = {**printed("suspicious-person").fields, "place": place}

    (finding,) = inside_without_own_town(draft("suspicious-person", values, town=KOGANEI, category=INSIDE))

    assert finding.field == "place"


def test_a_town_of_another_city_with_the_same_name_is_outside() -> None:
    values = {**printed("suspicious-person").fields, "place": "国分寺市本町2丁目"}

    assert outside_with_own_town(draft("suspicious-person", values, town=KOGANEI, category=OUTSIDE)) == []


def test_a_general_notice_needs_no_town() -> None:
    assert inside_without_own_town(plain(text="国分寺市本町で催しがあります。")) == []


def test_free_words_are_searched_where_there_is_no_field_for_the_place() -> None:
    assert outside_with_own_town(plain(text="水車町2丁目で火災がありました。", category=OUTSIDE))


@pytest.mark.parametrize(
    "place",
    [
        "水車町2丁目4番5号",
        "水車町二丁目４番",
        "水車町2丁目4-5",
        "水車町2-4-5",
        "水車町123番地",
        "ひかり台2-4",
        "水車町2丁目の4",
    ],
)
def test_a_place_below_the_chome_is_too_fine(place: str) -> None:
    (finding,) = place_too_fine(plain(text=f"{place}で火災がありました。"))

    assert finding.field == "text"


@pytest.mark.parametrize(
    "place",
    [
        "水車町2丁目",
        "水車町2丁目の路上",
        "1番大切なのは",
        "042-000-0000",
        "今年度4回のうち3回目",
        "午後2-3時",
        "水車町と楓町",
    ],
)
def test_a_chome_is_not_too_fine(place: str) -> None:
    assert place_too_fine(plain(text=place)) == []


def test_an_evacuation_may_name_blocks() -> None:
    assert place_too_fine(draft("evacuation")) == []


def test_what_puts_another_bulletin_right_need_not_say_again_where_it_was() -> None:
    silent = [draft(name, town=KOGANEI, category=INSIDE) for name in ("correction", "retraction")]
    example = silent[0].notice.example
    elsewhere = draft("correction", {**example, "right": "国分寺市本町2丁目"}, town=KOGANEI, category=INSIDE)

    assert [inside_without_own_town(each) for each in silent] == [[], []]
    assert len(inside_without_own_town(elsewhere)) == 1
