"""The page of numbers: what the tables say the charts say, and nobody is named in either."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from admin.people.roles import Role
from foundation import ledger
from foundation.ledger import Deed
from service.timetable import Timetable
from subscribers import growth, headcount, leaving, leaving_reasons, pausing
from subscribers.choices import Choices, choose
from subscribers.growth import Event
from subscribers.leaving_reasons import Why
from subscribers.tables import StopReason, Subscriber
from tests.admin.whole_console import Console, words

PAGE = "/admin/subscribers/numbers"
PLACES = {"library": 3, "school": 12, "=cmd|' /c calc'!a1": 1}


def come(console: Console, place: str | None, choices: Choices, *, at: datetime) -> int:
    """As a resident does who confirms a link."""
    number = console.resident(f"r{at:%d%H%M%S%f}@secret.example.jp", since=at, place=place)
    with console.home.database.write() as session:
        choose(session, session.get_one(Subscriber, number), choices)
        deed = Deed("resident", "subscriber.registered", f"subscriber:{number}")
        ledger.write(session, deed, at=at, details={"place": place})
    return number


@pytest.fixture
def filled(console: Console) -> Console:
    """16 people by three places, four of whom want one topic in the north; one has left."""
    at = console.clock.now()
    numbers: list[int] = []
    for place, many in PLACES.items():
        for _ in range(many):
            at -= timedelta(seconds=1)
            few = len(numbers) % 4 == 3
            numbers.append(come(console, place, Choices(("crime",), ("north",)) if few else Choices(), at=at))
    console.browser(Role.DRAFTER).post(f"/admin/subscribers/{numbers[0]}/stop", data={"why": "電話"})
    Timetable(console.home).count(console.clock.now())
    return console


def table(answer: httpx.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_numbers_are_said_and_shown(filled: Console) -> None:
    page = filled.browser(Role.VIEWER).get(PAGE)

    said = words(page)
    assert page.status_code == 200
    assert "11月の登録は 16人。多かったのは 小・中学校の新入生への配布（12人）です。" in said
    assert "現在" in said
    assert re.search(r"犯罪情報 ?15 ?4", said)
    assert re.search(r"気象情報 ?11 ?0", said)
    assert "secret.example.jp" not in page.text


def test_each_chart_tells_those_who_do_not_see_it_what_its_table_says(filled: Console) -> None:
    page = filled.browser(Role.VIEWER).get(PAGE)

    for key in ("weeks", "months"):
        drawing = re.search(rf'<svg[^>]*aria-labelledby="t-{key}" aria-describedby="d-{key}".*?</svg>', page.text, re.S)
        assert drawing is not None
        assert f'<title id="t-{key}">登録した人' in drawing[0]
        assert re.search(rf'<desc id="d-{key}">[^<]*16人。</desc>', drawing[0])


def test_the_figures_can_be_saved_for_a_spreadsheet_that_runs_nothing(filled: Console) -> None:
    browser = filled.browser(Role.VIEWER)

    months, weeks, places, topics, areas = (
        browser.get(f"{PAGE}/{name}.csv") for name in ("months", "weeks", "places", "topics", "areas")
    )

    assert months.content.startswith("\ufeff".encode())
    assert months.headers["content-disposition"] == 'attachment; filename="subscribers-months-20261124.csv"'
    assert table(months)[-1] == ["2026-11", "16", "0", "0", "1", "0", "15", "15"]
    assert table(weeks)[-1] == ["2026-11-23", "16", "0"]
    assert table(places)[1:] == [
        ["小・中学校の新入生への配布", "12"],
        ["中央図書館", "3"],
        ["'=cmd|' /c calc'!a1", "1"],
    ]
    assert table(topics)[1] == ["犯罪情報", "15", "4"]
    assert table(areas)[1] == ["北部（北栗林町・椎の木町・丘の上町）", "15", "4"]
    assert "@" not in "".join(answer.text for answer in (months, weeks, places, topics, areas))


def test_what_is_not_a_table_is_not_found(filled: Console) -> None:
    browser = filled.browser(Role.VIEWER)

    assert [browser.get(f"{PAGE}/{name}.csv").status_code for name in ("x", "..%2Fmonths", "{{7*7}}")] == [404] * 3


def test_before_the_first_count_the_page_says_so(console: Console) -> None:
    come(console, "library", Choices(), at=console.clock.now())

    page = console.browser(Role.VIEWER).get(PAGE)

    assert "これまでの登録と停止を数えています" in words(page)


def test_a_bulletin_stands_beside_the_week_in_which_it_was_sent(console: Console) -> None:
    number = console.waiting()
    console.clock.move(timedelta(minutes=2))
    with console.home.database.write() as session:
        console.home.publisher.open_due(session, at=console.clock.now())

    page = console.browser(Role.VIEWER).get(PAGE)

    assert f'<a href="/admin/bulletins/{number}">停電のお知らせ</a>' in page.text
    assert ">▲1</text>" in page.text


def test_an_import_is_told_apart_in_the_months(console: Console) -> None:
    with console.home.database.write() as session:
        growth.add(session, growth.imported([(datetime(2026, 9, 2, tzinfo=UTC), None)] * 7, console.home.town.zone))

    rows = table(console.browser(Role.VIEWER).get(f"{PAGE}/months.csv"))

    assert rows[-3][:3] == ["2026-09", "0", "7"]
    assert rows[0][1:3] == ["登録", "名簿の取り込み"]


def test_the_timetable_counts_once_and_goes_on_from_there(filled: Console) -> None:
    timetable = Timetable(filled.home)
    come(filled, "library", Choices(), at=filled.clock.now())

    timetable.count(filled.clock.now())
    timetable.count(filled.clock.now() + timedelta(hours=40))

    with filled.home.database.read() as session:
        assert growth.is_followed(session)
        ticks = growth.by_month(session, filled.clock.now().date())
        assert headcount.standings(session) == {"active": 16, "staff": 1}
    assert sum(tick.number for tick in ticks if tick.event is Event.REGISTERED) == 17


def test_why_people_left_and_who_rests_stand_as_numbers_alone(console: Console) -> None:
    at = console.clock.now()
    for number in range(3):
        come(console, None, Choices(), at=at - timedelta(days=number))
    with console.home.database.write() as session:
        people = session.scalars(select(Subscriber)).all()
        for leaver, why in zip(people[:2], (Why.MOVED, Why.TOO_MANY), strict=True):
            leaving.stop(session, leaver.id, StopReason.LEFT, by="resident", at=at)
            leaving_reasons.say(session, leaver, why, console.home.town.zone, at=at)
        pausing.pause(session, people[2], at + timedelta(days=7), at=at)
    page = words(console.browser(Role.VIEWER).get(PAGE))
    saved = table(console.browser(Role.VIEWER).get(f"{PAGE}/leaving.csv"))

    assert re.search("有効のうち ?1人 ?は、しばらく受け取りを休んでいます", page)
    assert saved == [
        ["配信停止の理由", "今月", "12か月"],
        *([why.label, *["1" if why in (Why.MOVED, Why.TOO_MANY) else "0"] * 2] for why in Why),
    ]


def test_an_answer_of_last_month_is_not_one_of_this_month(console: Console) -> None:
    number, at = come(console, None, Choices(), at=console.clock.now()), console.clock.now()
    with console.home.database.write() as session:
        leaving.stop(session, number, StopReason.LEFT, by="resident", at=at)
        leaving_reasons.say(session, session.get_one(Subscriber, number), Why.OTHER, console.home.town.zone, at=at)

    console.clock.move(timedelta(days=31))

    assert table(console.browser(Role.VIEWER).get(f"{PAGE}/leaving.csv"))[-1] == ["ほか", "0", "1"]
