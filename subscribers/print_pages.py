"""QR codes, and the pages that are printed and handed out or hung up: leaflet, poster, card, each for one place."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from foundation.database import Database
from foundation.languages import Language
from foundation.spoken_pages import AReader, Reader, SpokenPages
from subscribers.entry_code import EntryCode, PlaceInvalid, PrintedOn, checked_place
from subscribers.page_headers import KEPT, PUBLIC
from subscribers.page_personal import Terms
from subscribers.places import KnownPlace, Places

CARDS_A_SHEET = 10
# A printed code never changes; a day lets browsers and proxies keep it.
_KEPT_FOR_A_DAY = {"Cache-Control": "public, max-age=86400"}


@dataclass(frozen=True)
class PrintPages:
    """A code is drawn for any word that can be a place, as mails to it are taken; paper is made only for a place in the
    ledger."""

    database: Database
    pages: SpokenPages
    places: Places
    mail_domain: str
    public_url: str
    terms: Terms

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        for path, call in (
            ("/entry.svg", self.entry_svg),
            ("/entry.png", self.entry_png),
            ("/leaflet", self.leaflet),
            ("/poster", self.poster),
            ("/card", self.card),
        ):
            router.add_api_route(path, call, methods=["GET"])
        return router

    def entry_svg(self, reader: AReader, place: str = "", on: str = "") -> Response:
        return self._picture(reader, place, partial(EntryCode.svg, on=PrintedOn.of(on)), "image/svg+xml")

    def entry_png(self, reader: AReader, place: str = "", on: str = "") -> Response:
        return self._picture(reader, place, partial(EntryCode.png, on=PrintedOn.of(on)), "image/png")

    def leaflet(self, reader: AReader, place: str = "") -> Response:
        return self._printed(reader, "leaflet", place)

    def poster(self, reader: AReader, place: str = "", size: str = "") -> Response:
        """`size=a3`; A4 for anything else."""
        return self._printed(reader, "poster", place, is_a3=size.lower() == "a3")

    def card(self, reader: AReader, place: str = "") -> Response:
        return self._printed(reader, "card", place)

    def _printed(self, reader: Reader, name: str, place: str, *, is_a3: bool = False) -> Response:
        """Readings above the words would not fit onto a card, so plain Japanese has the Japanese paper."""
        asked = None if reader.asked is Language.PLAIN_JAPANESE else reader.asked
        try:
            code = EntryCode(self.mail_domain, checked_place(place), asked or Language.JAPANESE)
        except PlaceInvalid as fault:
            return self._refused(reader, fault)
        known: KnownPlace | None = None
        if code.place is not None:
            with self.database.read() as session:
                known = self.places.find(session, code.place)
            if known is None or not known.active:
                return self.pages.answer("resident/no-such-place.html", reader=reader, status=404, headers=PUBLIC)
        return self.pages.answer(
            f"paper/{name}.html",
            reader=replace(reader, asked=asked),
            headers=KEPT,
            entry=code,
            place_name=known.label if known else "",
            terms=self.terms,
            public_url=self.public_url,
            is_a3=is_a3,
            cards=CARDS_A_SHEET,
        )

    def _picture(self, reader: Reader, place: str, draw: Callable[[EntryCode], bytes], media_type: str) -> Response:
        try:
            code = EntryCode(self.mail_domain, checked_place(place), reader.asked or Language.JAPANESE)
        except PlaceInvalid as fault:
            return self._refused(reader, fault)
        return Response(draw(code), media_type=media_type, headers={**PUBLIC, **_KEPT_FOR_A_DAY})

    def _refused(self, reader: Reader, fault: PlaceInvalid) -> Response:
        return self.pages.answer("resident/refused.html", reader=reader, status=400, headers=PUBLIC, reason=str(fault))
