"""Addresses that work are never stopped: a full mailbox for two days, a filter for a month, a domain that is down."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailer import domain_pauses
from mailer.domain_pauses import Cause
from tests.journeys.carrier import bounce_of
from tests.journeys.test_the_loop import FRIDAY, SUBJECT, Office, next_delivery_day, wait_a_day
from tests.support.clock import HandClock
from tests.support.house import House, eventually

FULL = {"status": "5.2.2", "words": "552 5.2.2 Mailbox full"}
# docomo's words at the end of DATA are those of the handset's reject settings.
FILTERED = {"status": "5.0.0", "words": "550 Unknown user", "phase": "end of DATA"}
DOWN = {"status": "5.1.1", "words": "550 5.1.1 User unknown"}


on_both = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both for what is decided over many rows at once."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with House(tmp_path / "var", database_url, HandClock(FRIDAY)) as house:
        yield house


def comes_back(house: House, office: Office, address: str, report: dict[str, str]) -> None:
    """A bulletin of today whose letter to that address is reported as undelivered."""
    number = office.deliver_today()
    letter = [each for each in house.letters(address) if each["Subject"] == SUBJECT][-1]
    assert house.mail("", str(letter["Return-Path"]).strip("<>"), bounce_of(address, **report)) == 250
    eventually(lambda: office.drafter.bulletin(number)["bounced"], what="the bounce")
    house.tick()


def test_a_mailbox_that_was_full_for_two_days_and_then_had_room(house: House) -> None:
    office = Office(house)
    house.register("hanako@example.com")
    for _ in range(2):
        next_delivery_day(house)
        comes_back(house, office, "hanako@example.com", FULL)
    assert len(house.find(office.drafter, "hanako@example.com")["bounce_days"]) == 2  # type: ignore[arg-type]  # a list

    next_delivery_day(house)
    office.deliver_today()
    wait_a_day(house)

    found = house.find(office.drafter, "hanako@example.com")
    assert (found["state"], found["bounce_days"]) == ("active", [])


def test_a_filter_that_refuses_for_a_month(house: House) -> None:
    office = Office(house)
    house.register("taro@docomo.ne.jp")
    for _ in range(10):
        next_delivery_day(house)
        next_delivery_day(house)
        comes_back(house, office, "taro@docomo.ne.jp", FILTERED)
    wait_a_day(house)

    assert house.clock.now() - FRIDAY > timedelta(days=27)
    found = house.find(office.drafter, "taro@docomo.ne.jp")
    assert (found["state"], found["bounce_days"]) == ("active", [])


@on_both
def test_a_domain_that_calls_all_its_people_unknown_for_three_days(house: House) -> None:
    """It is paused at once, and a person finds each time that the fault was not the addresses'."""
    office = Office(house)
    people = [f"p{number}@town.example.net" for number in range(12)]
    for address in people:
        house.register(address)
    for _ in range(3):
        next_delivery_day(house)
        number = office.deliver_today()
        for address in people:
            letter = [each for each in house.letters(address) if each["Subject"] == SUBJECT][-1]
            house.mail("", str(letter["Return-Path"]).strip("<>"), bounce_of(address, **DOWN))
        eventually(lambda: office.drafter.bulletin(number)["bounced"] == len(people), what="the bounces")  # noqa: B023 -- of this turn
        house.tick()
        assert taken_up_again(house) == ["town.example.net"]
    wait_a_day(house)

    assert {str(house.find(office.drafter, address)["state"]) for address in people} == {"active"}


def taken_up_again(house: House) -> list[str]:
    """As the console does it, with the verdict that the refusals were not the addresses'."""
    with house.home.database.write() as session:
        pauses = domain_pauses.unresolved(session)
        for pause in pauses:
            domain_pauses.resolve(session, pause.id, Cause.OURS, by="staff:2", at=house.clock.now())
        return [pause.domain for pause in pauses]
