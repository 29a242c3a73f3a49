"""The whole loop by real SMTP and HTTP: registered, approved, delivered in the hours, bounced, stopped."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from admin.people.roles import Role
from tests.journeys.carrier import bounce_of
from tests.support.clock import HandClock
from tests.support.house import Colleague, House, eventually

JAPAN = ZoneInfo("Asia/Tokyo")
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN)
SUNDAY = datetime(2026, 11, 22, 13, 0, tzinfo=JAPAN)
TUESDAY_NINE = datetime(2026, 11, 24, 9, 0, tzinfo=JAPAN)
TEXT = "明日、駅前の広場で防犯の催しがあります。どなたでもどうぞ。お気軽にお越しください。"
SUBJECT = "こもれび市からのお知らせ"


on_both = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both for the whole way out, and for the whole way back."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with House(tmp_path / "var", database_url, HandClock(FRIDAY)) as house:
        yield house


class Office:
    """Two people who write and approve."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.drafter: Colleague = house.colleague("drafter@city.example.jp", Role.DRAFTER)
        self.approver: Colleague = house.colleague("approver@city.example.jp", Role.APPROVER)

    def send(self, **approval: object) -> int:
        """Written, submitted and approved; returns the bulletin's number."""
        draft = self.drafter.post("/bulletins", {"notice": "plain", "fields": {"subject": SUBJECT, "text": TEXT}})
        assert draft.status_code == 201, draft.text
        number = int(draft.json()["id"])
        assert self.drafter.post(f"/bulletins/{number}/submit").status_code == 200
        approved = self.approver.post(f"/bulletins/{number}/approve", approval)
        assert approved.status_code == 200, approved.text
        return number

    def sent(self, number: int) -> dict[str, object]:
        """Waits until the bulletin is proved finished."""

        def finished() -> dict[str, object] | None:
            self.house.tick()
            found = self.approver.bulletin(number)
            return found if found["state"] == "sent" else None

        return eventually(finished, what=f"the end of bulletin {number}")

    def deliver_today(self) -> int:
        """A bulletin approved now, inside the hours, and delivered after its hold."""
        number = self.send(no_hold=True)
        self.sent(number)
        return number


@on_both
def test_approved_on_sunday_it_leaves_on_tuesday_at_nine_since_monday_is_a_holiday(house: House) -> None:
    office = Office(house)
    house.register("taro@example.com")
    house.clock.set(SUNDAY)

    number = office.send()

    assert datetime.fromisoformat(str(office.drafter.bulletin(number)["starts_at"])) == TUESDAY_NINE
    for early in (SUNDAY + timedelta(hours=1), TUESDAY_NINE - timedelta(days=1), TUESDAY_NINE - timedelta(seconds=1)):
        house.clock.set(early)
        house.tick()
        assert office.drafter.bulletin(number)["state"] == "waiting"
    assert [m for m in house.letters("taro@example.com") if m["Subject"] == SUBJECT] == []
    house.clock.set(TUESDAY_NINE)
    finished = office.sent(number)
    assert (finished["audience"], finished["sent"]) == (1, 1)
    assert len([m for m in house.letters("taro@example.com") if m["Subject"] == SUBJECT]) == 1


def test_an_urgent_bulletin_leaves_at_once_on_a_sunday_night_with_its_reason_in_the_ledger(house: House) -> None:
    office = Office(house)
    house.register("taro@example.com")
    house.clock.set(SUNDAY.replace(hour=23))

    number = office.send(urgent=True, reason="刃物を持った男が逃走中")
    finished = office.sent(number)

    assert finished["sent"] == 1
    assert datetime.fromisoformat(str(finished["starts_at"])) == SUNDAY.replace(hour=23)


def test_an_urgent_bulletin_without_a_reason_is_refused(house: House) -> None:
    office = Office(house)
    draft = office.drafter.post("/bulletins", {"notice": "plain", "fields": {"subject": SUBJECT, "text": TEXT}}).json()
    office.drafter.post(f"/bulletins/{draft['id']}/submit")

    answer = office.approver.post(f"/bulletins/{draft['id']}/approve", {"urgent": True})

    assert answer.status_code == 422
    assert office.drafter.bulletin(draft["id"])["state"] == "submitted"


def test_addresses_as_carriers_issued_them_register_receive_and_leave(house: House) -> None:
    office = Office(house)
    addresses = ["a..b@docomo.ne.jp", "a.@ezweb.ne.jp", ".a@docomo.ne.jp"]
    for address in addresses:
        house.register(address)

    office.deliver_today()

    for address in addresses:
        (letter,) = [m for m in house.letters(address) if m["Subject"] == SUBJECT]
        stop = str(letter["List-Unsubscribe"]).split("<")[2].split(">")[0].removeprefix("mailto:")
        assert house.mail(address, stop) == 250
        eventually(lambda a=address: house.find(office.drafter, a)["state"] == "stopped", what="leaving by mail")  # type: ignore[misc]  # a default keeps the loop's value


def next_delivery_day(house: House) -> None:
    """Ten o'clock of the next day on which the hours are open."""
    tomorrow = house.clock.now().astimezone(JAPAN).replace(hour=10, minute=0) + timedelta(days=1)
    house.clock.set(max(tomorrow, house.home.hours.next_opening(tomorrow).astimezone(JAPAN).replace(hour=10)))


def bounce_today(house: House, office: Office, address: str, *, times: int = 1) -> None:
    """Delivers today's bulletin, and the carrier's report comes back for it."""
    number = office.deliver_today()
    (letter,) = [m for m in house.letters(address) if m["Subject"] == SUBJECT][-1:]
    for _ in range(times):
        assert house.mail("", str(letter["Return-Path"]).strip("<>"), bounce_of(address)) == 250
    eventually(lambda: office.drafter.bulletin(number)["bounced"], what="the bounce")


def wait_a_day(house: House) -> None:
    """Consequences are drawn 24 hours after the facts."""
    house.clock.move(timedelta(hours=25))
    house.tick()


@on_both
def test_bounces_on_three_delivery_days_stop_the_address_and_two_do_not(house: House) -> None:
    office = Office(house)
    house.register("hanako@example.com")
    for day in (1, 2, 3):
        next_delivery_day(house)
        assert house.find(office.drafter, "hanako@example.com")["state"] == "active"
        bounce_today(house, office, "hanako@example.com")
        house.tick()
        assert len(house.find(office.drafter, "hanako@example.com")["bounce_days"]) == day  # type: ignore[arg-type]  # a list
        if day == 2:
            wait_a_day(house)
            assert house.find(office.drafter, "hanako@example.com")["state"] == "active"

    wait_a_day(house)

    found = house.find(office.drafter, "hanako@example.com")
    assert (found["state"], found["reason"]) == ("stopped", "unreachable")
    number = office.deliver_today() if house.home.hours.is_open(house.clock.now()) else None
    if number is not None:
        assert office.drafter.bulletin(number)["audience"] == 0


def test_a_stopped_address_comes_back_by_its_next_blank_mail(house: House) -> None:
    office = Office(house)
    house.register("hanako@example.com")
    for _ in range(3):
        next_delivery_day(house)
        bounce_today(house, office, "hanako@example.com")
    wait_a_day(house)
    assert house.find(office.drafter, "hanako@example.com")["state"] == "stopped"

    house.register("hanako@example.com")

    found = house.find(office.drafter, "hanako@example.com")
    assert (found["state"], found["bounce_days"]) == ("active", [])


def test_a_success_between_starts_the_count_anew(house: House) -> None:
    office = Office(house)
    house.register("hanako@example.com")
    for delivered in (False, False, True, False):
        next_delivery_day(house)
        if delivered:
            office.deliver_today()
            wait_a_day(house)
        else:
            bounce_today(house, office, "hanako@example.com")

    wait_a_day(house)

    found = house.find(office.drafter, "hanako@example.com")
    assert found["state"] == "active"
    assert len(found["bounce_days"]) == 1  # type: ignore[arg-type]  # a list


def test_ten_bounces_on_one_day_count_once(house: House) -> None:
    office = Office(house)
    house.register("hanako@example.com")
    next_delivery_day(house)
    for _ in range(5):
        bounce_today(house, office, "hanako@example.com", times=2)

    wait_a_day(house)

    found = house.find(office.drafter, "hanako@example.com")
    assert found["state"] == "active"
    assert len(found["bounce_days"]) == 1  # type: ignore[arg-type]  # a list
