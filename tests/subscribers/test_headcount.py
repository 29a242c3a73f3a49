"""Headcounts: always what the register says, without counting it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select, update

from foundation.database import Database
from foundation.strides import Strides
from subscribers import headcount, leaving, pausing, recount
from subscribers.audience import Reach, Residents, Scope
from subscribers.choices import Choices, choose
from subscribers.erasure import erase_left
from subscribers.headcount import HeadcountRow
from subscribers.recount import is_due
from subscribers.tables import ChoiceKind, StopReason, Subscriber
from tests.subscribers.people import Desk
from tests.support.clock import HandClock

TOKYO = ZoneInfo("Asia/Tokyo")
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SCOPES = [
    Scope(),
    Scope(topics=("crime",)),
    Scope(topics=("crime", "weather")),
    Scope(areas=("north",)),
    Scope(topics=("weather",), areas=("east", "south")),
    Scope(topics=("missing",), areas=("north",)),
    Scope(topics=("missing",), areas=("north",), to_all=True),
]


@pytest.fixture
def counted(desk: Desk) -> Desk:
    """Counted while nobody was there: everything after that is kept as it happens."""
    recount.recount(desk.database, at=desk.clock.now())
    return desk


def fill(desk: Desk) -> dict[str, int]:
    return {
        "all": desk.register("all@example.jp"),
        "crime": desk.register("crime@example.jp", Choices(("crime",))),
        "north": desk.register("north@example.jp", Choices((), ("north",))),
        "both": desk.register("both@example.jp", Choices(("crime", "weather"), ("north", "south"))),
        "left": desk.register("left@example.jp", Choices(("weather",))),
    }


def live(desk: Desk) -> None:
    """Everything that moves a count, each once or twice."""
    who, at = fill(desk), desk.clock.now()
    with desk.database.write() as session:
        choose(session, session.get_one(Subscriber, who["all"]), Choices(("missing",), ("east",)))
        leaving.stop(session, who["left"], StopReason.UNREACHABLE, by="rule:three-days", at=at)
        leaving.stop(session, who["left"], StopReason.LEFT, by="resident", at=at)
        leaving.stop(session, who["north"], StopReason.STAFF, by="staff:1", at=at)
        leaving.undo(session, who["north"], by="staff:1", at=at)
        leaving.stop(session, who["crime"], StopReason.UNREACHABLE, by="rule:three-days", at=at)
    desk.register("crime@example.jp", Choices(("weather",)))
    desk.register("north@example.jp")
    with desk.database.write() as session:
        for name, days in (("all", 3), ("both", 3), ("crime", -1), ("north", 5)):
            pausing.pause(session, session.get_one(Subscriber, who[name]), at + timedelta(days=days), at=at)
        leaving.stop(session, who["both"], StopReason.LEFT, by="resident", at=at)
        leaving.take_back(session, session.get_one(Subscriber, who["both"]), at=at)
        pausing.resume(session, session.get_one(Subscriber, who["north"]), at=at)
    with desk.database.write() as session:
        erase_left(session, at=at, after=at - at)


def reaches(database: Database, at: datetime = NOON) -> list[Reach]:
    with database.read() as session:
        return [Residents().reach(session, scope, at=at) for scope in SCOPES]


def rows(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(HeadcountRow)) or 0


def test_the_reach_is_the_same_whether_kept_or_counted(counted: Desk) -> None:
    live(counted)

    kept = reaches(counted.database)
    with counted.database.write() as session:
        session.delete(session.get_one(headcount.CountingRow, headcount.HEADCOUNTS))

    assert kept == reaches(counted.database)
    assert kept[0].everybody == 4


def test_the_counts_know_at_every_moment_who_pauses_though_nobody_touches_them(counted: Desk) -> None:
    live(counted)
    days = [NOON + timedelta(days=each) for each in (0, 2, 4)]

    with counted.database.read() as session:
        paused = [headcount.paused(session, at=day) for day in days]
        standings, wishes = headcount.standings(session), headcount.wishes(session, ChoiceKind.TOPIC)

    assert paused == [2, 2, 0]
    assert standings == {"active": 4}
    assert sum(wishes.values()) == 4


def test_a_pause_that_ended_is_tidied_away_and_the_counts_still_agree(counted: Desk) -> None:
    live(counted)

    with counted.database.write() as session:
        tidied = [pausing.tidy(session, at=NOON + timedelta(days=4)) for _ in range(2)]

    assert tidied == [3, 0]
    assert recount.recount(counted.database, at=counted.clock.now()) == 0
    with counted.database.read() as session:
        assert session.scalars(select(Subscriber.paused_until)).all() == [None] * 5


def test_whatever_happens_the_nightly_count_finds_nothing_to_set_right(counted: Desk) -> None:
    live(counted)

    assert recount.recount(counted.database, at=counted.clock.now()) == 0


def test_a_reach_reads_no_subscriber_once_they_were_counted(counted: Desk) -> None:
    fill(counted)
    said: list[str] = []
    event.listen(counted.database.engine, "before_cursor_execute", lambda *given: said.append(given[2]))

    reaches(counted.database)

    assert said
    assert not [each for each in said if "subscribers" in each or "choices" in each]


def test_what_was_changed_behind_our_back_is_set_right_in_the_night(counted: Desk) -> None:
    who = fill(counted)
    with counted.database.write() as session:
        session.execute(update(Subscriber).where(Subscriber.id == who["all"]).values(state="stopped", reason="left"))
        session.execute(update(HeadcountRow).where(HeadcountRow.topics == "|crime|").values(number=7))

    wrong = recount.recount(counted.database, at=counted.clock.now())

    assert wrong == 8
    with counted.database.read() as session:
        assert headcount.standings(session) == {"active": 4, "left": 1}
        assert Residents().reach(session, Scope(topics=("crime",)), at=NOON).reached == 3


def test_an_old_register_is_counted_as_it_stands(desk: Desk) -> None:
    live(desk)
    with desk.database.write() as session:
        session.query(HeadcountRow).delete()
    expected = reaches(desk.database)

    recount.recount(desk.database, at=desk.clock.now())

    assert reaches(desk.database) == expected
    assert recount.recount(desk.database, at=desk.clock.now()) == 0


def test_merging_leaves_a_row_of_each_and_changes_no_number(counted: Desk) -> None:
    live(counted)
    before, many = reaches(counted.database), rows(counted.database)

    recount.merge(Strides(counted.database, lambda _: False, seconds=60))

    assert reaches(counted.database) == before
    assert rows(counted.database) < many
    with counted.database.read() as session:
        heads = session.execute(select(HeadcountRow.standing, HeadcountRow.topics, HeadcountRow.areas)).all()
    assert len(heads) == len(set(heads))


def test_wishes_are_told_by_topic_and_by_area(counted: Desk) -> None:
    fill(counted)

    with counted.database.read() as session:
        assert headcount.wishes(session, ChoiceKind.TOPIC) == {
            (): 2, ("crime",): 1, ("crime", "weather"): 1, ("weather",): 1,
        }  # fmt: skip
        assert headcount.wishes(session, ChoiceKind.AREA) == {(): 3, ("north",): 1, ("north", "south"): 1}


def test_the_register_is_counted_at_once_and_then_every_night(database: Database, clock: HandClock) -> None:
    def due(hours: int) -> bool:
        with database.read() as session:
            return is_due(session, TOKYO, at=clock.now() + (hours - 10) * recount.LATEST / 36)

    first = due(10)
    recount.recount(database, at=clock.now())  # at 10 o'clock

    assert first
    assert [due(hours) for hours in (11, 24 + 2, 24 + 3, 24 + 12)] == [False, False, True, True]
