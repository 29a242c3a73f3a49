"""The ledger of places: the town file is its beginning, nothing is lost, and every change is written down."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from foundation.database import Database
from foundation.fiscal_year import FiscalYear
from foundation.languages import Language
from foundation.ledger import Deed, LedgerLine
from subscribers import growth, place_growth, placements
from subscribers.growth import Tick
from subscribers.place_kinds import PlaceKind
from subscribers.placements import Occasion, Placement, PlacementForm, Sheet, day_of, sheets
from subscribers.places import LONGEST_LABEL, PlaceForm, Places, PlaceUnfit, UnknownPlace
from subscribers.town import Town

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
TODAY = date(2026, 11, 20)


class Clerk:
    id = 7
    name = "配信 たろう"

    def deed(self, action: str, subject: str) -> Deed:
        return Deed("staff:7", action, subject)


ME = Clerk()


@pytest.fixture
def places(town: Town) -> Places:
    return Places(town)


def lines(database: Database) -> list[tuple[str, str, dict[str, object]]]:
    with database.read() as session:
        found = session.scalars(select(LedgerLine).order_by(LedgerLine.id))
        return [(line.action, line.subject, json.loads(line.details)) for line in found]


def added(database: Database, places: Places, form: PlaceForm) -> str:
    with database.write() as session:
        return places.add(session, form, ME, at=NOW).key


def errors_of(database: Database, places: Places, form: PlaceForm) -> set[str]:
    with pytest.raises(PlaceUnfit) as unfit, database.write() as session:
        places.add(session, form, ME, at=NOW)
    return set(unfit.value.errors)


def test_the_town_file_is_the_beginning_of_the_ledger(database: Database, places: Places) -> None:
    with database.read() as session:
        known = places.every(session)

    assert {place.key: place.kind for place in known} == {
        "library": PlaceKind.LIBRARY,
        "hall": PlaceKind.CITIZENS_HALL,
        "school": PlaceKind.PRIMARY_SCHOOL,
        "nursery": PlaceKind.NURSERY,
    }
    assert all(place.active for place in known)


def test_a_place_of_the_file_may_be_renamed_and_keeps_its_key(database: Database, places: Places) -> None:
    with database.write() as session:
        places.change(session, "library", PlaceForm("中央図書館（本館）", "library", "1階の棚"), ME, at=NOW)

    with database.read() as session:
        assert places.labels(session)["library"] == "中央図書館（本館）"
        assert len(places.every(session)) == 4
    assert lines(database) == [
        ("place.changed", "place:library", {"label": ["中央図書館", "中央図書館（本館）"], "note_changed": True})
    ]


def test_a_place_without_a_key_is_given_one_that_is_free(database: Database, places: Places) -> None:
    keys = [added(database, places, PlaceForm(f"図書館{number}", "library")) for number in range(3)]

    assert keys == ["library-1", "library-2", "library-3"]


@pytest.mark.parametrize(
    "key", ["en", "yasashii", "zh", "ja", "en-library", "c", "c-tonari", "library", "a b", "あ", "a" * 41]
)
def test_a_key_that_mails_read_otherwise_or_that_is_taken_is_refused(
    database: Database, places: Places, key: str
) -> None:
    assert errors_of(database, places, PlaceForm("あたらしい所", "other", key=key)) == {"key"}


def test_the_languages_that_keys_keep_clear_of_are_all_that_are_spoken(database: Database, places: Places) -> None:
    for language in Language:
        assert errors_of(database, places, PlaceForm("あたらしい所", "other", key=f"{language}-x")) == {"key"}


@pytest.mark.parametrize(
    ("form", "faulty"),
    [
        (PlaceForm("", "other"), {"label"}),
        (PlaceForm("あ" * (LONGEST_LABEL + 1), "other"), {"label"}),
        (PlaceForm("あ" * 10_000, "other", "い" * 10_000, "u" * 10_000), {"label", "note", "key"}),
        (PlaceForm("一行\n二行", "other"), {"label"}),
        (PlaceForm("右から\u202e左へ", "other", "メ\x07モ"), {"label", "note"}),
        (PlaceForm("中央図書館", "library"), {"label"}),
        (PlaceForm("駅", "station"), {"kind"}),
        (PlaceForm(), {"label", "kind"}),
    ],
)
def test_what_cannot_be_a_place_is_told_by_its_field(
    database: Database, places: Places, form: PlaceForm, faulty: set[str]
) -> None:
    assert errors_of(database, places, form) == faulty
    assert lines(database) == []


@given(sheet=st.text(max_size=8), number=st.text(max_size=12), day=st.text(max_size=12), note=st.text(max_size=250))
def test_whatever_is_typed_of_a_placement_is_taken_or_told(sheet: str, number: str, day: str, note: str) -> None:
    form = PlacementForm(sheet, number, day, "event", note)

    read = form.read("library", today=TODAY)

    assert isinstance(read, Placement) or read


def test_retiring_and_restoring_are_written_once_each(database: Database, places: Places) -> None:
    for step in (places.retire, places.retire, places.restore, places.restore):
        with database.write() as session:
            step(session, "hall", ME, at=NOW)

    assert [line[:2] for line in lines(database)] == [("place.retired", "place:hall"), ("place.restored", "place:hall")]


def test_a_place_does_not_come_back_beside_another_of_its_name(database: Database, places: Places) -> None:
    with database.write() as session:
        places.retire(session, "hall", ME, at=NOW)
    added(database, places, PlaceForm("公民館・集会施設", "citizens-hall"))

    with pytest.raises(PlaceUnfit), database.write() as session:
        places.restore(session, "hall", ME, at=NOW)


def test_a_place_that_nobody_knows_is_not_changed(database: Database, places: Places) -> None:
    for key in ("nowhere", "", "\0", "a" * 10_000, "' OR 1=1 --"):
        with pytest.raises(UnknownPlace), database.write() as session:
            places.retire(session, key, ME, at=NOW)


def note(database: Database, once: str, **other: object) -> bool:
    values = {"place": "school", "sheet": Sheet.LEAFLET, "number": 250, "day": date(2026, 4, 6)}
    placement = Placement(**{**values, "occasion": Occasion.NEWCOMERS, **other})  # type: ignore[arg-type]  # mixed
    with database.write() as session:
        return placements.note(session, placement, ME, once_key=once, at=NOW)


def test_a_placement_is_noted_once_however_often_its_form_comes_in(database: Database) -> None:
    done = [note(database, "a"), note(database, "a"), note(database, "b", number=3)]

    with database.read() as session:
        rows = placements.at_place(session, "school", limit=10)
    assert done == [True, False, True]
    assert [(row.number, row.staff_name, row.day) for row in rows] == [
        (3, "配信 たろう", "2026-04-06"),
        (250, "配信 たろう", "2026-04-06"),
    ]
    assert [line[0] for line in lines(database)] == ["placement.noted"] * 2
    assert lines(database)[0][1:] == (
        "place:school",
        {"sheet": "ちらし", "sheets": 250, "day": "2026-04-06", "occasion": "新入生・転入生の保護者"},
    )


def test_what_was_noted_by_mistake_is_taken_back_once_and_at_its_own_place_only(database: Database) -> None:
    note(database, "a")
    with database.write() as session:
        number = placements.at_place(session, "school", limit=1)[0].id
        elsewhere = placements.take_back(session, number, "library", ME, at=NOW)
        first, again = (placements.take_back(session, number, "school", ME, at=NOW) for _ in range(2))

    assert [elsewhere, first, again] == [False, True, False]
    assert [line[0] for line in lines(database)] == ["placement.noted", "placement.taken-back"]


def test_what_hangs_is_the_last_of_each_sheet_up_to_today(database: Database) -> None:
    note(database, "a", sheet=Sheet.POSTER, number=1, day=date(2026, 1, 1))
    note(database, "b", sheet=Sheet.POSTER, number=2, day=date(2026, 5, 1))
    note(database, "c", day=date(2026, 4, 6))
    note(database, "d", day=date(2027, 4, 6))
    note(database, "e", sheet=Sheet.POSTER, number=5, day=date(2026, 5, 1))

    with database.read() as session:
        hung = placements.last_ones(session, until=TODAY)

    assert [(row.sheet, row.number, row.day) for row in hung["school"]] == [
        ("poster", 5, "2026-05-01"),
        ("leaflet", 250, "2026-04-06"),
    ]


def test_newcomers_are_those_of_the_fiscal_year_and_of_leaflets_alone(database: Database, town: Town) -> None:
    note(database, "a", day=date(2026, 4, 1))
    note(database, "b", day=date(2027, 3, 31), number=5)
    note(database, "c", day=date(2026, 3, 31), number=100)
    note(database, "d", day=date(2027, 4, 1), number=1000)
    note(database, "e", sheet=Sheet.POSTER)
    note(database, "f", occasion=Occasion.EVENT)

    with database.read() as session:
        assert placements.for_newcomers(session, FiscalYear(2026, town.zone)) == {"school": 255}


def test_registrations_are_counted_from_each_place_s_own_day_on(database: Database) -> None:
    with database.write() as session:
        growth.add(
            session,
            {
                ("2026-04-05", "registered", "school"): 1,
                ("2026-04-06", "registered", "school"): 10,
                ("2026-05-03", "registered", "school"): 100,
                ("2026-05-04", "registered", "school"): 1000,
                ("2026-04-07", "imported", "school"): 7,
                ("2026-04-07", "registered", "library"): 5,
                ("2026-04-07", "registered", ""): 9,
            },
        )

    with database.read() as session:
        assert place_growth.since(session, {"school": "2026-04-06", "library": "2026-04-08"}) == {"school": 1110}
        assert place_growth.since(session, {}) == {}
        days = place_growth.of_place(session, "school", date(2026, 4, 6))
        months = place_growth.by_place(growth.by_month(session, date(2026, 4, 1)))
    assert place_growth.weeks_after(days, date(2026, 4, 6)) == 110
    assert months["school"] == {"2026-04": 11, "2026-05": 1100}
    assert "" not in months
    firsts = (date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))
    assert place_growth.months(months["school"], firsts) == (0, 11, 1100)


def test_stops_are_no_registrations() -> None:
    left = Tick("2026-04", growth.Event.LEFT, "school", 3)

    assert place_growth.by_place([left]) == {}


@pytest.mark.parametrize(
    ("typed", "number"),
    [("250", 250), (" 1,250枚", 1250), ("２５０", 250), ("1，250", 1250), ("0", 0), ("", None), ("-1", None),
     ("1.5", None), ("9" * 10_000, None), ("1000001", None), ("²", None), ("{{7*7}}", None)],
)  # fmt: skip
def test_a_number_of_sheets_is_read_as_people_type_it(typed: str, number: int | None) -> None:
    assert sheets(typed) == number


@pytest.mark.parametrize(
    ("typed", "is_day"),
    [("2026-11-20", True), ("2027-04-06", True), ("2028-01-01", False), ("1999-12-31", False), ("2026-02-30", False),
     ("20261120", False), ("2026-W47-5", False), ("", False), ("x" * 10_000, False), ("2026-11-2０", False)],
)  # fmt: skip
def test_a_day_is_one_of_the_calendar_and_not_far_ahead(typed: str, is_day: bool) -> None:  # noqa: FBT001 -- a table
    assert (day_of(typed, today=TODAY) is not None) is is_day
