"""The sample town's residents: synthetic addresses, each with topics, areas and a place; the same on every machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from foundation import ledger
from foundation.addresses import Address
from foundation.ledger import Deed
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


@dataclass(frozen=True)
class Resident:
    """`days_ago` is when the address was registered, in days before the sample was made."""

    address: Address
    days_ago: int
    place: str | None
    choices: Choices
    leaves_days_ago: int | None = None


def residents(town: Town) -> Iterator[Resident]:
    """The longest registered first."""
    for address in (UNDER_WATCH, FAILED_FOR_GOOD, FILTERS_MAIL):
        yield Resident(Address.parse(address), 150, None, Choices())
    places = [None, *(place.key for place in town.places)]
    names = [f"{name}.{surname}" for name in _NAMES for surname in _SURNAMES]
    for number, local in enumerate(names):
        domain = "example.com" if number % 5 in (1, 3) else "example.jp"
        yield Resident(
            address=Address.parse(f"{local}@{domain}"),
            days_ago=148 - number // 3 if number < _EARLY else 110 - (number - _EARLY) * 3,
            place=places[number % len(places)],
            choices=_choices(town, number),
            leaves_days_ago=20 if number in (31, 62) else None,
        )


def enter(session: Session, resident: Resident, *, at: datetime) -> Subscriber:
    """As if the link of an invitation had been confirmed at that moment; no letter is written."""
    invitation = Invitation(address=resident.address.text, place=resident.place, language=None)
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
