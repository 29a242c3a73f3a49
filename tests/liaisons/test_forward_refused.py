"""What is not passed on, and that it is said kindly."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bulletins.tables import Bulletin
from liaisons.forward_orders import (
    BEFORE_OPENING,
    ENDED,
    HALTED,
    NO_CIRCLE,
    NOT_OFFERED,
    OVER,
    STOPPED,
    TOO_LATE,
    WITHDRAWN,
    ForwardRefused,
)
from liaisons.tables import Circle, LiaisonState
from mailer.quiet import is_quiet
from subscribers.leaving import stop
from subscribers.tables import StopReason, Subscriber
from tests.bulletins.corrections import correction, retraction
from tests.bulletins.office import tokyo
from tests.liaisons.neighbourhood import CIRCLE, TO_ALL_AND_LIAISONS, Neighbourhood, sent


def refused(town: Neighbourhood, liaison: int, number: int) -> str:
    with pytest.raises(ForwardRefused) as refusal:
        town.forward(liaison, number)
    town.pass_on()
    assert not any(is_quiet(row.batch) for row in town.office.rows())
    assert town.why_not(liaison, number) == str(refusal.value)
    return str(refusal.value)


def stale(town: Neighbourhood, number: int) -> str:
    with town.office.database.read() as session:
        desk = town.office.home.network.desk
        return desk.why_stale(session, session.get_one(Bulletin, number), at=town.office.clock.now())


def test_what_is_over_is_refused_kindly(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = town.office.sending(replace(TO_ALL_AND_LIAISONS, expires_after=timedelta(hours=3)))
    town.office.clock.move(timedelta(hours=3))

    assert refused(town, liaison, number) == TOO_LATE
    assert stale(town, number) == "", "on paper it may still go round"


DANGER = {"category": "一般－気象情報"}
PERSON = {"redact": True}
DRILL = {"kind": "drill"}


@pytest.mark.parametrize("values", [DANGER, PERSON, DRILL], ids=["a danger", "a person looked for", "a drill"])
def test_what_speaks_of_its_own_hours_alone_is_told_in_no_way_once_they_are_over(
    town: Neighbourhood, values: dict[str, object]
) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = town.office.sending(replace(TO_ALL_AND_LIAISONS, expires_after=timedelta(hours=3)))
    town.office.meddle(lambda session: session.execute(update(Bulletin).where(Bulletin.id == number).values(**values)))
    assert stale(town, number) == ""
    town.office.clock.move(timedelta(hours=3))

    assert refused(town, liaison, number) == stale(town, number) == OVER


def test_what_ends_before_the_next_opening_is_refused_kindly(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = town.office.sending(replace(TO_ALL_AND_LIAISONS, expires_after=timedelta(hours=12)))
    town.office.clock.set(tokyo("2026-11-20T20:00:00"))

    assert refused(town, liaison, number) == BEFORE_OPENING


def test_what_was_withdrawn_or_halted_is_refused_kindly(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)

    town.office.halt(number)
    assert refused(town, liaison, number) == stale(town, number) == HALTED
    town.office.withdraw(number)
    assert refused(town, liaison, number) == stale(town, number) == WITHDRAWN


def test_what_was_put_right_is_refused_from_the_approval_on(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    town.settle_all(number)

    town.office.waiting(correction(number))

    assert "訂正" in refused(town, liaison, number)


@pytest.mark.parametrize("withdrawn", [False, True], ids=["halted", "withdrawn"])
def test_what_was_halted_and_put_right_is_told_as_put_right_and_not_as_something_to_wait_for(
    town: Neighbourhood, *, withdrawn: bool
) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    town.office.halt(number)
    town.office.waiting(correction(number))
    if withdrawn:
        town.office.withdraw(number)

    assert "訂正" in refused(town, liaison, number) == stale(town, number)


def test_after_the_correction_was_withdrawn_too_the_retraction_is_what_counts(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    town.office.post(limit=2)
    town.office.halt(number)
    mending = town.office.sending(correction(number))
    town.office.withdraw(number)
    town.office.withdraw(mending)
    assert refused(town, liaison, number) == WITHDRAWN

    town.office.waiting(retraction(number))

    assert "取消" in refused(town, liaison, number)


@pytest.mark.parametrize("state", [LiaisonState.ENDED, LiaisonState.CONSENTED, LiaisonState.DECLINED])
def test_after_consent_ended_it_is_refused_kindly(town: Neighbourhood, state: LiaisonState) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    town.change(liaison, state=state.value)

    assert refused(town, liaison, number) == ENDED


def test_who_left_passes_nothing_on(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    with town.office.database.read() as session:
        mine = session.scalars(select(Subscriber.id).where(Subscriber.address == "sato@example.jp")).one()
    town.office.meddle(lambda session: stop(session, mine, StopReason.LEFT, by="resident", at=town.office.clock.now()))

    assert refused(town, liaison, number) == STOPPED, "they ended nothing"


def test_what_no_liaison_was_sent_is_not_passed_on(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)

    assert refused(town, liaison, town.office.sending()) == NOT_OFFERED


def test_what_another_area_s_liaisons_were_sent_is_not_passed_on(town: Neighbourhood) -> None:
    near, far = (area.key for area in town.office.home.town.areas[:2])
    liaison = town.liaison("sato", *CIRCLE, areas=[far])

    assert refused(town, liaison, town.office.sending(replace(TO_ALL_AND_LIAISONS, areas=[near]))) == NOT_OFFERED


def test_without_members_or_with_a_closed_circle_it_is_refused_kindly(town: Neighbourhood) -> None:
    empty, closed = town.liaison("sato"), town.liaison("ito", *CIRCLE)
    number = sent(town)
    shut = update(Circle).where(Circle.liaison_id == closed).values(closed_at=town.office.clock.now())
    town.office.meddle(lambda session: session.execute(shut))

    assert refused(town, empty, number) == NO_CIRCLE
    assert refused(town, closed, number) == NO_CIRCLE


def test_consent_that_ends_overnight_ends_what_waits(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = town.office.sending(replace(TO_ALL_AND_LIAISONS, expires_after=timedelta(days=5)))
    town.office.clock.set(tokyo("2026-11-20T20:00:00"))
    town.forward(liaison, number)

    town.change(liaison, state=LiaisonState.ENDED.value)
    town.office.clock.set(tokyo("2026-11-24T09:00:00"))
    town.pass_on()

    assert town.received(number) == {"sato": 1}
    assert not town.has_work()
