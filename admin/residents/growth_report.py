"""Growth as the numbers page shows it: what came and went by month, and by week beside what happened."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from subscribers.growth import Event, Tick

MONTHS = 12
WEEKS = 12
MOST_PLACES = 20
MOST_TOLD = 3
# A place stands out in a week from so many on, and when it is so many times what it brings in the other weeks.
LEAST_JUMP = 5
JUMP = 3
LATELY = 5  # weeks
_LEFT = (Event.LEFT, Event.COMPLAINT, Event.STAFF)


@dataclass(frozen=True)
class MonthLine:
    """`total` are the active addresses at the month's end, or now."""

    first: date
    registered: int
    imported: int
    undone: int
    left: int
    unreachable: int
    total: int

    @property
    def net(self) -> int:
        return self.registered + self.imported + self.undone - self.left - self.unreachable


@dataclass(frozen=True)
class PlaceCount:
    """`place` is the key, empty where none is known; `stands_out` beside its other weeks."""

    place: str
    number: int
    stands_out: bool = False


@dataclass(frozen=True)
class Sent:
    """A bulletin that began on a day."""

    bulletin_id: int
    subject: str
    on: date


@dataclass(frozen=True)
class WeekLine:
    """What residents did in a week, and what the office sent; `places` the most first."""

    monday: date
    registered: int
    places: tuple[PlaceCount, ...]
    sent: tuple[Sent, ...]


def first_months(today: date, months: int = MONTHS) -> tuple[date, ...]:
    """The first days of the last months, this one included, oldest first."""
    number = today.year * 12 + today.month - 1
    return tuple(date(back // 12, back % 12 + 1, 1) for back in range(number - months + 1, number + 1))


def mondays(today: date, weeks: int = WEEKS) -> tuple[date, ...]:
    """Oldest first; the last week is not over."""
    this_week = today - timedelta(days=today.weekday())
    return tuple(this_week - timedelta(weeks=back) for back in reversed(range(weeks)))


def month_lines(ticks: Iterable[Tick], firsts: Sequence[date], *, active: int) -> tuple[MonthLine, ...]:
    """Oldest first; the totals are found by going back from `active`, who are there now."""
    moved: dict[str, Counter[Event]] = {}
    for tick in ticks:
        moved.setdefault(tick.span[:7], Counter())[tick.event] += tick.number
    lines: list[MonthLine] = []
    total = active
    for first in reversed(firsts):
        by = moved.get(f"{first:%Y-%m}", Counter())
        line = MonthLine(
            first=first,
            registered=by[Event.REGISTERED],
            imported=by[Event.IMPORTED],
            undone=by[Event.UNDONE],
            left=sum(by[event] for event in _LEFT),
            unreachable=by[Event.UNREACHABLE],
            total=total,
        )
        lines.append(line)
        total = max(0, total - line.net)
    return tuple(reversed(lines))


def week_lines(ticks: Iterable[Tick], sent: Iterable[Sent], weeks: Sequence[date]) -> tuple[WeekLine, ...]:
    """Ticks by day; the imports of an old list brought nobody."""
    by_week: dict[date, Counter[str]] = {week: Counter() for week in weeks}
    for tick in ticks:
        week = _monday(date.fromisoformat(tick.span))
        if tick.event is Event.REGISTERED and week in by_week:
            by_week[week][tick.place] += tick.number
    letters = sorted(sent, key=lambda each: (each.on, each.bulletin_id))
    usual = _usual(by_week)
    return tuple(
        WeekLine(
            week,
            places.total(),
            tuple(PlaceCount(place, number, _jumps(place, number, usual)) for place, number in _by_size(places)),
            tuple(each for each in letters if _monday(each.on) == week),
        )
        for week, places in by_week.items()
    )


def place_counts(ticks: Iterable[Tick]) -> tuple[PlaceCount, ...]:
    """Registrations by place, the most first."""
    found: Counter[str] = Counter()
    for tick in ticks:
        if tick.event is Event.REGISTERED:
            found[tick.place] += tick.number
    return tuple(PlaceCount(place, number) for place, number in _by_size(found))


def month_words(first: date, ticks: Iterable[Tick], labels: Mapping[str, str]) -> str:
    """`11月の登録は 312人。多かったのは 若葉小学校（148人）です。`"""
    here = place_counts(tick for tick in ticks if tick.span[:7] == f"{first:%Y-%m}")
    number = sum(each.number for each in here)
    if not number:
        return f"{first.month}月の登録は、まだありません。"
    known = [each for each in here if each.place]
    most = f"多かったのは {labels.get(known[0].place, known[0].place)}（{known[0].number:,}人）です。" if known else ""
    return f"{first.month}月の登録は {number:,}人。{most}"


def standing_out(weeks: Iterable[WeekLine], labels: Mapping[str, str]) -> str:
    """Of the place that lately brought most beyond what it usually does; empty where none did."""
    lately = list(weeks)[-LATELY:]
    found = [(each.number, week, each) for week in lately for each in week.places if each.stands_out and each.place]
    if not found:
        return ""
    number, week, each = max(found, key=lambda one: (one[0], one[1].monday))
    when, place = f"{week.monday.month}月{week.monday.day}日の週", labels.get(each.place, each.place)
    return f"{when}は、{place}からの登録が {number:,}人と、ほかの週より目立って多くなりました。"


def _usual(weeks: Mapping[date, Counter[str]]) -> dict[str, tuple[int, int]]:
    """Of each place its sum, and over how many weeks."""
    sums: Counter[str] = Counter()
    for places in weeks.values():
        sums.update(places)
    return {place: (number, len(weeks)) for place, number in sums.items()}


def _jumps(place: str, number: int, usual: Mapping[str, tuple[int, int]]) -> bool:
    everything, weeks = usual[place]
    others = (everything - number) / max(1, weeks - 1)
    return number >= LEAST_JUMP and number >= JUMP * others and weeks > 1


def _by_size(found: Counter[str]) -> list[tuple[str, int]]:
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
