"""The pages behind a resident's own links on which they choose, and leave. GET changes nothing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import Response

from foundation import ledger
from foundation.ledger import Deed
from foundation.spoken_pages import AReader, Reader
from mailer import bounce_facts
from mailer.bounce_report.bounce_class import BounceClass
from subscribers import leaving, pausing
from subscribers.choices import Choices, ChoiceUnknown, choose, chosen
from subscribers.links import PREFERENCES, STOP
from subscribers.page_personal import NOT_OFFERED, PersonalDesk, language_of
from subscribers.tables import StopReason, Subscriber, SubscriberState

_LATELY = timedelta(days=30)
_BY_FILTERS = (BounceClass.FILTERED, BounceClass.BLOCKED)
# What the page may say it has done; other words of an address are passed over.
_DONE = ("language", "paused", "resumed", "left-circle", "listed", "unlisted")

Ticked = Annotated[list[str], Form(default_factory=list)]


@dataclass(frozen=True)
class PersonalPages:
    desk: PersonalDesk

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/me/{token}", self.preferences, methods=["GET"])
        router.add_api_route("/me/{token}", self.prefer, methods=["POST"])
        router.add_api_route("/stop/{token}", self.ask_to_stop, methods=["GET"])
        router.add_api_route("/stop/{token}", self.stop, methods=["POST"])
        return router

    def preferences(self, reader: AReader, token: str, done: str = "") -> Response:
        number = self.desk.keyring.read(PREFERENCES, token)
        if number is None:
            return self.desk.spent(reader)
        with self.desk.database.read() as session:
            subscriber = session.get(Subscriber, number)
            return self._shown(session, reader, number, subscriber, done=done if done in _DONE else "")

    def prefer(self, reader: AReader, token: str, topic: Ticked, area: Ticked) -> Response:
        number = self.desk.keyring.read(PREFERENCES, token)
        if number is None:
            return self.desk.spent(reader)
        with self.desk.database.write() as session:
            subscriber = session.get(Subscriber, number, with_for_update=True)
            try:
                choices = Choices.of(self.desk.town, topic, area)
            except ChoiceUnknown:
                return self._shown(session, reader, number, subscriber, fault=NOT_OFFERED, status=422)
            if subscriber is None or not _is_active(subscriber) or not subscriber.in_city_list:
                return self._shown(session, reader, number, subscriber, status=409)
            self._change(session, subscriber, choices)
            return self._shown(session, reader, number, subscriber, done="saved")

    def ask_to_stop(self, reader: AReader, token: str) -> Response:
        number = self.desk.keyring.read(STOP, token)
        if number is None:
            return self.desk.spent(reader)
        with self.desk.database.read() as session:
            subscriber = session.get(Subscriber, number)
            circles = self.desk.registration.circles.of(session, number)
        if _has_left(subscriber):
            return self.desk.stopped(reader, token, subscriber, already=True)
        usual, address = language_of(subscriber), _hinted(subscriber)
        me = reader.keep(f"/me/{self.desk.keyring.sign(PREFERENCES, number)}")
        return self.desk.answer("resident/stop.html", reader, usual, address=address, circles=circles, me=me)

    def stop(self, reader: AReader, token: str) -> Response:
        """The body is not read: a button's form and RFC 8058's `List-Unsubscribe=One-Click` mean the same."""
        number = self.desk.keyring.read(STOP, token)
        if number is None:
            return self.desk.spent(reader)
        with self.desk.database.write() as session:
            subscriber = session.get(Subscriber, number, with_for_update=True)
            already = _has_left(subscriber)
            leaving.stop(session, number, StopReason.LEFT, by="resident", at=self.desk.clock.now())
        return self.desk.stopped(reader, token, subscriber, already=already)

    def _change(self, session: Session, subscriber: Subscriber, choices: Choices) -> None:
        choose(session, subscriber, choices)
        deed = Deed("resident", "subscriber.changed", f"subscriber:{subscriber.id}")
        ledger.write(session, deed, at=self.desk.clock.now())

    def _shown(
        self,
        session: Session,
        reader: Reader,
        number: int,
        subscriber: Subscriber | None,
        *,
        done: str = "",
        fault: str = "",
        status: int = 200,
    ) -> Response:
        usual, desk = language_of(subscriber), self.desk
        if subscriber is None or not _is_active(subscriber):
            reason = None if subscriber is None or subscriber.address is None else subscriber.reason
            template = "resident/not-registered.html"
            undo = desk.undo(reader, desk.keyring.sign(STOP, number), subscriber)
            return desk.answer(template, reader, usual, status=status, reason=reason, terms=desk.terms, undo=undo)
        return desk.answer(
            "resident/preferences.html",
            reader,
            usual,
            status=status,
            ways=desk.ways(reader, number),
            address=_hinted(subscriber),
            in_city_list=subscriber.in_city_list,
            circles=desk.registration.circles.of(session, number),
            is_held=desk.registration.circles.is_held(session, number),
            choices=chosen(session, number),
            done=done,
            filtered=not done and _is_filtered(session, number, at=desk.clock.now()),
            errors=desk.errors(fault, reader, usual),
            spoken=usual,
            weeks=pausing.WEEKS,
            paused_until=self._paused_until(subscriber),
        )

    def _paused_until(self, subscriber: Subscriber) -> date | None:
        """The day on which mail comes again; None without a pause."""
        if not pausing.is_paused(subscriber, at=self.desk.clock.now()) or subscriber.paused_until is None:
            return None
        return subscriber.paused_until.astimezone(self.desk.town.zone).date()


def _is_filtered(session: Session, number: int, *, at: datetime) -> bool:
    """Whether the newest refusal of late says that a filter keeps our mail away."""
    facts = bounce_facts.facts_about(session, number)
    return bool(facts) and facts[-1].handed_at > at - _LATELY and facts[-1].bounce_class in _BY_FILTERS


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
