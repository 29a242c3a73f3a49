"""While a real warning is in force no drill goes out, whenever it was approved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bulletins.approval import Decision
from bulletins.drafting import Sheet
from bulletins.life import BulletinState, NotNow
from tests.bulletins.office import SHEET, Office

NOW = Decision(no_hold=True)


def example(office: Office, notice: str, follows: int | None = None) -> Sheet:
    return Sheet(notice, office.home.shelf.get(notice).example, follows=follows)


def drill(office: Office) -> Sheet:
    return example(office, "drill")


def _waiting(office: Office) -> None:
    office.waiting(example(office, "weather"))


def _urgent(office: Office) -> None:
    office.waiting(example(office, "evacuation"), Decision(urgent=True, reason="川があふれるため"))


def _halted(office: Office) -> None:
    office.halt(office.sending(example(office, "weather")))


def _corrected(office: Office) -> None:
    first = office.sending(example(office, "weather"))
    office.halt(first)
    office.waiting(example(office, "correction", first))


def _follow_up(office: Office) -> None:
    first = office.begun(example(office, "weather"))
    office.clock.move(timedelta(hours=5))
    office.begun(example(office, "weather", first))
    office.clock.move(timedelta(hours=2))


REAL = [
    _waiting,
    _urgent,
    _halted,
    _corrected,
    _follow_up,
    lambda office: office.begun(example(office, "weather")),
    lambda office: office.begun(example(office, "earthquake")),
    lambda office: office.begun(replace(SHEET, category="一般－国民保護・Jアラート－情報")),
]


@pytest.mark.parametrize("real", REAL)
def test_no_drill_is_approved_while_a_real_warning_is_in_force(
    office: Office, real: Callable[[Office], object]
) -> None:
    real(office)
    number = office.submitted(drill(office))

    with pytest.raises(NotNow, match="訓練を配信できません"):
        office.approve(number)

    assert office.bulletin(number).state == BulletinState.SUBMITTED
    assert office.order(number) is None


def test_the_refusal_names_the_real_one_and_until_when(office: Office) -> None:
    first = office.begun(example(office, "weather"))
    number = office.submitted(drill(office))

    with pytest.raises(NotNow) as refused:
        office.approve(number)

    assert f"「レベル３大雨警報が発表されました」（お知らせ {first}番）" in str(refused.value)
    assert "11月20日 16:00" in str(refused.value)


def _lifted(office: Office) -> None:
    first = office.begun(example(office, "weather"))
    office.begun(example(office, "weather-clear", first))


def _retracted(office: Office) -> None:
    first = office.sending(example(office, "weather"))
    office.halt(first)
    office.begun(example(office, "retraction", first))


def _withdrawn(office: Office) -> None:
    office.withdraw(office.sending(example(office, "weather")))


def _expired(office: Office) -> None:
    office.begun(example(office, "weather"))
    office.clock.move(timedelta(hours=6))


UNREAL = [
    _lifted,
    _retracted,
    _withdrawn,
    _expired,
    lambda office: office.submitted(example(office, "weather")),
    lambda office: office.begun(example(office, "suspicious-person")),
    lambda office: office.begun(example(office, "j-alert-test")),
    lambda office: office.begun(example(office, "weather-clear")),
    lambda office: office.begun(drill(office)),
]


@pytest.mark.parametrize("unreal", UNREAL)
def test_what_is_over_or_no_warning_stands_in_no_drills_way(office: Office, unreal: Callable[[Office], object]) -> None:
    unreal(office)

    number = office.waiting(drill(office))

    assert office.bulletin(number).state == BulletinState.WAITING


def test_a_test_and_an_ordinary_notice_go_out_beside_a_real_warning(office: Office) -> None:
    office.begun(example(office, "weather"))

    numbers = [office.waiting(example(office, "j-alert-test")), office.waiting()]

    assert {office.bulletin(number).state for number in numbers} == {BulletinState.WAITING}


def test_a_drill_that_was_approved_before_the_real_thing_came_is_put_back_and_never_mailed(office: Office) -> None:
    office.residents("a")
    number = office.waiting(drill(office))
    office.waiting(example(office, "evacuation"), Decision(urgent=True, reason="川があふれるため"))
    office.clock.move(timedelta(minutes=2))

    office.open_due()
    office.fan_out()

    bulletin = office.bulletin(number)
    assert bulletin.state == BulletinState.RETURNED
    assert bulletin.approved_at is bulletin.started_at is bulletin.starts_at is None
    assert "訓練を配信できません" in (bulletin.return_reason or "")
    assert office.order(number) is None
    assert {row.batch for row in office.rows()} == {f"bulletin:{number + 1}"}
    line = office.history(number)[-1]
    assert (line.actor, line.action) == ("publisher", "bulletin.returned")


def test_a_drill_that_was_put_back_goes_out_after_another_approval_on_a_quiet_day(office: Office) -> None:
    number = office.waiting(drill(office))
    real = office.waiting(example(office, "weather"))
    office.clock.move(timedelta(minutes=2))
    office.open_due()
    office.withdraw(real)

    office.submit(number)
    office.approve(number, NOW)
    office.open_due()

    assert office.bulletin(number).state == BulletinState.SENDING


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_drill_and_a_real_warning_approved_in_the_same_moment_are_not_both_mailed(office: Office) -> None:
    """SQLite has one writer, so that one of them is first."""
    office.residents("a")
    number, real = office.submitted(drill(office)), office.submitted(example(office, "weather"))
    came_between: list[int] = []

    def after_the_look(_connection: Connection, _cursor: Any, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO publishing_orders") and not came_between:
            came_between.append(real)
            office.approve(real, NOW)

    event.listen(office.database.engine, "before_cursor_execute", after_the_look)
    try:
        office.approve(number, NOW)
    finally:
        event.remove(office.database.engine, "before_cursor_execute", after_the_look)
    assert came_between
    assert office.bulletin(number).state == BulletinState.WAITING, "neither has seen the other"
    office.open_due()
    office.fan_out()

    assert office.bulletin(number).state == BulletinState.RETURNED
    assert {row.batch for row in office.rows()} == {f"bulletin:{real}"}
