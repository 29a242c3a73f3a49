"""The ledger of places as the console shows it: each place with what hangs there, and who registered by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from admin.residents.growth_report import first_months
from foundation.era import day_and_weekday
from foundation.fiscal_year import FiscalYear
from subscribers import growth, place_growth, placements
from subscribers.placements import PlacementRow
from subscribers.places import KnownPlace, Places

MOST_PLACEMENTS = 50  # of one place on its page


def day_words(day: str) -> str:
    """`2026-04-06` as `2026年4月6日(月)`."""
    found = date.fromisoformat(day)
    return f"{found.year}年{day_and_weekday(found)}"


@dataclass(frozen=True)
class PlaceLine:
    """`months` are registrations, the oldest month first; `hung` the last of each kind of sheet, the newest first;
    `after` counts from the newest of them on."""

    place: KnownPlace
    months: tuple[int, ...]
    hung: tuple[PlacementRow, ...]
    after: int

    @property
    def total(self) -> int:
        return sum(self.months)


@dataclass(frozen=True)
class PlaceList:
    """`strays` are words that came in with registrations and that no place bears; `at` is up to when is counted."""

    at: datetime
    firsts: tuple[date, ...]
    lines: tuple[PlaceLine, ...]
    strays: tuple[tuple[str, int], ...]

    @property
    def active(self) -> tuple[PlaceLine, ...]:
        return tuple(line for line in self.lines if line.place.active)

    @property
    def retired(self) -> tuple[PlaceLine, ...]:
        return tuple(line for line in self.lines if not line.place.active)


def place_list(session: Session, places: Places, *, at: datetime) -> PlaceList:
    today = at.astimezone(places.town.zone).date()
    firsts = first_months(today)
    counts = place_growth.by_place(growth.by_month(session, firsts[0]))
    hung = placements.last_ones(session, until=today)
    after = place_growth.since(session, {place: rows[0].day for place, rows in hung.items()})
    known = places.every(session)
    strays = {word: by.total() for word, by in counts.items() if word not in {place.key for place in known}}
    return PlaceList(
        at=growth.up_to(session, at=at),
        firsts=firsts,
        lines=tuple(
            PlaceLine(
                place,
                place_growth.months(counts.get(place.key, {}), firsts),
                tuple(hung.get(place.key, ())),
                after.get(place.key, 0),
            )
            for place in known
        ),
        strays=tuple(sorted(strays.items(), key=lambda item: (-item[1], item[0]))),
    )


@dataclass(frozen=True)
class Told:
    """A placement with who registered within the four weeks from its day; `is_over` once those have passed."""

    row: PlacementRow
    after: int
    is_begun: bool
    is_over: bool


@dataclass(frozen=True)
class PlacePast:
    at: datetime
    firsts: tuple[date, ...]
    months: tuple[int, ...]
    placements: tuple[Told, ...]


def place_past(session: Session, places: Places, key: str, *, at: datetime) -> PlacePast:
    today = at.astimezone(places.town.zone).date()
    firsts = first_months(today)
    rows = placements.at_place(session, key, limit=MOST_PLACEMENTS)
    begin = min([firsts[0], *(date.fromisoformat(row.day) for row in rows)])
    days = place_growth.of_place(session, key, begin)
    by_month: dict[str, int] = {}
    for day, number in days.items():
        by_month[day[:7]] = by_month.get(day[:7], 0) + number
    return PlacePast(
        at=growth.up_to(session, at=at),
        firsts=firsts,
        months=place_growth.months(by_month, firsts),
        placements=tuple(_told(row, days, today) for row in rows),
    )


def _told(row: PlacementRow, days: Mapping[str, int], today: date) -> Told:
    first = date.fromisoformat(row.day)
    weeks = (today - first).days // 7
    return Told(row, place_growth.weeks_after(days, first), first <= today, weeks >= place_growth.WEEKS_AFTER)


@dataclass(frozen=True)
class AprilLine:
    """Leaflets for 新入生・転入生 of one school or nursery; 0 where none were noted."""

    place: KnownPlace
    before: int
    now: int


@dataclass(frozen=True)
class AprilList:
    year: FiscalYear
    lines: tuple[AprilLine, ...]

    @property
    def before(self) -> int:
        return sum(line.before for line in self.lines)

    @property
    def now(self) -> int:
        return sum(line.now for line in self.lines)

    @property
    def open_lines(self) -> Sequence[AprilLine]:
        """Those for which nothing is noted yet, and that may still be given something."""
        return [line for line in self.lines if not line.now and line.place.active]


def april_list(session: Session, places: Places, year: FiscalYear) -> AprilList:
    """Schools and nurseries, and whoever else was given some in this year or the last."""
    before = placements.for_newcomers(session, FiscalYear(year.number - 1, year.zone))
    now = placements.for_newcomers(session, year)
    return AprilList(
        year,
        tuple(
            AprilLine(place, before.get(place.key, 0), now.get(place.key, 0))
            for place in places.every(session)
            if (place.active and place.kind.gets_newcomers) or place.key in before or place.key in now
        ),
    )
