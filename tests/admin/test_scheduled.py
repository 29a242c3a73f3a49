"""A start that the clerk asks for, and the drill that is confirmed on its day or does not start."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from admin.bulletin.home_waiting import waiting_list
from admin.desk.version_guard import Keeper
from admin.people.roles import Role
from bulletins.approval import Decision
from bulletins.approval_marks import Road
from bulletins.drafting import Sheet
from bulletins.life import BulletinState, WrongState
from bulletins.rough_drafts import Stroke
from bulletins.schedule import StartUnfit
from bulletins.signatory import NotAllowed
from tests.admin.town_hall import PLAIN, Hall, town_hall
from tests.bulletins.office import tokyo
from tests.support.clock import HandClock

# The clock stands at Tuesday 2026-11-24, 9:00.
TOMORROW = tokyo("2026-11-25T10:00:00")


@pytest.fixture
def database_kind() -> str:
    """What the rooms do is proved on both; here it is how they are met."""
    return "sqlite"


@pytest.fixture
def hall(ready_url: str, clock: HandClock, tmp_path: Path) -> Iterator[Hall]:
    with town_hall(ready_url, clock, tmp_path) as hall:
        yield hall


@pytest.fixture
def drill(hall: Hall) -> Sheet:
    example = dict(hall.home.shelf.get("drill").example)
    return Sheet("drill", example | {"scheduled_at": "2026-11-25 10:00"}, starts_at=TOMORROW)


def approved(hall: Hall, sheet: Sheet) -> int:
    number = hall.submitted(sheet)
    hall.approve(number)
    return number


def test_a_bulletin_starts_when_the_clerk_asked_for_it(hall: Hall) -> None:
    number = approved(hall, replace(PLAIN, starts_at=TOMORROW))

    assert hall.bulletin(number).starts_at == TOMORROW
    hall.clock.set(TOMORROW - timedelta(seconds=1))
    assert hall.open_due() == 0
    hall.clock.set(TOMORROW)
    assert hall.open_due() == 1


def test_approved_after_its_time_it_starts_as_soon_as_it_is_approved(hall: Hall) -> None:
    number = hall.submitted(replace(PLAIN, starts_at=hall.clock.now() + timedelta(minutes=30)))
    hall.clock.move(timedelta(hours=1))
    hall.approve(number)

    assert hall.bulletin(number).starts_at == hall.clock.now() + hall.home.settings.hold


def test_urgency_overrides_the_start_that_was_asked_for(hall: Hall) -> None:
    number = hall.submitted(replace(PLAIN, starts_at=TOMORROW))
    hall.approve(number, decision=Decision(urgent=True, reason="断水が始まったため"))

    assert hall.bulletin(number).starts_at == hall.clock.now()


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("2026-11-24T08:59:00", "これから"),
        ("2026-11-24T09:00:00", "これから"),
        ("0001-01-01T00:00:00", "これから"),
        ("9999-12-31T10:00:00", "180日先"),
        ("2026-11-25T17:00:00", "11月26日(木) 午前9時からです"),
        ("2026-11-28T10:00:00", "11月30日(月) 午前9時からです"),
        ("2026-12-29T10:00:00", "1月4日(月) 午前9時からです"),
    ],
)
def test_a_start_that_cannot_be_is_told_with_the_opening_it_would_become(hall: Hall, wanted: str, told: str) -> None:
    sheet = replace(PLAIN, starts_at=tokyo(wanted))

    with pytest.raises(StartUnfit, match=told.replace("(", r"\(").replace(")", r"\)")):
        hall.draft(sheet)
    number = hall.draft()
    with pytest.raises(StartUnfit):
        hall.home.bulletin_desk.change(number, sheet, hall.who("tanto"))

    assert hall.bulletin(number).version == 1


@pytest.mark.parametrize(
    ("wanted", "told"), [("9999-12-01T10:00:00", "180日先"), ("2026-11-28T10:00:00", "配信時間の外")]
)
def test_a_start_that_cannot_be_is_not_submitted_though_it_was_saved_by_itself(
    hall: Hall, wanted: str, told: str
) -> None:
    sheet = replace(PLAIN, starts_at=tokyo(wanted))
    kept = Keeper(hall.home.bulletin_desk, hall.who("tanto")).keep(Stroke(sheet, page="a" * 32, quiet=True))
    assert kept is not None

    with pytest.raises(StartUnfit, match=told):
        hall.submit(kept.id)

    assert hall.bulletin(kept.id).state == BulletinState.DRAFT
    assert hall.letters("kacho") == []


def test_it_stands_on_the_first_page_until_it_is_sent_with_the_time_left(hall: Hall) -> None:
    second = approved(hall, replace(PLAIN, starts_at=TOMORROW))
    first = approved(hall, replace(PLAIN, starts_at=hall.clock.now() + timedelta(minutes=130)))

    lines = waiting_list(hall.home.approval_desk, limit=20)

    assert [(line.bulletin.id, line.left) for line in lines] == [(first, "あと2時間10分"), (second, "あと1日と1時間")]
    hall.clock.set(TOMORROW)
    hall.open_due()
    assert waiting_list(hall.home.approval_desk, limit=20) == []


def test_a_drill_that_nobody_confirmed_on_its_day_does_not_start(hall: Hall, drill: Sheet) -> None:
    number = approved(hall, drill)
    hall.clock.set(TOMORROW + timedelta(hours=2))

    # An idle service writes nothing while the drill waits for a person.
    assert not hall.has_due()
    assert hall.open_due() == 0
    [line] = waiting_list(hall.home.approval_desk, limit=20)
    assert (line.bulletin.id, line.drill, line.is_late) == (number, "today", True)


def test_a_drill_that_was_confirmed_on_its_day_starts_on_time(hall: Hall, drill: Sheet) -> None:
    number = approved(hall, drill)
    hall.clock.set(TOMORROW - timedelta(minutes=50))
    hall.home.approval_desk.confirm_drill(number, hall.who("tanto"))

    assert hall.open_due() == 0
    hall.clock.set(TOMORROW)
    assert hall.open_due() == 1
    assert hall.bulletin(number).confirmer_name == "tanto"
    assert "bulletin.drill-confirmed" in hall.deeds(number)


def test_a_drill_that_was_confirmed_late_starts_at_once(hall: Hall, drill: Sheet) -> None:
    number = approved(hall, drill)
    hall.clock.set(TOMORROW + timedelta(hours=3))
    hall.home.approval_desk.confirm_drill(number, hall.who("kacho"))

    assert hall.open_due() == 1


def test_a_drill_is_not_confirmed_before_its_day_nor_by_a_viewer_nor_twice(hall: Hall, drill: Sheet) -> None:
    number = approved(hall, drill)
    hall.enter("etsuran", Role.VIEWER)

    with pytest.raises(NotAllowed):
        hall.home.approval_desk.confirm_drill(number, hall.who("tanto"))
    hall.clock.set(TOMORROW - timedelta(minutes=50))
    with pytest.raises(NotAllowed):
        hall.home.approval_desk.confirm_drill(number, hall.who("etsuran"))
    hall.home.approval_desk.confirm_drill(number, hall.who("tanto"))
    with pytest.raises(WrongState):
        hall.home.approval_desk.confirm_drill(number, hall.who("kacho"))


def test_after_its_day_an_unconfirmed_drill_goes_back_and_must_be_approved_anew(hall: Hall, drill: Sheet) -> None:
    number = approved(hall, drill)
    hall.clock.set(tokyo("2026-11-26T00:00:00"))

    assert hall.has_due()
    assert hall.open_due() == 0

    bulletin = hall.bulletin(number)
    assert (bulletin.state, bulletin.approver_id, bulletin.starts_at) == (BulletinState.RETURNED, None, None)
    assert "確認されなかった" in str(bulletin.return_reason)
    assert hall.history(number)[-1].action == "bulletin.drill-lapsed"
    assert not hall.has_due()


def test_a_drill_that_moves_to_another_day_must_be_confirmed_anew(hall: Hall, drill: Sheet) -> None:
    number = approved(hall, drill)
    hall.clock.set(TOMORROW)
    hall.home.approval_desk.confirm_drill(number, hall.who("tanto"))
    hall.clock.set(tokyo("2026-11-25T17:30:00"))  # the service was down until the hours had closed

    assert hall.open_due() == 0
    hall.clock.set(tokyo("2026-11-26T09:00:00"))
    assert hall.open_due() == 0
    assert hall.bulletin(number).confirmed_at is None
    hall.home.approval_desk.confirm_drill(number, hall.who("tanto"))
    assert hall.open_due() == 1


def test_a_drill_approved_on_its_day_needs_no_second_yes(hall: Hall, drill: Sheet) -> None:
    approved(hall, replace(drill, starts_at=hall.clock.now() + timedelta(hours=2)))
    hall.clock.move(timedelta(hours=2))

    assert hall.open_due() == 1


def test_any_other_bulletin_needs_no_second_yes_on_another_day(hall: Hall) -> None:
    number = approved(hall, replace(PLAIN, starts_at=TOMORROW))
    hall.clock.set(TOMORROW)

    assert hall.open_due() == 1
    assert hall.bulletin(number).approved_by_road == Road.CONSOLE
