"""The town file: the sample town is whole, and a typo never passes."""

import dataclasses
from pathlib import Path

import pytest

from subscribers.town import Town, TownInvalid, load_town

SAMPLE = Path(__file__).parents[2] / "service" / "komorebi.toml"


@pytest.fixture(scope="module")
def sample() -> Town:
    return load_town(SAMPLE)


def _changed(tmp_path: Path, old: str, new: str) -> Path:
    text = SAMPLE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "town.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_sample_town_has_ten_towns_and_forty_five_chome(sample: Town) -> None:
    assert len(sample.towns) == 10
    assert sum(town.chome for town in sample.towns) == 45


def test_every_town_lies_in_exactly_one_area(sample: Town) -> None:
    in_areas = [name for area in sample.areas for name in area.towns]

    assert sorted(in_areas) == sorted(town.name for town in sample.towns)


def test_the_sample_town_uses_example_addresses_only(sample: Town) -> None:
    assert sample.from_address.endswith("example.jp")
    assert sample.contact.mail.endswith("@example.jp")
    assert sample.contact.phone.startswith("042-000-")
    assert sample.police.phone.startswith("042-000-")


def test_a_town_cannot_be_changed(sample: Town) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        sample.name = "x"  # type: ignore[misc]  # the point of the test


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("lead_minutes = 30", "lead_minutes = 1441", "forwarding.lead_minutes"),
        ("own_line = false", 'own_line = "no"', "forwarding.own_line"),
        ("own_line = false", "own_lines = false", "forwarding.own_lines"),
        ('name = "こもれび市"', 'nmae = "こもれび市"', "name"),
        ('zone = "Asia/Tokyo"', 'zone = "Asia/Edo"', "zone"),
        ('zone = "Asia/Tokyo"', 'zone = "../../etc"', "zone"),
        ('zone = "Asia/Tokyo"', 'zone = "Asia/Tokyo"\ncolour = "red"', "colour"),
        ('"12-29..01-03"', '"12/29-1/3"', "closing_days"),
        ("anzen-anshin@mail.example.jp", "anzen-anshin", "from_address"),
        ('from_name = "こもれび', 'from_name = "\\nBcc: こもれび', "from_name"),
        ('key = "crime"', 'key = "犯罪"', "topics[1].key"),
        ('key = "suspicious"', 'key = "crime"', "topics[2]"),
        ('label = "犯罪情報"', 'lable = "犯罪情報"', "topics[1].label"),
        ("chome = 6", 'chome = "6"', "towns[1].chome"),
        ("chome = 6", "chomes = 6", "towns[1].chomes"),
        ('area = "central"', 'area = "centre"', "towns[1].area"),
        ('name = "楓町"', 'name = "ひかり台"', "towns[2]"),
        ("{source}", "(source)", "standing_notes.attribution"),
        ("no_reply =", "no_repyl =", "standing_notes.no_reply"),
        (
            "# [standing_notes.suspicious-person]",
            '[standing_notes.crime]\nno_repyl = "x"',
            "standing_notes.crime.no_repyl",
        ),
        ('"一般－感染症" = "感', '"一般-感染症" = "感', "statistic_classes.一般-感染症"),
        ('"気象情報" = ["大雨', '"気象情報" = [1, "大雨', "categories.一般.気象情報"),
    ],
)
def test_a_wrong_key_or_value_is_named_in_one_line(tmp_path: Path, old: str, new: str, key: str) -> None:
    path = _changed(tmp_path, old, new)

    with pytest.raises(TownInvalid) as caught:
        load_town(path)

    assert str(caught.value).startswith(f"{path}: {key}: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_toml_or_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "town.toml"
    broken.write_text("name = \n", encoding="utf-8")

    for path in (broken, tmp_path / "none.toml"):
        with pytest.raises(TownInvalid) as caught:
            load_town(path)
        assert str(caught.value).startswith(f"{path}: ")


def test_a_town_may_word_a_standing_note_anew_for_one_notice(tmp_path: Path) -> None:
    path = _changed(tmp_path, "# [standing_notes.suspicious-person]\n# no_reply", "[standing_notes.crime]\nno_reply")

    town = load_town(path)

    assert town.standing_note("no_reply", "crime") == "※ 返信メールは受け付けておりません。"
    assert town.standing_note("no_reply", "weather") == "※返信メールは受け付けておりません。"
    with pytest.raises(KeyError):
        town.standing_note("unknown", "weather")
