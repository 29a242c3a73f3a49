"""What fitted when it was written is looked at once more when it is approved: meanwhile its chain went on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bulletins.approval import Decision
from bulletins.drafting import Sheet
from bulletins.life import BulletinState, NotNow
from tests.bulletins.corrections import correction, finished, retraction
from tests.bulletins.office import BEN, CHIE, TEXT, Office

NOW = Decision(no_hold=True)


def follow_up(first: int) -> Sheet:
    return Sheet("plain", {"subject": "続き", "text": TEXT}, follows=first)


def warning(office: Office) -> int:
    return finished(office, Sheet("weather", office.home.shelf.get("weather").example))


def all_clear(office: Office, first: int) -> Sheet:
    return Sheet("weather-clear", office.home.shelf.get("weather-clear").example, follows=first)


@pytest.mark.parametrize("begun", [False, True])
def test_what_was_lifted_is_not_lifted_twice_nor_gone_on_with(office: Office, *, begun: bool) -> None:
    office.residents("a")
    first = warning(office)
    lifting, again, going_on = (
        office.submitted(sheet) for sheet in (all_clear(office, first), all_clear(office, first), follow_up(first))
    )
    office.approve(lifting, NOW)
    if begun:
        assert office.open_due() == 1

    for number in (again, going_on):
        with pytest.raises(NotNow, match="解除"):
            office.approve(number)
        assert office.bulletin(number).state == BulletinState.SUBMITTED


@pytest.mark.parametrize("begun", [False, True])
def test_one_bulletin_is_taken_back_once(office: Office, *, begun: bool) -> None:
    office.residents("a")
    first = finished(office)
    one, other = office.submitted(retraction(first)), office.submitted(retraction(first))
    office.approve(one, NOW)
    if begun:
        assert office.open_due() == 1

    with pytest.raises(NotNow, match=r"取り?消"):
        office.approve(other)


def test_what_is_wrong_is_put_right_as_often_as_it_must_be(office: Office) -> None:
    office.residents("a")
    first = finished(office)
    one, other = office.submitted(correction(first)), office.submitted(correction(first))
    office.approve(one, NOW)

    office.approve(other)

    assert office.bulletin(other).state == BulletinState.WAITING


SAME: list[Callable[[Office, int], Sheet]] = [all_clear, lambda _office, first: follow_up(first)]


@pytest.mark.parametrize("sheet", SAME)
def test_of_two_approved_at_the_same_moment_one_goes_out(office: Office, sheet: Callable[[Office, int], Sheet]) -> None:
    office.residents("a")
    for _ in range(5):
        first = warning(office)
        numbers = [office.draft(sheet(office, first)) for _ in range(2)]
        for number in numbers:
            office.submit(number)

        with ThreadPoolExecutor(2) as pool:
            ends = [
                pool.submit(office.approve, number, None, who) for number, who in zip(numbers, (BEN, CHIE), strict=True)
            ]
            failures = [end.exception() for end in ends]

        assert [type(failure) for failure in failures if failure is not None] == [NotNow]
