"""Passing on while somebody presses the stop button: whoever comes second knows of the first."""

from collections.abc import Callable
from threading import Event, Thread

import pytest
from sqlalchemy.orm import Session

from bulletins import on_its_way
from bulletins.approval import Decision
from tests.bulletins.corrections import correction
from tests.bulletins.office import ANNA, BEN
from tests.liaisons.neighbourhood import CIRCLE, Neighbourhood, sent

A_MOMENT = 0.7  # seconds in which a fan-out that waits for nobody is long done


def while_it_opens(town: Neighbourhood, deed: Callable[[Session], object]) -> None:
    """The fan-out comes to the circle after the deed, and before it is committed."""
    done = Event()

    def pass_on() -> None:
        town.pass_on_once()
        done.set()

    with town.office.database.write() as session:
        deed(session)
        session.flush()
        at_the_same_time = Thread(target=pass_on)
        at_the_same_time.start()
        done.wait(A_MOMENT)
    at_the_same_time.join()


@pytest.mark.parametrize("button", ["halt", "withdraw", "correct"])
def test_what_is_stopped_while_a_circle_is_opened_does_not_leave(town: Neighbourhood, button: str) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    home, at = town.office.home, town.office.clock.now()
    if button == "correct":
        town.settle_all(number)
        mending = town.office.submitted(correction(number))
    else:
        town.office.post()
    town.forward(liaison, number)

    match button:
        case "halt":
            while_it_opens(town, lambda session: on_its_way.halt(session, number, ANNA, at=at))
        case "withdraw":
            while_it_opens(town, lambda session: home.approval.withdraw(session, number, ANNA, at=at))
        case _:
            while_it_opens(town, lambda session: home.approval.approve(session, mending, Decision(), BEN, at=at))
    town.pass_on()

    assert town.office.post() == []
