"""The pages behind a resident's own links: registration, preferences, leaving. GET changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import Response

from foundation import ledger
from foundation.catalogue import Told
from foundation.clock import Clock
from foundation.database import Database
from foundation.languages import Language
from foundation.ledger import Deed
from foundation.spoken_pages import AReader, Reader, SpokenPages
from foundation.tokens import Keyring
from mailer import bounce_facts
from mailer.bounce_report.bounce_class import BounceClass
from subscribers import leaving, pausing
from subscribers.choices import Choices, ChoiceUnknown, choose, chosen
from subscribers.leaving_reasons import Why
from subscribers.links import PREFERENCES, STOP
from subscribers.page_headers import PERSONAL
from subscribers.registration import LinkState, Offer, Registration
from subscribers.spoken_town import spoken
from subscribers.tables import StopReason, Subscriber, SubscriberState
from subscribers.town import Town

_SPENT = {
    LinkState.UNKNOWN: ("resident/link-unknown.html", 404),
    LinkState.USED: ("resident/link-used.html", 410),
    LinkState.EXPIRED: ("resident/link-expired.html", 410),
}
_NOTHING = Offer(LinkState.UNKNOWN)
NOT_OFFERED = "選ばれた項目の中に、いまは選べないものがあります。もう一度選んでください。"

_LATELY = timedelta(days=30)
_BY_FILTERS = (BounceClass.FILTERED, BounceClass.BLOCKED)
# What the page may say it has done; other words of an address are passed over.
_DONE = ("language", "paused", "resumed")

Ticked = Annotated[list[str], Form(default_factory=list)]


@dataclass(frozen=True)
class Terms:
    """The rules in force, as residents are told them; `hours` are those in Japanese."""

    hours: str
    bounce_days: int
    erase_days: int
    hours_abroad: Mapping[Language, str] = field(default_factory=dict)

    def hours_in(self, language: Language) -> str:
        told = self.hours_abroad.get(language)
        return Told(self.hours, in_japanese=language.tag != "ja") if told is None else Told(told)


class PersonalPages:
    """Whoever holds the link is the resident; no page asks for more."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        pages: SpokenPages,
        *,
        registration: Registration,
        keyring: Keyring,
        town: Town,
        terms: Terms,
    ) -> None:
        self._database = database
        self._clock = clock
        self._pages = pages
        self._registration = registration
        self._keyring = keyring
        self._town = town
        self._terms = terms

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/r/{token}", self.offer, methods=["GET"])
        router.add_api_route("/r/{token}", self.confirm, methods=["POST"])
        router.add_api_route("/me/{token}", self.preferences, methods=["GET"])
        router.add_api_route("/me/{token}", self.prefer, methods=["POST"])
        router.add_api_route("/stop/{token}", self.ask_to_stop, methods=["GET"])
        router.add_api_route("/stop/{token}", self.stop, methods=["POST"])
        return router

    def offer(self, reader: AReader, token: str) -> Response:
        with self._database.read() as session:
            offer = self._registration.offer(session, token, at=self._clock.now())
        return self._offered(reader, token, offer)

    def confirm(self, reader: AReader, token: str, topic: Ticked, area: Ticked) -> Response:
        at = self._clock.now()
        try:
            choices = Choices.of(self._town, topic, area)
        except ChoiceUnknown:
            with self._database.read() as session:
                offer = self._registration.offer(session, token, at=at)
            return self._offered(reader, token, offer, fault=NOT_OFFERED)
        with self._database.write() as session:
            offer = self._registration.offer(session, token, at=at)
            state = self._registration.confirm(session, token, choices, language=reader.asked, at=at)
            subscriber = self._registration.registered(session, token)
        if state is not LinkState.OPEN or subscriber is None:
            return self._spent(reader, replace(offer, state=state))
        usual = _language_of(subscriber)
        ways = self._ways(reader, subscriber.id)
        words = self._in_words(choices, reader.asked or usual)
        return self._answer("resident/confirmed.html", reader, usual, choices=words, ways=ways, spoken=usual)

    def preferences(self, reader: AReader, token: str, done: str = "") -> Response:
        number = self._keyring.read(PREFERENCES, token)
        if number is None:
            return self._spent(reader)
        with self._database.read() as session:
            subscriber = session.get(Subscriber, number)
            choices = chosen(session, number)
            filtered = _is_filtered(session, number, at=self._clock.now())
        told = done if done in _DONE else ""
        return self._preferences(reader, number, subscriber, choices, done=told, filtered=filtered)

    def prefer(self, reader: AReader, token: str, topic: Ticked, area: Ticked) -> Response:
        number = self._keyring.read(PREFERENCES, token)
        if number is None:
            return self._spent(reader)
        with self._database.write() as session:
            subscriber = session.get(Subscriber, number, with_for_update=True)
            try:
                choices = Choices.of(self._town, topic, area)
            except ChoiceUnknown:
                now = chosen(session, number)
                return self._preferences(reader, number, subscriber, now, fault=NOT_OFFERED, status=422)
            if subscriber is None or not _is_active(subscriber):
                return self._preferences(reader, number, subscriber, choices, status=409)
            self._change(session, subscriber, choices)
        return self._preferences(reader, number, subscriber, choices, done="saved")

    def ask_to_stop(self, reader: AReader, token: str) -> Response:
        number = self._keyring.read(STOP, token)
        if number is None:
            return self._spent(reader)
        with self._database.read() as session:
            subscriber = session.get(Subscriber, number)
        if _has_left(subscriber):
            return self._stopped(reader, token, subscriber, already=True)
        me = reader.keep(f"/me/{self._keyring.sign(PREFERENCES, number)}")
        return self._answer("resident/stop.html", reader, _language_of(subscriber), address=_hinted(subscriber), me=me)

    def stop(self, reader: AReader, token: str) -> Response:
        """The body is not read: a button's form and RFC 8058's `List-Unsubscribe=One-Click` mean the same."""
        number = self._keyring.read(STOP, token)
        if number is None:
            return self._spent(reader)
        with self._database.write() as session:
            subscriber = session.get(Subscriber, number, with_for_update=True)
            already = _has_left(subscriber)
            leaving.stop(session, number, StopReason.LEFT, by="resident", at=self._clock.now())
        return self._stopped(reader, token, subscriber, already=already)

    def _change(self, session: Session, subscriber: Subscriber, choices: Choices) -> None:
        choose(session, subscriber, choices)
        deed = Deed("resident", "subscriber.changed", f"subscriber:{subscriber.id}")
        ledger.write(session, deed, at=self._clock.now())

    def _offered(self, reader: Reader, token: str, offer: Offer, *, fault: str = "") -> Response:
        if offer.state is not LinkState.OPEN:
            return self._spent(reader, offer)
        usual = Language.of(offer.language)
        return self._answer(
            "resident/confirm.html",
            reader,
            usual,
            status=422 if fault else 200,
            action=reader.keep(f"/r/{token}"),
            address=offer.address,
            registered=offer.registered,
            choices=offer.choices,
            errors=self._errors(fault, reader, usual),
        )

    def _preferences(
        self,
        reader: Reader,
        number: int,
        subscriber: Subscriber | None,
        choices: Choices,
        *,
        done: str = "",
        filtered: bool = False,
        fault: str = "",
        status: int = 200,
    ) -> Response:
        usual = _language_of(subscriber)
        if subscriber is None or not _is_active(subscriber):
            reason = None if subscriber is None or subscriber.address is None else subscriber.reason
            template = "resident/not-registered.html"
            return self._answer(template, reader, usual, status=status, reason=reason, terms=self._terms)
        return self._answer(
            "resident/preferences.html",
            reader,
            usual,
            status=status,
            ways=self._ways(reader, number),
            address=_hinted(subscriber),
            choices=choices,
            done=done,
            filtered=filtered,
            errors=self._errors(fault, reader, usual),
            spoken=usual,
            weeks=pausing.WEEKS,
            paused_until=self._paused_until(subscriber),
        )

    def _ways(self, reader: Reader, number: int) -> Mapping[str, str]:
        """Where the page's links and forms lead. The one for the language keeps none: another one is meant."""
        me, stop = f"/me/{self._keyring.sign(PREFERENCES, number)}", f"/stop/{self._keyring.sign(STOP, number)}"
        kept = {"me": me, "stop": stop, "pause": f"{me}/pause", "resume": f"{me}/resume"}
        return {name: reader.keep(way) for name, way in kept.items()} | {"language": f"{me}/language"}

    def _paused_until(self, subscriber: Subscriber) -> date | None:
        """The day on which mail comes again; None without a pause."""
        if not pausing.is_paused(subscriber, at=self._clock.now()) or subscriber.paused_until is None:
            return None
        return subscriber.paused_until.astimezone(self._town.zone).date()

    def _stopped(self, reader: Reader, token: str, subscriber: Subscriber | None, *, already: bool) -> Response:
        may_undo = leaving.may_take_back(subscriber, at=self._clock.now())
        may_say_why = subscriber is not None and subscriber.may_say_why
        return self._answer(
            "resident/stopped.html",
            reader,
            _language_of(subscriber),
            already=already,
            terms=self._terms,
            undo=reader.keep(f"/stop/{token}/undo") if may_undo else "",
            why=reader.keep(f"/stop/{token}/why") if may_say_why else "",
            reasons=tuple((why.value, why.label) for why in Why),
        )

    def _spent(self, reader: Reader, offer: Offer = _NOTHING) -> Response:
        template, status = _SPENT[offer.state]
        return self._answer(template, reader, Language.of(offer.language), status=status)

    def _errors(self, fault: str, reader: Reader, usual: Language) -> Mapping[str, str]:
        return {"topic": self._pages.sentence(fault, reader=reader, usual=usual)} if fault else {}

    def _answer(
        self, template: str, reader: Reader, usual: Language, *, status: int = 200, **context: object
    ) -> Response:
        return self._pages.answer(template, reader=reader, usual=usual, status=status, headers=PERSONAL, **context)

    def _in_words(self, choices: Choices, language: Language) -> dict[str, list[str]]:
        """The labels of what was chosen; empty means all."""
        town = spoken(self._town, language)
        return {
            "topics": [topic.label for topic in town.topics if topic.key in choices.topics],
            "areas": [area.label for area in town.areas if area.key in choices.areas],
        }


def _is_filtered(session: Session, number: int, *, at: datetime) -> bool:
    """Whether the newest refusal of late says that a filter keeps our mail away."""
    facts = bounce_facts.facts_about(session, number)
    return bool(facts) and facts[-1].handed_at > at - _LATELY and facts[-1].bounce_class in _BY_FILTERS


def _language_of(subscriber: Subscriber | None) -> Language:
    """What their pages speak when they ask for nothing else."""
    return Language.of(subscriber.language if subscriber is not None else None)


def _is_active(subscriber: Subscriber | None) -> bool:
    return subscriber is not None and subscriber.state == SubscriberState.ACTIVE


def _has_left(subscriber: Subscriber | None) -> bool:
    """Whoever was stopped by bounces or by staff may still leave."""
    if subscriber is None or subscriber.address is None:
        return True
    return subscriber.state == SubscriberState.STOPPED and subscriber.reason == StopReason.LEFT


def _hinted(subscriber: Subscriber | None) -> str:
    """Enough to know one's own address by: a mail that was passed on shows its pages to other people too."""
    if subscriber is None or subscriber.address is None:
        return ""
    local, _, domain = subscriber.address.rpartition("@")
    return f"{local[: 2 if len(local) > 3 else 1]}…@{domain}"
