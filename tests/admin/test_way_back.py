"""A page that says one thing leads to the list of what was asked for."""

from admin.frame.way_back import way_back
from tests.admin.role_table import Way, table


def test_nothing_leads_back_to_itself_or_to_a_namesake() -> None:
    assert way_back("/admin/materials").url == ""
    assert way_back("/admin/materialsx/1").url == ""
    assert way_back("/admin").url == ""
    assert way_back("/materials/1").url == ""


def test_the_nearest_list_is_the_one() -> None:
    assert way_back("/admin/subscribers/7").words == "登録者を調べる"
    assert way_back("/admin/subscribers/import/7").words == "名簿の取り込みへ"
    assert way_back("/admin/places/april/2026").words == "4月の配布へ"


def test_whoever_may_ask_for_what_lies_below_a_list_may_see_the_list() -> None:
    roles = table()
    below = [way for way in roles if way_back(way.address).url]
    assert len(below) > 100

    for way in below:
        may, sees = roles[way], roles[Way(way_back(way.address).url, "GET")]
        assert may is not None, way
        assert sees is None or may <= sees, way
