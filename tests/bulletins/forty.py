"""The forty bulletins of 令和元年度, as a city counted them, put through the real rooms by an office of that time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bulletins.approval import Decision
from bulletins.drafting import Sheet
from foundation.era import clock_words, day_and_weekday
from mailer.courier import Outcome
from tests.bulletins.office import GONE, OK, Office, tokyo

# What the city published: 全40件.
PUBLISHED = {
    "詐欺等の犯罪情報": 19,
    "台風等の気象情報": 13,
    "感染症情報": 2,
    "Jアラート訓練情報": 4,
    "その他": 2,
}
BY_MONTH = (4, 4, 3, 3, 4, 5, 5, 2, 3, 2, 2, 3)
BY_KIND = {"通常": 33, "解除": 2, "訓練": 1, "試験": 4}
EVENING = "夜のうちに雨が強まる見込みのため"
FIRST, LAST = tokyo("2019-04-01T00:00:00"), tokyo("2020-03-31T23:59:59")
BEFORE, AFTER = tokyo("2019-03-31T23:59:59"), tokyo("2020-04-01T00:00:00")


@dataclass(frozen=True)
class Written:
    """`hours_ago` is how long before its delivery it happened."""

    at: datetime
    notice: str
    category: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    hours_ago: int = 2
    urgent: bool = False


def of_the_year() -> tuple[Written, ...]:
    return tuple(sorted((*_crimes(), *_weather(), *_rest()), key=lambda each: each.at))


def outside() -> tuple[Written, ...]:
    """The last second before the year, and the first moment after it."""
    return Written(BEFORE, "weather", urgent=True), Written(AFTER, "weather", urgent=True)


def send(office: Office, each: Written) -> int:
    """Submitted ten minutes before, approved and begun at the moment itself, finished a minute later."""
    office.clock.set(each.at - timedelta(minutes=10))
    number = office.submitted(_sheet(office, each))
    office.clock.set(each.at)
    office.approve(number, Decision(urgent=each.urgent, reason=EVENING if each.urgent else None, no_hold=True))
    assert office.open_due() == 1
    office.fan_out()
    office.clock.move(timedelta(minutes=1))
    office.post(_answer)
    assert office.finish() == 1
    return number


def send_all(office: Office) -> None:
    office.residents("a", "b", "gone")
    for each in sorted((*of_the_year(), *outside()), key=lambda each: each.at):
        send(office, each)


def _answer(name: str) -> Outcome:
    return GONE if name == "gone" else OK


def _sheet(office: Office, each: Written) -> Sheet:
    """The notice's own example, with dates of its time."""
    notice = office.home.shelf.get(each.notice)
    happened = (each.at - timedelta(hours=each.hours_ago)).astimezone(office.home.town.zone)
    ahead = (each.at + timedelta(days=1)).astimezone(office.home.town.zone)
    values: dict[str, object] = dict(notice.example)
    for name in ("happened_at", "cleared_at"):
        if name in values:
            values[name] = f"{happened:%Y-%m-%d %H:%M}"
    if "scheduled_at" in values:
        values["scheduled_at"] = f"{ahead:%Y-%m-%d} 11:00"
    if each.notice == "weather":
        values["text"] = (
            f"{day_and_weekday(happened.date())} {clock_words(happened)}、こもれび市に大雨警報が発表されました。"
        )
    return Sheet(each.notice, values | each.values, category=each.category)


def _crimes() -> Iterator[Written]:
    for day in ("04-10", "04-24", "05-09", "05-22", "06-12", "07-03", "07-24", "08-07", "09-19", "10-02", "11-06"):
        yield Written(tokyo(f"2019-{day}T10:30:00"), "fraud-call")
    yield Written(tokyo("2019-12-18T14:00:00"), "fraud-call", "市内－不審電話－還付金")
    for day, hours in (("2019-05-28", 1), ("2019-12-11", 4), ("2020-01-15", 20)):
        yield Written(tokyo(f"{day}T11:00:00"), "crime", hours_ago=hours)
    escaped = {"event": "警察署に留置されていた男が逃走しました", "headline": "逃走した男にご注意ください"}
    yield Written(tokyo("2020-01-29T16:00:00"), "crime", "市内－重要事件－逃走", escaped, hours_ago=1)
    for day in ("2019-04-18", "2019-11-20", "2020-02-05"):
        yield Written(tokyo(f"{day}T09:30:00"), "suspicious-person", hours_ago=18)


def _weather() -> Iterator[Written]:
    yield Written(FIRST, "weather", urgent=True)
    for moment in (
        "2019-06-10T13:00:00",
        "2019-06-28T15:00:00",
        "2019-07-22T10:00:00",
        "2019-08-14T09:05:00",
        "2019-08-15T16:45:00",
        "2019-09-05T11:00:00",
        "2019-09-06T16:59:00",
        "2019-10-10T10:00:00",
        "2019-10-11T15:00:00",
    ):
        yield Written(tokyo(moment), "weather")
    yield Written(tokyo("2019-09-09T09:30:00"), "weather-clear", hours_ago=3)
    yield Written(tokyo("2019-10-15T09:10:00"), "weather-clear", hours_ago=48)
    yield Written(LAST, "weather", urgent=True)


def _rest() -> Iterator[Written]:
    for day in ("2020-03-04", "2020-03-26"):
        yield Written(tokyo(f"{day}T15:00:00"), "infection")
    for day in ("2019-05-14", "2019-08-27", "2019-12-03", "2020-02-18"):
        yield Written(tokyo(f"{day}T11:00:00"), "j-alert-test")
    yield Written(tokyo("2019-09-30T09:00:00"), "drill")
    drone = {
        "subject": "ドローンの紛失について",
        "text": "市内で、飛行中のドローンが行方不明になりました。見つけた方は、触らずにお知らせください。",
    }
    yield Written(tokyo("2019-10-25T13:00:00"), "plain", "一般－生活支障－その他", drone)
