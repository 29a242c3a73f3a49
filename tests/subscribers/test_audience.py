"""The audience: everyone who wants it, nobody who does not, page by page."""

from datetime import UTC, datetime

import pytest

from foundation.database import Database
from subscribers import leaving
from subscribers.audience import Reach, Residents, Scope
from subscribers.choices import Choices
from subscribers.tables import StopReason
from tests.subscribers.people import Desk
from tests.support.clock import HandClock

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


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
