"""The first bulletins to an old list: a few of each domain first, so that the breaker meets dead addresses gently."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bulletins.approval import Decision
from mailer import domain_pauses
from mailer.outbox_tables import Lane, OutboxRow
from subscribers import newcomers
from subscribers.newcomers import FIRST_WAVE, GAP, STILL_NEW, NewcomerRow
from subscribers.tables import Subscriber
from tests.bulletins.office import GONE, OK, SHEET, Office

PEOPLE = 4 * FIRST_WAVE + 10


@pytest.fixture
def old_list(office: Office) -> Office:
    """One who registered here, and the others from an older system, none of whom we have written to."""
    office.residents("ours", *(f"r{number}" for number in range(PEOPLE)))
    with office.database.write() as session:
        numbers = session.scalars(select(Subscriber.id).where(Subscriber.address != "ours@example.jp")).all()
        ranked = [(number, rank) for rank, number in enumerate(sorted(numbers))]
        newcomers.add(session, 1, ranked, tried_at=None)
    return office


def waves(office: Office, batch: str) -> dict[timedelta, int]:
    """How many letters go how long after the first ones."""
    rows = [row for row in office.rows() if row.batch == batch]
    first = min(row.due_at for row in rows)
    return dict(sorted(Counter(row.due_at - first for row in rows).items()))


def sent_out(office: Office, decision: Decision | None = None, **sheet: timedelta) -> str:
    number = office.waiting(replace(SHEET, **sheet), decision or Decision(no_hold=True))  # type: ignore[arg-type]  # the sheet's own
    assert office.open_due() == 1
    office.fan_out()
    return office.bulletin(number).batch


def test_the_first_bulletin_goes_in_waves_and_nobody_is_left_out(old_list: Office) -> None:
    batch = sent_out(old_list)

    # Whoever registered here goes with the first.
    assert waves(old_list, batch) == {timedelta(0): FIRST_WAVE + 1, GAP: 3 * FIRST_WAVE, 2 * GAP: 10}


def test_a_bulletin_within_the_hour_goes_in_waves_too_and_a_later_one_at_once(old_list: Office) -> None:
    sent_out(old_list)
    old_list.clock.move(STILL_NEW - timedelta(minutes=1))
    second = sent_out(old_list)
    old_list.clock.move(timedelta(minutes=2))
    third = sent_out(old_list)

    assert len(waves(old_list, second)) == 3
    assert waves(old_list, third) == {timedelta(0): PEOPLE + 1}


def test_an_urgent_bulletin_waits_for_nothing(old_list: Office) -> None:
    batch = sent_out(old_list, Decision(urgent=True, reason="川があふれるおそれがあるため"))

    assert waves(old_list, batch) == {timedelta(0): PEOPLE + 1}
    assert {row.lane for row in old_list.rows()} == {Lane.URGENT}


def test_no_wave_comes_later_than_half_of_the_time_in_which_it_is_of_use(old_list: Office) -> None:
    batch = sent_out(old_list, expires_after=timedelta(minutes=2))

    assert max(waves(old_list, batch)) == timedelta(minutes=1)


def test_an_old_list_of_dead_addresses_is_stopped_after_its_first_wave(old_list: Office) -> None:
    sent_out(old_list)

    old_list.post(lambda address: OK if address.startswith("ours") else GONE)
    old_list.clock.move(timedelta(hours=2))
    old_list.post()

    with old_list.database.read() as session:
        paused = domain_pauses.paused_domains(session)
        tried = session.scalars(select(OutboxRow.id).where(OutboxRow.attempts > 0)).all()
    assert list(paused) == ["example.jp"]
    assert len(tried) <= FIRST_WAVE + 1


def test_who_was_not_meant_by_a_bulletin_is_a_newcomer_still(office: Office, old_list: Office) -> None:
    with old_list.database.write() as session:
        number = session.scalars(select(Subscriber.id).order_by(Subscriber.id.desc())).first()
        assert number is not None
        session.get_one(Subscriber, number).state = "stopped"

    sent_out(old_list)

    with old_list.database.read() as session:
        untried = session.scalars(select(NewcomerRow.subscriber_id).where(NewcomerRow.tried_at.is_(None))).all()
    assert untried == [number]
