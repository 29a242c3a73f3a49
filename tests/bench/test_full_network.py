"""The network that the benchmarks of pages fill a town with."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from bench import full_network, residents
from foundation.database import Database
from liaisons import circles
from liaisons.tables import Circle, Liaison, LiaisonState, Membership
from subscribers.tables import Subscriber
from tests.bulletins.samples import komorebi
from tests.support import ready_file

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
PEOPLE = 600


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Database]:
    ready_file.make(tmp_path / "hansho.db")
    url = f"sqlite:///{tmp_path / 'hansho.db'}"
    residents.settle(url, PEOPLE)
    database = Database(url)
    yield database
    database.close()


def test_the_network_has_liaisons_in_every_state_and_circles_of_every_size(town: Database) -> None:
    with town.write() as session:
        full_network.join(session, komorebi(), PEOPLE, at=AT)

    with town.read() as session:
        states = dict(session.execute(select(Liaison.state, func.count()).group_by(Liaison.state)).tuples().all())
        sizes = session.scalars(select(func.count()).select_from(Membership).group_by(Membership.circle_id)).all()
        number, code = session.execute(select(Circle.id, Circle.code).order_by(Circle.id)).tuples().first() or (0, "")
        assert set(states) == {state.value for state in LiaisonState}
        assert sum(states.values()) == PEOPLE // 10
        assert min(sizes) == full_network.SMALLEST < max(sizes) <= PEOPLE // 2
        assert code == full_network.code(number)
        assert circles.LiaisonCircles().find(session, code) is not None
        assert session.scalars(select(Subscriber.id).where(~Subscriber.in_city_list).limit(1)).one()
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
