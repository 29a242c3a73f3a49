"""Strict reading of TOML tables: typos do not pass."""

from collections.abc import Callable

import pytest

from foundation.strict_table import KeyInvalid, StrictTable


def test_a_key_that_nobody_asked_for_is_named_with_its_place() -> None:
    table = StrictTable({"items": [{"label": "a"}, {"label": "b", "lable": "c"}]})

    labels = [item.text("label") for item in table.tables("items")]

    assert labels == ["a", "b"]
    with pytest.raises(KeyInvalid) as caught:
        table.finish()
    assert caught.value.key == "items[2].lable"


@pytest.mark.parametrize(
    "read",
    [
        lambda t: t.text("number"),
        lambda t: t.text("empty"),
        lambda t: t.text("missing"),
        lambda t: t.text("two_lines"),
        lambda t: t.texts("empty"),
        lambda t: t.texts("numbers"),
        lambda t: t.number("flag"),
        lambda t: t.flag("number", default=False),
        lambda t: t.table("number"),
        lambda t: t.tables("flag"),
    ],
)
def test_a_wrong_type_is_refused(read: Callable[[StrictTable], object]) -> None:
    table = StrictTable({"number": 3, "empty": " ", "flag": True, "two_lines": "a\nb", "numbers": [1]})

    with pytest.raises(KeyInvalid):
        read(table)


def test_what_was_read_is_returned() -> None:
    table = StrictTable({"name": "a", "list": ["b"], "n": 2, "on": True, "under": {"x": "y"}})

    assert table.text("name") == "a"
    assert table.texts("list") == ("b",)
    assert table.number("n") == 2
    assert table.flag("on", default=False)
    assert table.table("under").text("x") == "y"
    assert table.text("other", "") == ""
    table.finish()
