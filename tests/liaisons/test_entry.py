"""An entry as it is typed: what is missing, odd or too long is named by its field."""

from dataclasses import replace
from typing import Any

import pytest

from liaisons.entry import LONGEST, Entry, EntryForm, EntryUnfit, read
from liaisons.tables import Way
from subscribers.town import Town, load_town
from tests.liaisons.office import PROJECT, TANAKA


@pytest.fixture(scope="module")
def town() -> Town:
    return load_town(PROJECT / "service" / "komorebi.toml")


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": "", "organisation": " ", "way": ""}, ["name", "organisation", "way"]),
        ({"address": ""}, ["address"]),
        ({"address": "nobody"}, ["address"]),
        ({"way": "phone", "phone": ""}, ["phone"]),
        ({"phone": "でんわ", "fax": "--"}, ["phone", "fax"]),
        ({"way": "fax", "fax": ""}, ["fax"]),
        ({"way": "paper", "postal": ""}, ["postal"]),
        ({"way": "pigeon"}, ["way"]),
        ({"areas": ("moon",)}, ["areas"]),
        ({"name": "一\r\n二", "organisation": "a\u202eb", "postal": "a\x00b"}, ["name", "organisation", "postal"]),
    ],
    ids=str,
)
def test_what_is_missing_or_odd_is_named(town: Town, change: dict[str, object], fields: list[str]) -> None:
    with pytest.raises(EntryUnfit) as told:
        read(replace(TANAKA, **change), town)  # type: ignore[arg-type]  # the tests name the fields

    assert list(told.value.errors) == fields


@pytest.mark.parametrize("field", LONGEST)
def test_each_text_has_an_end(town: Town, field: str) -> None:
    fits: dict[str, Any] = {field: "1" * LONGEST[field]}
    longer: dict[str, Any] = {field: "1" * (LONGEST[field] + 1)}

    assert getattr(read(replace(TANAKA, **fits), town), field) == fits[field]
    with pytest.raises(EntryUnfit) as told:
        read(replace(TANAKA, **longer), town)

    assert list(told.value.errors) == [field]


def test_numbers_are_kept_in_one_width_and_all_areas_are_the_whole_town(town: Town) -> None:
    typed = EntryForm(
        name="<b>{{7*7}}",
        organisation="町会",
        way="phone",
        phone="０４２ー０００－９９９９",
        areas=tuple(area.key for area in town.areas),
    )

    assert read(typed, town) == Entry("<b>{{7*7}}", "町会", "", "", Way.PHONE, "", "042-000-9999", "", "", ())
