"""Days on which little is as usual: nobody is registered, the clocks are changed, somebody leaves while it is sent."""

import asyncio
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from mailer.outbox_tables import REPLIES, OutboxRow
from mailer.sender import KEEP_SECONDS
from subscribers.links import STOP
from tests.journeys.test_the_loop import FRIDAY, SUBJECT, Office
from tests.subscribers.people import Desk
from tests.support.clock import HandClock
from tests.support.house import House, eventually
from tests.support.sink import Sink

SAMPLE = Path(__file__).parents[2] / "service" / "komorebi.toml"
NEW_YORK = ZoneInfo("America/New_York")


def sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'hansho.db'}"


def test_a_bulletin_to_nobody_is_sent(tmp_path: Path) -> None:
    """By the fan-out of the sender and the timetable as they run, and not by a test's hand."""
    with House(tmp_path / "var", sqlite(tmp_path), HandClock(FRIDAY)) as house:
        office = Office(house)
        stop = asyncio.Event()
        loop = asyncio.new_event_loop()
        clockwork = threading.Thread(target=loop.run_until_complete, args=[house.timetable.run(stop)])
        clockwork.start()
        try:
            number = office.send(no_hold=True)
            finished = eventually(lambda: sent(office, number), what="the end of the bulletin")
        finally:
            loop.call_soon_threadsafe(stop.set)
            clockwork.join(20)
            loop.close()

    assert (finished["audience"], finished["sent"], finished["queued"]) == (0, 0, 0)


def sent(office: Office, number: int) -> dict[str, object] | None:
    found = office.approver.bulletin(number)
    return found if found["state"] == "sent" else None


@pytest.mark.parametrize(
    ("evening", "opening"),
    [
        (datetime(2026, 10, 31, 20, 0, tzinfo=NEW_YORK), datetime(2026, 11, 1, 9, 0, tzinfo=NEW_YORK)),
        (datetime(2027, 3, 13, 20, 0, tzinfo=NEW_YORK), datetime(2027, 3, 14, 9, 0, tzinfo=NEW_YORK)),
    ],
    ids=["an hour more", "an hour less"],
)
def test_in_a_town_whose_clocks_are_changed_in_the_night_it_leaves_at_nine(
    tmp_path: Path, evening: datetime, opening: datetime
) -> None:
    town = tmp_path / "town.toml"
    town.write_text(SAMPLE.read_text().replace('zone = "Asia/Tokyo"', 'zone = "America/New_York"'))
    settings = {"HANSHO_TOWN": str(town), "HANSHO_HOURS": "mon-sun 09:00-17:00"}
    with House(tmp_path / "var", sqlite(tmp_path), HandClock(evening), settings) as house:
        office = Office(house)
        house.register("taro@example.com")
        number = office.send()
        starts_at = datetime.fromisoformat(str(office.drafter.bulletin(number)["starts_at"]))
        for early in (-timedelta(hours=1), -timedelta(seconds=1)):
            house.clock.set(opening.astimezone(NEW_YORK) + early)
            house.tick()
            assert office.drafter.bulletin(number)["state"] == "waiting"
        house.clock.set(opening)
        finished = office.sent(number)
        house.clock.move(timedelta(hours=1))
        house.tick()
        letters = [letter for letter in house.letters("taro@example.com") if letter["Subject"] == SUBJECT]

    assert starts_at == opening
    assert (finished["audience"], finished["sent"]) == (1, 1)
    assert len(letters) == 1


def test_who_leaves_by_the_page_while_it_is_sent_gets_none(tmp_path: Path) -> None:
    """Their row lies in the sender's hand already."""
    people = [f"p{number}@example.com" for number in range(8)]
    with Sink() as sink:
        live = {"HANSHO_MODE": "live", "HANSHO_RELAYS": f"smtp://127.0.0.1:{sink.port}?connections=2"}
        with House(tmp_path / "var", sqlite(tmp_path), HandClock(FRIDAY), live) as house:
            office = Office(house)
            desk = Desk(house.home.database, house.clock, house.home.registration)
            numbers = {each: desk.register(each) for each in people}
            eventually(lambda: len(sink.accepted) == 2 * len(people), what="the answers to their registrations")
            sink.held = True
            number = office.send(no_hold=True)
            last = people[-1]

            def in_hand() -> bool:
                with house.home.database.read() as session:
                    theirs = OutboxRow.address == last, OutboxRow.batch != REPLIES, OutboxRow.lease_by.is_not(None)
                    return session.scalar(select(OutboxRow.id).where(*theirs)) is not None

            eventually(in_hand, what="their row in the sender's hand")
            page = house.http.post(f"/stop/{house.home.keyring.sign(STOP, numbers[last])}")
            time.sleep(4 * KEEP_SECONDS)  # what lies in the hand is looked over again within twice that
            sink.held = False
            finished = office.sent(number)

    assert page.status_code in (200, 303)
    assert (finished["audience"], finished["sent"], finished["suppressed"]) == (8, 7, 1)
    assert [recipient for recipient, _ in sink.accepted].count(last) == 2
