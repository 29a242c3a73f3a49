"""What the pages behind a resident's own links share: the rules as they are told, where links lead, and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response

from foundation.catalogue import Told
from foundation.clock import Clock
from foundation.database import Database
from foundation.languages import Language
from foundation.spoken_pages import Reader, SpokenPages
from foundation.tokens import Keyring
from mailer.delivery_hours import DeliveryHours
from subscribers import leaving
from subscribers.choices import Choices
from subscribers.leaving_reasons import Why
from subscribers.links import PREFERENCES, STOP
from subscribers.page_headers import PERSONAL
from subscribers.registration import LinkState, Offer, Registration
from subscribers.spoken_town import spoken
from subscribers.tables import Subscriber
from subscribers.town import Town

_SPENT = {
    LinkState.UNKNOWN: ("resident/link-unknown.html", 404),
    LinkState.USED: ("resident/link-used.html", 410),
    LinkState.EXPIRED: ("resident/link-expired.html", 410),
}
_NOTHING = Offer(LinkState.UNKNOWN)
NOT_OFFERED = "選ばれた項目の中に、いまは選べないものがあります。もう一度選んでください。"


@dataclass(frozen=True)
class Terms:
    """The rules in force, as residents are told them; `hours` are those in Japanese, outside of which there are none
    with `is_always`."""

    hours: str
    bounce_days: int
    erase_days: int
    hours_abroad: Mapping[Language, str] = field(default_factory=dict)
    is_always: bool = False

    @classmethod
    def of(cls, hours: DeliveryHours, *, bounce_days: int, erase_days: int) -> "Terms":
        abroad = {language: hours.describe(language) for language in Language}
        return cls(hours.describe(), bounce_days, erase_days, abroad, hours.week is None)

    def hours_in(self, language: Language) -> str:
        told = self.hours_abroad.get(language)
        return Told(self.hours, in_japanese=language.tag != "ja") if told is None else Told(told)


@dataclass(frozen=True)
class PersonalDesk:
    """Whoever holds the link is the resident; no page asks for more."""

    database: Database
    clock: Clock
    pages: SpokenPages
    registration: Registration
    keyring: Keyring
    town: Town
    terms: Terms

    def answer(
        self, template: str, reader: Reader, usual: Language, *, status: int = 200, **context: object
    ) -> Response:
        return self.pages.answer(template, reader=reader, usual=usual, status=status, headers=PERSONAL, **context)

    def spent(self, reader: Reader, offer: Offer = _NOTHING) -> Response:
        template, status = _SPENT[offer.state]
        return self.answer(template, reader, Language.of(offer.language), status=status)

    def stopped(self, reader: Reader, token: str, subscriber: Subscriber | None, *, already: bool) -> Response:
        """`token` is the one of the page on which one stops."""
        may_say_why = subscriber is not None and subscriber.may_say_why
        return self.answer(
            "resident/stopped.html",
            reader,
            language_of(subscriber),
            already=already,
            terms=self.terms,
            undo=self.undo(reader, token, subscriber),
            why=reader.keep(f"/stop/{token}/why") if may_say_why else "",
            reasons=tuple((why.value, why.label) for why in Why),
        )

    def undo(self, reader: Reader, token: str, subscriber: Subscriber | None) -> str:
        """Where somebody who left says that they did not mean it; "" when it is too late."""
        may = leaving.may_take_back(subscriber, at=self.clock.now())
        return reader.keep(f"/stop/{token}/undo") if may else ""

    def ways(self, reader: Reader, number: int) -> Mapping[str, str]:
        """Where the page's links and forms lead. The one for the language keeps none: another one is meant."""
        me, stop = f"/me/{self.keyring.sign(PREFERENCES, number)}", f"/stop/{self.keyring.sign(STOP, number)}"
        kept = {"me": me, "stop": stop} | {name: f"{me}/{name}" for name in ("pause", "resume", "circle", "list")}
        return {name: reader.keep(way) for name, way in kept.items()} | {"language": f"{me}/language"}

    def errors(self, fault: str, reader: Reader, usual: Language) -> Mapping[str, str]:
        return {"topic": self.pages.sentence(fault, reader=reader, usual=usual)} if fault else {}

    def in_words(self, choices: Choices, language: Language) -> dict[str, list[str]]:
        """The labels of what was chosen; empty means all."""
        town = spoken(self.town, language)
        return {
            "topics": [topic.label for topic in town.topics if topic.key in choices.topics],
            "areas": [area.label for area in town.areas if area.key in choices.areas],
        }


def language_of(subscriber: Subscriber | None) -> Language:
    """What their pages speak when they ask for nothing else."""
    return Language.of(subscriber.language if subscriber is not None else None)
