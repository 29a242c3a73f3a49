"""Versions of notice templates: nothing serves that a second person has not released, and nothing is overwritten."""

import json

import pytest
from sqlalchemy import select

from bulletins.notice_versions import UnknownVersion, VersionStale
from bulletins.signatory import NotAllowed
from foundation import ledger
from foundation.database import Database
from foundation.ledger import LedgerLine
from tests.bulletins.notice_room import AUTHOR, NOBODY, OTHER, THIRD, Room


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


def test_a_version_serves_once_somebody_else_has_released_it(room: Room) -> None:
    version = room.propose(base=0)
    before = room.past()
    room.release(version)

    assert before.released == ()
    assert [row.version for row in room.past().released] == [1]
    decision = room.past().decision(1)
    assert decision is not None
    assert decision.staff_name == OTHER.name


def test_nobody_releases_what_they_wrote(room: Room) -> None:
    version = room.propose(base=0)

    with pytest.raises(NotAllowed):
        room.release(version, AUTHOR)

    assert room.past().released == ()


def test_who_may_not_approve_releases_nothing(room: Room) -> None:
    version = room.propose(base=0)

    with pytest.raises(NotAllowed):
        room.release(version, NOBODY)
    with pytest.raises(NotAllowed):
        room.dismiss(version, NOBODY)


def test_only_the_newest_version_can_be_released_and_only_once(room: Room) -> None:
    room.propose("一つ目です。", base=0)
    room.propose("二つ目です。", base=1)

    with pytest.raises(VersionStale):
        room.release(1)
    room.release(2)
    with pytest.raises(VersionStale):
        room.release(2, THIRD)
    with pytest.raises(VersionStale):
        room.dismiss(2)
    with pytest.raises(UnknownVersion):
        room.release(3)


def test_two_who_edit_at_once_do_not_overwrite_each_other(room: Room) -> None:
    room.propose("一つ目です。", base=0)

    with pytest.raises(VersionStale):
        room.propose("二つ目です。", base=0)

    assert [row.body.splitlines()[-1] for row in room.past().versions] == ["一つ目です。"]


def test_a_version_given_up_is_kept_and_never_serves(room: Room) -> None:
    version = room.propose(base=0)
    room.dismiss(version, AUTHOR)

    with pytest.raises(VersionStale):
        room.release(version)
    assert room.past().proposed is None
    assert room.past().newest == 1


def test_a_notice_is_retired_and_restored_and_twice_is_told(room: Room) -> None:
    room.retire()
    with pytest.raises(VersionStale):
        room.retire()
    retired = room.past().is_retired
    room.restore()
    with pytest.raises(VersionStale):
        room.restore()

    assert (retired, room.past().is_retired) == (True, False)


def test_the_ledger_tells_who_edited_and_who_released_with_before_and_after(room: Room) -> None:
    room.release(room.propose(base=0))
    room.release(room.propose("次の版です。", base=1))
    room.retire()

    with room.database.read() as session:
        lines = session.scalars(select(LedgerLine).where(LedgerLine.subject == "notice:event").order_by(LedgerLine.id))
        told = [(line.actor, line.action, json.loads(line.details)) for line in lines]
        assert ledger.first_broken(session) is None
    assert told == [
        (AUTHOR.actor, "notice.edited", {"version": 1, "before": 0}),
        (OTHER.actor, "notice.released", {"version": 1, "before": 0}),
        (AUTHOR.actor, "notice.edited", {"version": 2, "before": 0}),
        (OTHER.actor, "notice.released", {"version": 2, "before": 1}),
        (OTHER.actor, "notice.retired", {"retired": True, "before": False}),
    ]


def test_two_at_the_same_instant_the_database_lets_one_through(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both looked before either wrote."""
    early = room.past()
    room.propose(base=0)
    monkeypatch.setattr("bulletins.notice_versions.past", lambda _session, _name: early)

    with pytest.raises(VersionStale):
        room.propose("二つ目です。", base=0)


def test_two_who_release_at_the_same_instant_release_once(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    version = room.propose(base=0)
    early = room.past()
    room.release(version)
    monkeypatch.setattr("bulletins.notice_versions.past", lambda _session, _name: early)

    with pytest.raises(VersionStale):
        room.release(version, THIRD)
