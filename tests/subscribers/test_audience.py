"""The audience: everyone who wants it, nobody who does not, page by page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from foundation.database import Database
from mailer.outbox_tables import OutboxRow
from subscribers import leaving, pausing, recount
from subscribers.audience import Reach, Residents, Scope
from subscribers.choices import Choices
from subscribers.tables import StopReason, Subscriber
from tests.subscribers.people import Desk
from tests.support.clock import HandClock
from tests.support.mail_engine import put

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
EVENING = NOON + timedelta(hours=6)
MOMENT = timedelta(seconds=1)


def _reached(database: Database, scope: Scope, *, limit: int = 100, at: datetime = NOON) -> list[str]:
    found: list[str] = []
    after = 0
    with database.read() as session:
        while page := session.execute(Residents().page(scope, after=after, limit=limit, at=at)).all():
            found += [to.address for to in page]
            after = max(to.recipient_ref for to in page)
    return found


@pytest.fixture
def everyone(desk: Desk) -> Desk:
    desk.register("all@example.jp")
    desk.register("crime@example.jp", Choices(("crime",)))
    desk.register("north@example.jp", Choices((), ("north",)))
    desk.register("both@example.jp", Choices(("crime", "weather"), ("north", "south")))
    return desk


@pytest.mark.parametrize(
    ("scope", "who"),
    [
        (Scope(), ["all", "crime", "north", "both"]),
        (Scope(topics=("crime",)), ["all", "crime", "north", "both"]),
        (Scope(topics=("weather",)), ["all", "north", "both"]),
        (Scope(areas=("south",)), ["all", "crime", "both"]),
        (Scope(topics=("weather",), areas=("east", "south")), ["all", "both"]),
        (Scope(topics=("missing",), areas=("east",)), ["all"]),
        (Scope(topics=("missing",), areas=("east",), to_all=True), ["all", "crime", "north", "both"]),
    ],
)
def test_topics_and_areas_narrow_and_a_to_all_notice_asks_for_neither(
    everyone: Desk, scope: Scope, who: list[str]
) -> None:
    assert _reached(everyone.database, scope) == [f"{name}@example.jp" for name in who]


@pytest.fixture
def resting(everyone: Desk) -> Desk:
    """`all` and `crime` rest until the evening, `both` until noon."""
    _rest(everyone, "all@example.jp", EVENING)
    _rest(everyone, "crime@example.jp", EVENING)
    _rest(everyone, "both@example.jp", NOON)
    return everyone


def _rest(desk: Desk, address: str, until: datetime) -> None:
    with desk.database.write() as session:
        resident = session.scalars(select(Subscriber).where(Subscriber.address == address)).one()
        pausing.pause(session, resident, until, at=desk.clock.now())


def test_who_pauses_gets_nothing_until_the_very_moment_at_which_the_pause_ends(resting: Desk) -> None:
    def reached(at: datetime) -> list[str]:
        return _reached(resting.database, Scope(), at=at)

    assert reached(NOON - MOMENT) == ["north@example.jp"]
    assert reached(NOON) == ["north@example.jp", "both@example.jp"]
    assert reached(EVENING - MOMENT) == ["north@example.jp", "both@example.jp"]
    assert len(reached(EVENING)) == 4


def test_a_to_all_notice_reaches_who_pauses(resting: Desk) -> None:
    assert len(_reached(resting.database, Scope(topics=("crime",), to_all=True), at=NOON - MOMENT)) == 4


def test_a_correction_reaches_who_had_the_wrong_letter_and_pauses_since(resting: Desk) -> None:
    put(resting.database, ["all@example.jp", "north@example.jp"], batch="bulletin:1")

    assert _reached(resting.database, Scope(had=("bulletin:1",)), at=NOON - MOMENT) == []

    with resting.database.write() as session:
        session.execute(update(OutboxRow).where(OutboxRow.batch == "bulletin:1").values(state="sent", handed_at=NOON))
    had = _reached(resting.database, Scope(had=("bulletin:1",)), at=NOON - MOMENT)
    assert had == ["all@example.jp", "north@example.jp"]


@pytest.mark.parametrize("way", ["row by row", "by the counts"])
def test_the_reach_names_who_pauses_and_adds_up(resting: Desk, way: str) -> None:
    if way == "by the counts":
        recount.recount(resting.database, at=resting.clock.now())
    narrow = Scope(topics=("weather",), areas=("south",))

    with resting.database.read() as session:
        before, after, late, to_all = (
            Residents().reach(session, *asked[:1], at=asked[1])
            for asked in (
                (narrow, NOON - MOMENT),
                (narrow, NOON),
                (narrow, EVENING),
                (replace(narrow, to_all=True), NOON - MOMENT),
            )
        )

    assert before == Reach(everybody=4, reached=0, without_topic=0, without_area=1, paused=3)
    assert after == Reach(everybody=4, reached=1, without_topic=0, without_area=1, paused=2)
    assert late == Reach(everybody=4, reached=2, without_topic=1, without_area=1, paused=0)
    assert to_all == Reach(everybody=4, reached=4, without_topic=0, without_area=0, paused=0)


def test_every_page_size_reaches_everyone_exactly_once(everyone: Desk) -> None:
    whole = _reached(everyone.database, Scope())

    assert all(_reached(everyone.database, Scope(), limit=limit) == whole for limit in (1, 2, 3))


def test_stopped_addresses_are_no_audience_not_even_of_a_to_all_notice(everyone: Desk, clock: HandClock) -> None:
    number = everyone.register("gone@example.jp")
    with everyone.database.write() as session:
        leaving.stop(session, number, StopReason.UNREACHABLE, by="rule:three-days", at=clock.now())

    assert "gone@example.jp" not in _reached(everyone.database, Scope(to_all=True))


def test_the_reach_tells_how_many_a_topic_and_an_area_leave_out(everyone: Desk) -> None:
    with everyone.database.read() as session:
        reach = Residents().reach(session, Scope(topics=("weather",), areas=("south",)), at=NOON)

    assert reach == Reach(everybody=4, reached=2, without_topic=1, without_area=1)
