"""What a resident does behind their own links besides choosing: the language, a pause, leaving taken back, and why.

Each is a form of one button. What changes the register answers by leading back to the page that shows it.
"""

from typing import Annotated

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from foundation import ledger
from foundation.clock import Clock
from foundation.database import Database
from foundation.languages import Language
from foundation.ledger import Deed
from foundation.spoken_pages import NOBODY, AReader, Reader, SpokenPages
from foundation.tokens import Keyring
from subscribers import leaving, leaving_reasons, pausing
from subscribers.leaving_reasons import Why
from subscribers.links import PREFERENCES, STOP
from subscribers.page_headers import PERSONAL
from subscribers.tables import Subscriber, SubscriberState
from subscribers.town import Town


class OwnWays:
    """Whoever holds the link is the resident; a token of one purpose opens none of the other's."""

    def __init__(self, database: Database, clock: Clock, pages: SpokenPages, *, keyring: Keyring, town: Town) -> None:
        self._database = database
        self._clock = clock
        self._pages = pages
        self._keyring = keyring
        self._town = town

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/me/{token}/language", self.speak, methods=["POST"])
        router.add_api_route("/me/{token}/pause", self.pause, methods=["POST"])
        router.add_api_route("/me/{token}/resume", self.resume, methods=["POST"])
        router.add_api_route("/stop/{token}/undo", self.take_back, methods=["POST"])
        router.add_api_route("/stop/{token}/why", self.say_why, methods=["POST"])
        # Where a form led, a reader who reloads the page comes by GET.
        for way in ("language", "pause", "resume"):
            router.add_api_route(f"/me/{{token}}/{way}", self.back_to_me, methods=["GET"])
        for way in ("undo", "why"):
            router.add_api_route(f"/stop/{{token}}/{way}", self.back_to_stop, methods=["GET"])
        return router

    def speak(self, reader: AReader, token: str, language: Annotated[str, Form()] = "") -> Response:
        if language not in set(Language):
            return _back(reader, "me", token)
        with self._database.write() as session:
            subscriber = self._active(session, token)
            if subscriber is not None and subscriber.language != language:
                subscriber.language = language
                deed = Deed("resident", "subscriber.changed", f"subscriber:{subscriber.id}")
                ledger.write(session, deed, at=self._clock.now())
        return _back(NOBODY, "me", token, done="language")

    def pause(self, reader: AReader, token: str, weeks: Annotated[str, Form()] = "") -> Response:
        at, offered = self._clock.now(), {str(each): each for each in pausing.WEEKS}
        if weeks not in offered:
            return _back(reader, "me", token)
        with self._database.write() as session:
            subscriber = self._active(session, token)
            if subscriber is not None:
                until = pausing.end_of(offered[weeks], self._town.zone, at=at)
                pausing.pause(session, subscriber, until, at=at)
        return _back(reader, "me", token, done="paused")

    def resume(self, reader: AReader, token: str) -> Response:
        with self._database.write() as session:
            subscriber = self._active(session, token)
            if subscriber is not None:
                pausing.resume(session, subscriber, at=self._clock.now())
        return _back(reader, "me", token, done="resumed")

    def back_to_me(self, reader: AReader, token: str) -> Response:
        return _back(reader, "me", token)

    def back_to_stop(self, reader: AReader, token: str) -> Response:
        return _back(reader, "stop", token)

    def take_back(self, reader: AReader, token: str) -> Response:
        at, number = self._clock.now(), self._keyring.read(STOP, token)
        if number is None:
            return self._answer("resident/link-unknown.html", reader, status=404)
        with self._database.write() as session:
            subscriber = session.get(Subscriber, number, with_for_update=True)
            if subscriber is not None:
                leaving.take_back(session, subscriber, at=at)
            is_active = subscriber is not None and subscriber.state == SubscriberState.ACTIVE
        if not is_active:
            return self._answer(
                "resident/too-late.html", reader.at(f"/stop/{token}"), _language_of(subscriber), status=409
            )
        me = f"/me/{self._keyring.sign(PREFERENCES, number)}"
        return self._answer("resident/taken-back.html", reader.at(me), _language_of(subscriber), me=reader.keep(me))

    def say_why(self, reader: AReader, token: str, why: Annotated[str, Form()] = "") -> Response:
        at, number = self._clock.now(), self._keyring.read(STOP, token)
        if number is None:
            return self._answer("resident/link-unknown.html", reader, status=404)
        with self._database.write() as session:
            subscriber = session.get(Subscriber, number, with_for_update=True)
            answer = Why.of(why)
            if subscriber is not None and answer is not None:
                leaving_reasons.say(session, subscriber, answer, self._town.zone, at=at)
            undo = reader.keep(f"/stop/{token}/undo") if leaving.may_take_back(subscriber, at=at) else ""
        return self._answer("resident/thanked.html", reader.at(f"/stop/{token}"), _language_of(subscriber), undo=undo)

    def _active(self, session: Session, token: str) -> Subscriber | None:
        """The resident, held until the transaction ends; None also for one that gets no mail."""
        number = self._keyring.read(PREFERENCES, token)
        subscriber = session.get(Subscriber, number, with_for_update=True) if number is not None else None
        is_active = subscriber is not None and subscriber.state == SubscriberState.ACTIVE
        return subscriber if is_active else None

    def _answer(
        self,
        template: str,
        reader: Reader,
        usual: Language = Language.JAPANESE,
        *,
        status: int = 200,
        **context: object,
    ) -> Response:
        return self._pages.answer(template, reader=reader, usual=usual, status=status, headers=PERSONAL, **context)


def _language_of(subscriber: Subscriber | None) -> Language:
    return Language.of(subscriber.language if subscriber is not None else None)


def _back(reader: Reader, page: str, token: str, *, done: str = "") -> Response:
    """Only what may stand in a token is led to: a stranger's words do not come into an address."""
    clean = token if token.isalnum() and token.isascii() and len(token) <= 64 else "unknown"
    address = f"/{page}/{clean}" + (f"?done={done}" if done else "")
    return RedirectResponse(reader.keep(address), status_code=303, headers=dict(PERSONAL))
