"""Growth: everybody who comes or goes is counted once, on the town's own day, and the counts outlive the addresses."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from foundation.database import Database
from foundation.strides import Strides
from subscribers import growth, leaving, recount
from subscribers.erasure import erase_left
from subscribers.growth import Event, GrowthRow, Tick
from subscribers.register_file import RegisterFile
from subscribers.register_transfer import Importer
from subscribers.tables import StopReason
from subscribers.town import Town
from tests.subscribers.people import Desk

TOKYO = ZoneInfo("Asia/Tokyo")
LONG_AGO = date(2000, 1, 1)
TODAY = "2026-11-20"


def follow(database: Database, *, limit: int = 500) -> list[Tick]:
    strides = Strides(database, lambda _: False, seconds=60)
    strides.limit = limit
    growth.follow(strides, TOKYO, at=datetime(2026, 11, 20, 2, tzinfo=UTC))
    with database.read() as session:
        return growth.by_day(session, LONG_AGO)


def come(desk: Desk, address: str, place: str | None = None) -> None:
    token = desk.invite(address, place=place)
    assert token is not None
    desk.confirm(token)


def go(desk: Desk, number: int, reason: StopReason) -> None:
    with desk.database.write() as session:
        leaving.stop(session, number, reason, by="resident", at=desk.clock.now())


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_coming_and_going_is_counted_by_day_and_place_whatever_the_steps(desk: Desk, limit: int) -> None:
    come(desk, "a@example.jp", "school")
    come(desk, "b@example.jp", "school")
    come(desk, "c@example.jp")
    go(desk, 1, StopReason.LEFT)
    go(desk, 2, StopReason.UNREACHABLE)
    with desk.database.write() as session:
        leaving.undo(session, 2, by="staff:1", at=desk.clock.now())

    found = follow(desk.database, limit=limit)

    assert sorted(found, key=lambda tick: (tick.event, tick.place)) == [
        Tick(TODAY, Event.LEFT, "", 1),
        Tick(TODAY, Event.REGISTERED, "", 1),
        Tick(TODAY, Event.REGISTERED, "school", 2),
        Tick(TODAY, Event.UNDONE, "", 1),
        Tick(TODAY, Event.UNREACHABLE, "", 1),
    ]


def test_a_line_of_the_ledger_is_counted_once(desk: Desk) -> None:
    come(desk, "a@example.jp", "school")
    first = follow(desk.database)

    again = follow(desk.database)
    come(desk, "b@example.jp", "school")
    more = follow(desk.database)

    assert first == again
    assert more == [Tick(TODAY, Event.REGISTERED, "school", 2)]


@pytest.mark.parametrize("limit", [1, 500])
def test_who_confirms_a_second_link_has_not_come_twice(desk: Desk, limit: int) -> None:
    come(desk, "a@example.jp", "school")
    come(desk, "a@example.jp", "library")

    assert follow(desk.database, limit=limit) == [Tick(TODAY, Event.REGISTERED, "school", 1)]


def test_who_comes_back_is_counted_again(desk: Desk) -> None:
    come(desk, "a@example.jp")
    go(desk, 1, StopReason.LEFT)
    come(desk, "a@example.jp")

    numbers = {tick.event: tick.number for tick in follow(desk.database)}

    assert numbers == {Event.REGISTERED: 2, Event.LEFT: 1}


def test_the_day_is_the_towns_own(desk: Desk) -> None:
    desk.clock.move(timedelta(hours=14, minutes=30))  # half past midnight in Tokyo, still the 20th in UTC
    come(desk, "a@example.jp")

    assert [tick.span for tick in follow(desk.database)] == ["2026-11-21"]


def test_counts_stay_when_the_address_is_erased_and_hold_nothing_of_it(desk: Desk) -> None:
    come(desk, "a@example.jp", "school")
    go(desk, 1, StopReason.LEFT)
    before = follow(desk.database)

    with desk.database.write() as session:
        erase_left(session, at=desk.clock.now(), after=timedelta(0))

    assert follow(desk.database) == before
    assert {column.name for column in GrowthRow.__table__.columns} == {"day", "event", "place", "number"}


def test_an_import_counts_in_its_own_month_and_is_told_apart(desk: Desk, town: Town, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_text(
        "address,place,registered_at,state\n"
        "a@example.jp,library,2019-05-31 23:00,active\n"
        "b@example.jp,,2019-06-01,active\nc@example.jp,,2019-06-01,stopped\n"
    )
    Importer(desk.database, town, desk.clock, reject=lambda _: None).run(RegisterFile.open(file, town))
    come(desk, "a@example.jp", "school")  # was there already

    follow(desk.database)
    growth.count_old_imports(desk.database, TOKYO, at=desk.clock.now())

    with desk.database.read() as session:
        months = sorted(growth.by_month(session, LONG_AGO), key=lambda tick: tick.span)
        assert months == [Tick("2019-05", Event.IMPORTED, "library", 1), Tick("2019-06", Event.IMPORTED, "", 1)]
    assert recount.recount(desk.database, at=desk.clock.now()) == 0


def test_an_import_of_former_days_is_counted_afterwards_once(desk: Desk, town: Town, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_text("address,place,registered_at\na@example.jp,library,2019-05-31\nb@example.jp,,2019-06-01\n")
    Importer(desk.database, town, desk.clock, reject=lambda _: None).run(RegisterFile.open(file, town))
    come(desk, "c@example.jp")
    with desk.database.write() as session:
        session.query(GrowthRow).delete()  # as if nobody had counted when it was imported

    for _ in range(2):
        growth.count_old_imports(desk.database, TOKYO, at=desk.clock.now())

    assert [(tick.span, tick.event, tick.number) for tick in follow(desk.database)] == [
        ("2019-05-31", Event.IMPORTED, 1),
        ("2019-06-01", Event.IMPORTED, 1),
        (TODAY, Event.REGISTERED, 1),
    ]
