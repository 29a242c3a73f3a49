"""The live shelf: a release reaches every process by itself, and a broken version never replaces a working one."""

import time

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bulletins.live_shelf import FRESH_SECONDS, LiveShelf
from bulletins.notice_shelf import NoticeRetired, UnknownNotice
from bulletins.notice_versions import NoticeVersion
from foundation.database import Database
from foundation.templating import TemplateBroken
from tests.bulletins.notice_room import Room
from tests.bulletins.samples import komorebi, shelf


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


@pytest.fixture
def live(database: Database) -> LiveShelf:
    return _process(database)


def _process(database: Database) -> LiveShelf:
    return LiveShelf(database, komorebi(), shelf(komorebi()))


def _spoil(room: Room, version: int) -> None:
    """As an upgrade would, after which the grammar or the town file no longer takes what it took before."""
    with room.session() as session:
        spoilt = update(NoticeVersion).where(NoticeVersion.version == version).values(body="{{ gone }}")
        session.execute(spoilt)


def test_what_was_proposed_does_not_serve_and_what_was_released_does(room: Room, live: LiveShelf) -> None:
    version = room.propose(base=0)
    before = live.now(anew=True).get("event").version
    room.release(version)

    assert (before, live.now(anew=True).get("event").version) == (0, 1)


def test_every_process_serves_a_release_within_seconds_without_a_restart(database: Database, room: Room) -> None:
    processes = [_process(database), _process(Database(database.url))]
    assert {process.get("event").version for process in processes} == {0}
    room.release(room.propose(base=0))

    end = time.monotonic() + 10 * FRESH_SECONDS
    while {process.get("event").version for process in processes} != {1} and time.monotonic() < end:
        time.sleep(0.05)

    assert {process.get("event").version for process in processes} == {1}
    processes[1].database.close()


def test_the_database_is_asked_once_however_often_the_shelf_is(
    live: LiveShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def mark(_session: Session) -> int:
        asked.append(1)
        return 0

    monkeypatch.setattr("bulletins.live_shelf.mark", mark)
    monkeypatch.setattr("bulletins.live_shelf.FRESH_SECONDS", 3600)

    for _ in range(100):
        live.get("event")

    assert len(asked) == 1


def test_a_version_that_no_longer_serves_gives_way_to_the_last_working_one(room: Room, database: Database) -> None:
    room.release(room.propose("一つ目です。", base=0))
    room.release(room.propose("二つ目です。", base=1))
    _spoil(room, 2)

    live = _process(database)

    assert live.get("event").version == 1
    (broken,) = live.broken
    assert "第2版" in str(broken)
    assert live.get("plain").version == 0


def test_where_no_version_works_the_shipped_one_serves(room: Room, database: Database) -> None:
    room.release(room.propose(base=0))
    _spoil(room, 1)

    live = _process(database)

    assert live.get("event").version == 0
    assert isinstance(live.broken[0], TemplateBroken)


def test_a_new_notice_is_there_once_it_was_released(room: Room, live: LiveShelf) -> None:
    version = room.propose(base=0, name="event-2")
    with pytest.raises(UnknownNotice):
        live.now(anew=True).get("event-2")

    room.release(version, name="event-2")

    assert live.now(anew=True).get("event-2").title == live.get("event").title


def test_a_retired_notice_is_known_to_old_bulletins_and_offered_to_no_new_one(room: Room, live: LiveShelf) -> None:
    room.retire()
    found = live.now(anew=True)

    assert found.get("event").name == "event"
    assert "event" not in {notice.name for notice in found.all()}
    with pytest.raises(NoticeRetired):
        found.offered("event")
    room.restore()
    assert live.now(anew=True).offered("event").name == "event"


def test_without_tables_or_database_the_shipped_notices_serve(database_url: str) -> None:
    """Before the first migration; the tables come later."""
    empty = Database(database_url)
    live = _process(empty)

    assert live.get("event").version == 0
    assert live.broken == ()
    empty.close()


def test_while_the_database_is_away_what_was_released_goes_on_serving(room: Room, live: LiveShelf) -> None:
    room.release(room.propose(base=0))
    assert live.now(anew=True).get("event").version == 1
    live.database = Database("sqlite:////nonexistent-folder/x.db")

    assert live.now(anew=True).get("event").version == 1
    live.database.close()
