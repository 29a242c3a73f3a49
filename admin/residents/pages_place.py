"""The page of one place: its code, what hangs there or was handed out, and who registered after it."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.console_page import go, me_of
from admin.frame.form_reading import Posted, number, page_key, posted
from admin.people.roles import Role
from admin.residents.bar_chart import bars
from admin.residents.place_desk import AT_PLACE, PlaceDesk, address_of
from admin.residents.place_report import MOST_PLACEMENTS, day_words, place_past
from foundation.tokens import random_token
from subscribers import placements
from subscribers.entry_code import EntryCode
from subscribers.placements import Occasion, Placement, PlacementForm, Sheet
from subscribers.places import UnknownPlace

Form = Annotated[Posted, Depends(posted)]

SHEETS = tuple((sheet.value, sheet.label) for sheet in Sheet)
OCCASIONS = tuple((occasion.value, occasion.label) for occasion in Occasion)


class PlacePages:
    def __init__(self, desk: PlaceDesk) -> None:
        self._desk = desk

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, writes = self._desk.page.needs(Role.VIEWER), self._desk.page.needs(Role.DRAFTER)
        router.add_api_route(AT_PLACE, self.show, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{AT_PLACE}/placements", self.note, methods=["POST"], dependencies=writes)
        router.add_api_route(
            f"{AT_PLACE}/placements/{{placement_id}}/take-back", self.take_back, methods=["POST"], dependencies=writes
        )
        return router

    def show(self, request: Request, place_key: str) -> Response:
        return self._show(request, place_key, PlacementForm(day=self._desk.today().isoformat()))

    def note(self, request: Request, place_key: str, form: Form) -> Response:
        """A form that comes in twice is noted once."""
        typed = PlacementForm(
            *(form.text(name).strip()[:1000] for name in ("sheet", "number", "day", "occasion", "note"))
        )
        read, once = typed.read(place_key, today=self._desk.today()), page_key(form.text("once"))
        if not isinstance(read, Placement):
            return self._show(request, place_key, typed, errors=read)
        try:
            with self._desk.database.write() as session:
                self._desk.places.known(session, place_key)
                me, at = me_of(request), self._desk.clock.now()
                placements.note(session, read, me, once_key=once or random_token(), at=at)
        except UnknownPlace:
            return self._desk.missing(request)
        return go(address_of(place_key), "placement-noted")

    def take_back(self, request: Request, place_key: str, placement_id: str) -> Response:
        with self._desk.database.write() as session:
            known = self._desk.places.find(session, place_key)
            if known is not None:
                me, at = me_of(request), self._desk.clock.now()
                placements.take_back(session, number(placement_id) or 0, place_key, me, at=at)
        return go(address_of(place_key), "placement-taken-back") if known else self._desk.missing(request)

    def _show(
        self, request: Request, key: str, typed: PlacementForm, *, errors: Mapping[str, str] | None = None
    ) -> Response:
        with self._desk.database.read() as session:
            place = self._desk.places.find(session, key)
            if place is None:
                return self._desk.missing(request)
            past = place_past(session, self._desk.places, key, at=self._desk.clock.now())
        names = [f"{first.month}月" for first in past.firsts]
        return self._desk.page.show(
            request,
            "place",
            here="subscribers",
            status=422 if errors else 200,
            known=place,
            past=past,
            drawn=bars(past.months, names, largest=max(past.months)),
            entry=EntryCode(self._desk.mail_domain, key),
            form=typed,
            once=random_token(),
            sheets=SHEETS,
            occasions=OCCASIONS,
            sheet=Sheet,
            occasion=Occasion,
            most=MOST_PLACEMENTS,
            day_words=day_words,
            errors=errors or {},
        )
