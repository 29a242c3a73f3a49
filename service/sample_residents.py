"""The sample town's residents: synthetic addresses, each with topics, areas and a place; the same on every machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from foundation import ledger
from foundation.addresses import Address
from foundation.languages import Language
from foundation.ledger import Deed
from service.sample_places import april, places_of
from subscribers.choices import Choices, choose
from subscribers.registration import register
from subscribers.tables import Invitation, Subscriber
from subscribers.town import Town

SAMPLE_ACTOR = "sample"

# Two more than the names give: these addresses fail in the sample's deliveries.
UNDER_WATCH = "tsubame.kazami@example.com"
FAILED_FOR_GOOD = "hibari.kazami@example.com"
FILTERS_MAIL = "suzume.kazami@example.jp"

# Of those below: they want every topic and area, so each bulletin is for them.
FULL_NOW_AND_THEN = "aoi.noda@example.jp"
BUSY_ONCE = ("aoi.kato@example.com", "aoi.maeda@example.com", "aoi.shimizu@example.com", "aoi.ueda@example.com")

_SURNAMES = (
    "aoki", "endo", "fujii", "goto", "hara", "ikeda", "kato", "kimura", "maeda", "mori",
    "noda", "ogawa", "okada", "ota", "sakai", "sato", "shimizu", "suzuki", "ueda", "wada",
)  # fmt: skip
_NAMES = ("aoi", "haru", "hinata", "mio", "ren", "yui")
_EARLY = 84  # so many were there before the first bulletin
# By their number.
_LANGUAGES = {
    **dict.fromkeys((9, 38, 67, 96), Language.ENGLISH),
    **dict.fromkeys((22, 81), Language.CHINESE),
    **dict.fromkeys((45, 104), Language.PLAIN_JAPANESE),
}
_PAUSED = (53, 88)


@dataclass(frozen=True)
class Resident:
    """`days_ago` is when the address was registered, in days before the sample was made; so are the others."""

    address: Address
    days_ago: int
    place: str | None
    choices: Choices
    language: Language | None = None
    paused_days_ago: int | None = None
    leaves_days_ago: int | None = None


def residents(town: Town, today: date) -> Iterator[Resident]:
    """`today` is the day on which the sample is made."""
    for address in (UNDER_WATCH, FAILED_FOR_GOOD, FILTERS_MAIL):
        yield Resident(Address.parse(address), 150, None, Choices())
    places = [None, *places_of(town)]
    since_april = (today - april(today, town)).days
    names = [f"{name}.{surname}" for name in _NAMES for surname in _SURNAMES]
    for number, local in enumerate(names):
        domain = "example.com" if number % 5 in (1, 3) else "example.jp"
        place = places[number % len(places)]
        yield Resident(
            address=Address.parse(f"{local}@{domain}"),
            days_ago=_days_ago(number, place, since_april),
            place=place,
            choices=_choices(town, number),
            language=_LANGUAGES.get(number),
            paused_days_ago=4 if number in _PAUSED else None,
            leaves_days_ago=20 if number in (31, 62) else None,
        )


def _days_ago(number: int, place: str | None, since_april: int) -> int:
    """A leaflet from the entrance ceremony brings people in the weeks after it."""
    if number >= _EARLY:
        return 110 - (number - _EARLY) * 3
    usual = 148 - number // 3
    return max(since_april - 1 - number // 6, usual) if place in ("school", "nursery") else usual


def enter(session: Session, resident: Resident, *, at: datetime) -> Subscriber:
    """As if the link of an invitation had been confirmed at that moment; no letter is written."""
    language = resident.language.value if resident.language else None
    invitation = Invitation(address=resident.address.text, place=resident.place, language=language)
    subscriber = register(session, invitation, at=at)
    choose(session, subscriber, resident.choices)
    deed = Deed(SAMPLE_ACTOR, "subscriber.registered", f"subscriber:{subscriber.id}")
    ledger.write(session, deed, at=at, details={"place": resident.place})
    return subscriber


def _choices(town: Town, number: int) -> Choices:
    """Half want everything; the others leave out topics, or everything but their own part of town."""
    topics = [topic.key for topic in town.topics]
    areas = [area.key for area in town.areas]
    wanted = [key for index, key in enumerate(topics) if (index + number) % 3] if number % 4 == 1 else []
    near = [areas[number % len(areas)]] if areas and number % 4 == 3 else []
    return Choices.of(town, wanted, near)
