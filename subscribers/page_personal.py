"""The pages behind a resident's own links: registration, preferences, leaving. GET changes nothing."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import Response

from foundation import ledger
from foundation.clock import Clock
from foundation.database import Database
from foundation.ledger import Deed
from foundation.pages import Pages
from foundation.tokens import Keyring
from subscribers import leaving
from subscribers.choices import Choices, ChoiceUnknown, choose, chosen
from subscribers.links import PREFERENCES, STOP
from subscribers.page_headers import PERSONAL
from subscribers.registration import LinkState, Offer, Registration
from subscribers.tables import StopReason, Subscriber, SubscriberState
from subscribers.town import Town

_SPENT = {
    LinkState.UNKNOWN: ("resident/link-unknown.html", 404),
    LinkState.USED: ("resident/link-used.html", 410),
    LinkState.EXPIRED: ("resident/link-expired.html", 410),
}
_NOT_OFFERED = "選ばれた項目の中に、いまは選べないものがあります。もう一度選んでください。"

Ticked = Annotated[list[str], Form(default_factory=list)]


@dataclass(frozen=True)
class Terms:
    """The rules in force, as residents are told them."""

    hours: str
    bounce_days: int
    erase_days: int


class PersonalPages:
    """Whoever holds the link is the resident; no page asks for more."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        pages: Pages,
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

    def offer(self, token: str) -> Response:
        with self._database.read() as session:
            offer = self._registration.offer(session, token, at=self._clock.now())
        return self._offered(token, offer)

    def confirm(self, token: str, topic: Ticked, area: Ticked) -> Response:
        at = self._clock.now()
        try:
            choices = Choices.of(self._town, topic, area)
        except ChoiceUnknown:
            with self._database.read() as session:
                offer = self._registration.offer(session, token, at=at)
            return self._offered(token, offer, errors={"topic": _NOT_OFFERED})
        with self._database.write() as session:
            state = self._registration.confirm(session, token, choices, at=at)
        if state is not LinkState.OPEN:
            return self._spent(state)
        return self._answer("resident/confirmed.html", choices=self._in_words(choices))

    def preferences(self, token: str) -> Response:
        number = self._keyring.read(PREFERENCES, token)
        if number is None:
            return self._spent(LinkState.UNKNOWN)
        with self._database.read() as session:
            subscriber = session.get(Subscriber, number)
            choices = chosen(session, number)
        return self._preferences(number, subscriber, choices)

    def prefer(self, token: str, topic: Ticked, area: Ticked) -> Response:
        number = self._keyring.read(PREFERENCES, token)
        if number is None:
            return self._spent(LinkState.UNKNOWN)
        with self._database.write() as session:
            subscriber = session.get(Subscriber, number, with_for_update=True)
            try:
                choices = Choices.of(self._town, topic, area)
            except ChoiceUnknown:
                return self._preferences(
                    number, subscriber, chosen(session, number), errors={"topic": _NOT_OFFERED}, status=422
                )
            if subscriber is None or not _is_active(subscriber):
                return self._preferences(number, subscriber, choices, status=409)
            self._change(session, subscriber, choices)
        return self._preferences(number, subscriber, choices, saved=True)

    def ask_to_stop(self, token: str) -> Response:
        number = self._keyring.read(STOP, token)
        if number is None:
            return self._spent(LinkState.UNKNOWN)
        with self._database.read() as session:
            subscriber = session.get(Subscriber, number)
        if _has_left(subscriber):
            return self._stopped(already=True)
        return self._answer("resident/stop.html", address=_hinted(subscriber))

    def stop(self, token: str) -> Response:
        """The body is not read: a button's form and RFC 8058's `List-Unsubscribe=One-Click` mean the same."""
        number = self._keyring.read(STOP, token)
        if number is None:
            return self._spent(LinkState.UNKNOWN)
        with self._database.write() as session:
            already = _has_left(session.get(Subscriber, number, with_for_update=True))
            leaving.stop(session, number, StopReason.LEFT, by="resident", at=self._clock.now())
        return self._stopped(already=already)

    def _change(self, session: Session, subscriber: Subscriber, choices: Choices) -> None:
        choose(session, subscriber, choices)
        deed = Deed("resident", "subscriber.changed", f"subscriber:{subscriber.id}")
        ledger.write(session, deed, at=self._clock.now())

    def _offered(self, token: str, offer: Offer, *, errors: dict[str, str] | None = None) -> Response:
        if offer.state is not LinkState.OPEN:
            return self._spent(offer.state)
        return self._answer(
            "resident/confirm.html",
            status=422 if errors else 200,
            action=f"/r/{token}",
            address=offer.address,
            registered=offer.registered,
            choices=offer.choices,
            errors=errors or {},
        )

    def _preferences(
        self,
        number: int,
        subscriber: Subscriber | None,
        choices: Choices,
        *,
        saved: bool = False,
        errors: dict[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        if subscriber is None or not _is_active(subscriber):
            reason = None if subscriber is None or subscriber.address is None else subscriber.reason
            return self._answer("resident/not-registered.html", status=status, reason=reason, terms=self._terms)
        return self._answer(
            "resident/preferences.html",
            status=status,
            action=f"/me/{self._keyring.sign(PREFERENCES, number)}",
            stop=f"/stop/{self._keyring.sign(STOP, number)}",
            address=_hinted(subscriber),
            choices=choices,
            saved=saved,
            errors=errors or {},
        )

    def _stopped(self, *, already: bool) -> Response:
        return self._answer("resident/stopped.html", already=already, terms=self._terms)

    def _spent(self, state: LinkState) -> Response:
        template, status = _SPENT[state]
        return self._answer(template, status=status)

    def _answer(self, template: str, *, status: int = 200, **context: object) -> Response:
        return self._pages.answer(template, status=status, headers=PERSONAL, **context)

    def _in_words(self, choices: Choices) -> dict[str, list[str]]:
        """The labels of what was chosen; empty means all."""
        return {
            "topics": [topic.label for topic in self._town.topics if topic.key in choices.topics],
            "areas": [area.label for area in self._town.areas if area.key in choices.areas],
        }


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
