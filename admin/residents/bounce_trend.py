"""Bounces of some weeks, added up as the watch page shows them: by week and class, and by whom they came from."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_weeks import WeekCount
from mailer.carrier_groups import CarrierGroups

LARGEST = 10
MOST_CHOICES = 100


@dataclass(frozen=True)
class Series:
    """One class, and how many a week, oldest first."""

    bounce_class: BounceClass
    weeks: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.weeks)


@dataclass(frozen=True)
class Place:
    """A carrier or a domain, with its numbers in the order of the classes; `name` is empty for all the others."""

    name: str
    numbers: tuple[int, ...]
    others: int = 0

    @property
    def total(self) -> int:
        return sum(self.numbers)


@dataclass(frozen=True)
class Trend:
    """`chosen` is the carrier or domain that all of it is about, empty for every one; `choices` are those with errors,
    the most first."""

    weeks: tuple[date, ...]
    series: tuple[Series, ...]
    places: tuple[Place, ...]
    choices: tuple[str, ...]
    chosen: str

    @property
    def sums(self) -> tuple[int, ...]:
        """How many a week, of all classes."""
        return tuple(sum(each.weeks[number] for each in self.series) for number in range(len(self.weeks)))

    @property
    def total(self) -> int:
        return sum(each.total for each in self.series)


def trend(counts: Iterable[WeekCount], weeks: Sequence[date], carriers: CarrierGroups, *, chosen: str = "") -> Trend:
    """A chosen carrier is shown by its domains. A name that nothing is known of gives an empty trend."""
    everything = list(counts)
    wanted = [each for each in everything if not chosen or chosen in (carriers.of(each.domain), each.domain)]
    classes = _classes(wanted)
    return Trend(
        weeks=tuple(weeks),
        series=tuple(_series(each, wanted, len(weeks)) for each in classes),
        places=_places(wanted, classes, None if chosen else carriers),
        choices=tuple(_by_size(_named(everything, carriers)))[:MOST_CHOICES],
        chosen=chosen,
    )


def _classes(counts: Sequence[WeekCount]) -> list[BounceClass]:
    """Those that occur, in the order of the contract, which begins with what speaks about an address."""
    seen = {each.bounce_class for each in counts}
    counted = [each for each in BounceClass if each in seen and each.counted]
    return counted + [each for each in BounceClass if each in seen and not each.counted]


def _series(bounce_class: BounceClass, counts: Iterable[WeekCount], weeks: int) -> Series:
    numbers = [0] * weeks
    for each in counts:
        if each.bounce_class == bounce_class:
            numbers[each.week] += each.number
    return Series(bounce_class, tuple(numbers))


def _places(
    counts: Iterable[WeekCount], classes: Sequence[BounceClass], carriers: CarrierGroups | None
) -> tuple[Place, ...]:
    """The largest, and the rest added up."""
    found = _named(counts, carriers)
    names = _by_size(found)
    rows = [Place(name, tuple(found[name][each] for each in classes)) for name in names[:LARGEST]]
    if rest := names[LARGEST:]:
        rows.append(Place("", tuple(sum(found[name][each] for name in rest) for each in classes), others=len(rest)))
    return tuple(rows)


def _named(counts: Iterable[WeekCount], carriers: CarrierGroups | None) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for each in counts:
        name = (carriers.of(each.domain) if carriers else None) or each.domain
        found.setdefault(name, Counter())[each.bounce_class] += each.number
    return found


def _by_size(found: dict[str, Counter[str]]) -> list[str]:
    return sorted(found, key=lambda name: (-found[name].total(), name))
