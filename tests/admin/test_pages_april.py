"""The April list: leaflets for 新入生・転入生 on one sheet, beside last year's, and never noted twice."""

import re

import httpx
import pytest
from sqlalchemy import func, select

from admin.people.roles import Role
from foundation.ledger import LedgerLine
from subscribers.placements import PlacementRow
from tests.admin.whole_console import Console, words

PLACES = "/admin/places"


def deeds(console: Console) -> list[tuple[str, str]]:
    with console.home.database.read() as session:
        lines = session.scalars(select(LedgerLine).where(LedgerLine.action.like("place%")).order_by(LedgerLine.id))
        return [(line.action, line.subject) for line in lines]


def placements_in(console: Console) -> int:
    with console.home.database.read() as session:
        return session.scalar(select(func.count()).select_from(PlacementRow)) or 0


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None
    return found[1]


def april(clerk: httpx.Client, year: int, **numbers: str) -> httpx.Response:
    page = clerk.get(f"{PLACES}/april?year={year}")
    typed = {f"number-{key}": number for key, number in numbers.items()}
    once = hidden(page, "once")
    return clerk.post(f"{PLACES}/april", data={"year": str(year), "day": f"{year}-04-06", "once": once, **typed})


def test_the_april_list_is_noted_at_once_and_stands_beside_last_year_s(console: Console, clerk: httpx.Client) -> None:
    before = april(clerk, 2025, school="240", nursery="110")
    offered = clerk.get(f"{PLACES}/april?year=2026")
    now = april(clerk, 2026, school="２６５", nursery="")
    page = words(clerk.get(now.headers["location"]))

    assert (before.status_code, now.status_code) == (303, 303)
    assert 'name="number-school"' in offered.text
    assert 'value="240"' in offered.text
    assert re.search("令和7年度 ?令和8年度", page)
    assert re.search(r"小・中学校の新入生への配布 ?小学校 ?240枚 ?265枚", page)
    assert re.search(r"合計 ?350枚 ?265枚", page)
    assert "枚数を記録しました" in page
    assert deeds(console).count(("placement.noted", "place:school")) == 2


def test_what_is_noted_for_april_is_not_asked_again_and_not_doubled(console: Console, clerk: httpx.Client) -> None:
    page = clerk.get(f"{PLACES}/april?year=2026")
    form = {"year": "2026", "day": "2026-04-06", "once": hidden(page, "once"), "number-school": "250"}

    answers = [clerk.post(f"{PLACES}/april", data=form).status_code for _ in range(2)]
    other = clerk.post(f"{PLACES}/april", data={**form, "once": "a" * 32, "number-school": "999"}).status_code

    assert [*answers, other] == [303] * 3
    assert placements_in(console) == 1
    assert 'name="number-school"' not in clerk.get(f"{PLACES}/april?year=2026").text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number-school": "たくさん"}, "number-school"),
        ({"number-school": "9" * 10_000}, "number-school"),
        ({"number-school": "-1"}, "number-school"),
        ({"day": ""}, "day"),
        ({"day": "2025-04-06"}, "day"),
    ],
)
def test_a_fault_in_the_april_list_keeps_what_was_typed_and_notes_nothing(
    console: Console, clerk: httpx.Client, change: dict[str, str], field: str
) -> None:
    form = {"year": "2026", "day": "2026-04-06", "number-school": "250", "number-nursery": "77"}

    answer = clerk.post(f"{PLACES}/april", data={**form, **change})

    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text
    assert 'value="77"' in answer.text
    assert placements_in(console) == 0


@pytest.mark.parametrize("year", ["1999", "2028", "x", "9" * 20, "-1", "2026.0"])
def test_a_year_that_has_no_list_is_said_to_have_none(clerk: httpx.Client, year: str) -> None:
    assert clerk.get(f"{PLACES}/april", params={"year": year}).status_code == 404
    assert clerk.post(f"{PLACES}/april", data={"year": year}).status_code == 404


def test_from_january_on_the_list_is_that_of_the_coming_april(console: Console, clerk: httpx.Client) -> None:
    november = words(clerk.get(f"{PLACES}/april"))
    console.clock.set(console.clock.now().replace(year=2027, month=1, day=8))
    january = words(console.browser(Role.DRAFTER).get(f"{PLACES}/april"))

    assert "新入生・転入生へのちらしの配布 令和8年度" in november
    assert "新入生・転入生へのちらしの配布 令和9年度" in january


def test_a_retired_school_stays_in_the_lists_in_which_it_was_given_something(
    console: Console, clerk: httpx.Client
) -> None:
    april(clerk, 2026, school="250")
    clerk.post(f"{PLACES}/at/school/retire")
    clerk.post(f"{PLACES}/at/nursery/retire")

    page = clerk.get(f"{PLACES}/april?year=2026")

    assert "小・中学校の新入生への配布" in page.text
    assert "保育園・幼稚園の場所" not in page.text
    assert "/at/nursery" not in page.text
