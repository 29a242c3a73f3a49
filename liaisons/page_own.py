"""A liaison's own page: what is held of them, corrected by themselves; rest and end by one button, no reason asked."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from foundation.clock import Clock
from foundation.database import Database
from foundation.spoken_pages import SpokenPages
from foundation.tokens import Keyring
from liaisons import entry, life, mail_side, own_page, register
from liaisons.entry import EntryForm, EntryUnfit
from liaisons.life import BY_THEMSELVES, WrongMove
from liaisons.personal_link import LIAISON
from liaisons.tables import ConsentWay, Liaison, Way
from liaisons.typed_entry import TypedEntry
from mailer.answer_caps import Leave
from subscribers import pausing
from subscribers.page_headers import PERSONAL
from subscribers.stationery import Stationery

OWN = "/liaison/own/{token}"
ASK_FOR_IT = "/liaison/{token}/own-page"
# What the page may say it has done; other words of an address are passed over.
_DONE = ("corrected", "rested", "resumed")


class OwnPages:
    """Whoever holds the link is the liaison; it is over after a day."""

    def __init__(
        self, database: Database, clock: Clock, pages: SpokenPages, *, stationery: Stationery, keyring: Keyring
    ) -> None:
        self._database = database
        self._clock = clock
        self._pages = pages
        self._stationery = stationery
        self._keyring = keyring
        self._town = stationery.town

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route(ASK_FOR_IT, self.ask_for_it, methods=["POST"])
        router.add_api_route(OWN, self.show, methods=["GET"])
        router.add_api_route(OWN, self.correct, methods=["POST"])
        for way, step in (("rest", self.rest), ("resume", self.resume), ("end", self.end)):
            router.add_api_route(f"{OWN}/{way}", step, methods=["POST"])
            router.add_api_route(f"{OWN}/{way}", self.back, methods=["GET"])
        return router

    def ask_for_it(self, token: str) -> Response:
        """The button on the page behind a personal link; the answer is the same whoever presses it."""
        number, leave = self._keyring.read(LIAISON, token), Leave.NO
        if number is not None:
            with self._database.write() as session:
                at = self._clock.now()
                leave = own_page.send_link(session, self._stationery, self._keyring, number, at=at)
        if leave is Leave.LATER:
            later = {**PERSONAL, "Retry-After": "60"}
            return self._pages.answer("resident/busy.html", status=503, headers=later)
        return self._answer("liaison/own-sent.html", hours=own_page.HOURS)

    def show(self, token: str, done: str = "") -> Response:
        with self._database.read() as session:
            liaison = own_page.owner(session, token, at=self._clock.now())
            return self._show(session, liaison, token, done=done if done in _DONE else "")

    def correct(self, token: str, typed: TypedEntry) -> Response:
        at = self._clock.now()
        with self._database.write() as session:
            liaison = own_page.owner(session, token, at=at)
            if liaison is None:
                return self._gone()
            # The address is not in their form: a liaison who gets mail keeps the one at which they read this.
            address = mail_side.address_of(session, liaison)
            try:
                taken = entry.read(entry.with_address(typed, address), self._town)
            except EntryUnfit as fault:
                return self._show(session, liaison, token, typed=typed, errors=fault.errors)
            register.correct(session, liaison.id, taken, BY_THEMSELVES, at=at)
        return _back(token, "corrected")

    def rest(self, token: str, weeks: Annotated[str, Form()] = "") -> Response:
        offered = {str(each): each for each in pausing.WEEKS}
        if weeks not in offered:
            return _back(token)
        at = self._clock.now()
        until = pausing.end_of(offered[weeks], self._town.zone, at=at)
        return self._step(
            token, "rested", lambda session, number: register.rest(session, number, BY_THEMSELVES, until=until, at=at)
        )

    def resume(self, token: str) -> Response:
        at = self._clock.now()
        return self._step(
            token, "resumed", lambda session, number: register.resume(session, number, BY_THEMSELVES, at=at)
        )

    def end(self, token: str) -> Response:
        at = self._clock.now()
        with self._database.write() as session:
            liaison = own_page.owner(session, token, at=at)
            if liaison is None:
                return self._gone()
            register.end(session, liaison.id, BY_THEMSELVES, at=at)
        return self._answer("liaison/own-ended.html")

    def back(self, token: str) -> Response:
        """For a reader who reloads what a button led to."""
        return _back(token)

    def _step(self, token: str, done: str, step: Callable[[Session, int], None]) -> Response:
        try:
            with self._database.write() as session:
                liaison = own_page.owner(session, token, at=self._clock.now())
                if liaison is None:
                    return self._gone()
                step(session, liaison.id)
        except WrongMove:  # not active yet, and the page offers no such button
            return _back(token)
        return _back(token, done)

    def _show(
        self,
        session: Session,
        liaison: Liaison | None,
        token: str,
        *,
        done: str = "",
        typed: EntryForm | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        if liaison is None:
            return self._gone()
        at, areas = self._clock.now(), life.areas_of(session, liaison.id)
        until = liaison.resting_until if life.is_resting(liaison, at=at) else None
        return self._answer(
            "liaison/own.html",
            status=422 if errors else 200,
            url=f"/liaison/own/{token}",
            liaison=liaison,
            areas=[area.label for area in self._town.areas if area.key in areas],
            address=own_page.address_hint(session, liaison),
            form=typed or entry.form_of(liaison, areas, ""),
            errors=errors or {},
            done=done,
            ways=[(way.value, way.label) for way in Way],
            area_choices=[(area.key, area.label) for area in self._town.areas],
            way_label=Way(liaison.way).label,
            consent_way=ConsentWay(liaison.consent_way).label if liaison.consent_way else "",
            consented_on=liaison.consented_at.astimezone(self._town.zone).date() if liaison.consented_at else None,
            asked_on=liaison.asked_at.astimezone(self._town.zone).date(),
            active_on=liaison.active_at.astimezone(self._town.zone).date() if liaison.active_at else None,
            is_active=liaison.state == "active",
            resting_until=until.astimezone(self._town.zone).date() if until else None,
            weeks=pausing.WEEKS,
            longest=entry.LONGEST,
        )

    def _gone(self) -> Response:
        return self._answer("liaison/own-gone.html", status=404, hours=own_page.HOURS)

    def _answer(self, template: str, *, status: int = 200, **context: object) -> Response:
        return self._pages.in_japanese.answer(template, status=status, headers=PERSONAL, **context)


def _back(token: str, done: str = "") -> Response:
    """Only what may stand in a token is led to: a stranger's words do not come into an address."""
    clean = token if token.isalnum() and token.isascii() and len(token) <= 64 else "unknown"
    where = f"/liaison/own/{clean}" + (f"?done={done}" if done else "")
    return RedirectResponse(where, status_code=303, headers=dict(PERSONAL))
