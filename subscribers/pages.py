"""The residents' pages that are the same for everyone: the first page and the form."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from foundation.addresses import Address, AddressInvalid
from foundation.clock import Clock
from foundation.database import Database
from foundation.languages import Language
from foundation.routes import take_in
from foundation.spoken_pages import AReader, Reader, SpokenPages
from foundation.tokens import Keyring
from mailer.answer_caps import Leave, Road
from subscribers import invitation_fate
from subscribers.entry_code import EntryCode, PlaceInvalid, checked_place
from subscribers.filter_help import FilterHelp, help_for, load_filter_help
from subscribers.headline import Headline
from subscribers.page_circle import CirclePages
from subscribers.page_headers import KEPT, PERSONAL, PUBLIC
from subscribers.page_help import HelpPages
from subscribers.page_lost import LostPages
from subscribers.page_offer import OfferPages
from subscribers.page_own_circles import OwnCircles
from subscribers.page_own_ways import OwnWays
from subscribers.page_personal import PersonalDesk, Terms
from subscribers.page_preferences import PersonalPages
from subscribers.places import Places
from subscribers.print_pages import PrintPages
from subscribers.registration import Registration, Request
from subscribers.town import Town


@dataclass(frozen=True)
class ResidentPages:
    """`terms` are the rules in force as residents are told them; `latest` gives the newest bulletins."""

    database: Database
    clock: Clock
    pages: SpokenPages
    registration: Registration
    keyring: Keyring
    town: Town
    mail_domain: str
    terms: Terms
    latest: Callable[[], Sequence[Headline]] = tuple
    filter_help: Sequence[FilterHelp] = field(default_factory=load_filter_help)

    def router(self) -> APIRouter:
        """The personal pages included."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/", self.front, methods=["GET"])
        router.add_api_route("/register", self.register, methods=["POST"])
        router.add_api_route("/register", self.back, methods=["GET"])
        router.add_api_route("/register/{ticket}", self.fate, methods=["GET"])
        take_in(router, self._printed().router())
        desk = PersonalDesk(
            self.database,
            self.clock,
            self.pages,
            self.registration,
            self.keyring,
            self.town,
            self.terms,
        )
        own_ways = OwnWays(self.database, self.clock, self.pages, keyring=self.keyring, town=self.town)
        lost = LostPages(self.database, self.clock, self.pages, self.registration)
        circle = CirclePages(self.database, self.clock, self.pages, self.registration, self.mail_domain)
        personal = (OfferPages(desk), PersonalPages(desk), OwnCircles(desk), own_ways)
        others = (*personal, circle, lost, HelpPages(self.pages, self.filter_help))
        take_in(router, *(each.router() for each in others))
        return router

    def front(self, reader: AReader, place: str = "") -> Response:
        """With `?place=`, the entry address and the form name that place."""
        return self._front(reader, place)

    def register(
        self,
        reader: AReader,
        address: Annotated[str, Form()] = "",
        place: Annotated[str, Form()] = "",
        message: Annotated[str, Form()] = "",
    ) -> Response:
        """The same answer for known and unknown addresses, for those that had their letters for now, and for whoever
        fills the field that people do not see."""
        reader = reader.at("/", place=_place_or_none(place) or "")
        try:
            parsed = Address.parse(address)
        except AddressInvalid as fault:
            errors = {"address": self.pages.sentence(str(fault), reader=reader)}
            return self._front(reader, place, address=address, errors=errors, status=422)
        if message:
            return self._sent(reader, parsed, invitation_fate.empty_ticket(self.keyring))
        request = Request(parsed, place=_place_or_none(place), language=reader.asked, road=Road.WEB)
        at = self.clock.now()
        with self.database.write() as session:
            leave = self.registration.invite(session, request, at=at)
            ticket = invitation_fate.ticket(session, self.keyring, parsed.text, at=at)
        if leave is Leave.LATER:
            later = {**PERSONAL, "Retry-After": "60"}
            return self.pages.answer("resident/busy.html", reader=reader, status=503, headers=later)
        return self._sent(reader, parsed, ticket)

    def back(self, reader: AReader) -> Response:
        """For a reader who reloads what a form led to."""
        return RedirectResponse(reader.keep("/"), status_code=303, headers=dict(PUBLIC))

    def fate(self, reader: AReader, ticket: str) -> Response:
        """What became of the letter that this form asked for."""
        with self.database.read() as session:
            fate = invitation_fate.fate(session, self.keyring, ticket, at=self.clock.now())
        if fate is None:
            return self.pages.answer("resident/link-unknown.html", reader=reader, status=404, headers=PERSONAL)
        here = reader.keep(f"/register/{ticket}")
        return self.pages.answer("resident/register-fate.html", reader=reader, headers=PERSONAL, fate=fate, here=here)

    def _sent(self, reader: Reader, address: Address, ticket: str) -> Response:
        fate, service = reader.keep(f"/register/{ticket}"), help_for(address.domain, self.filter_help)
        template, told = "resident/register-sent.html", address.text
        return self.pages.answer(template, reader=reader, headers=PERSONAL, address=told, fate=fate, service=service)

    def _printed(self) -> PrintPages:
        return PrintPages(
            self.database,
            self.pages,
            Places(self.town),
            mail_domain=self.mail_domain,
            public_url=self.registration.stationery.public_url,
            terms=self.terms,
        )

    def _has_paper(self, place: str) -> bool:
        """A mail to any place is taken; paper is made for those of the ledger alone."""
        with self.database.read() as session:
            known = Places(self.town).find(session, place)
        return known is not None and known.active

    def _front(
        self,
        reader: Reader,
        place: str,
        *,
        address: str = "",
        errors: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        headlines = self.latest()
        named = _place_or_none(place)
        return self.pages.answer(
            "resident/front.html",
            reader=reader,
            status=status,
            headers=PERSONAL if errors else KEPT,
            entry=EntryCode(self.mail_domain, named, reader.asked or Language.JAPANESE),
            paper_place=named if named and self._has_paper(named) else "",
            terms=self.terms,
            services=self.filter_help,
            headlines=[(one, one.at.astimezone(self.town.zone).date()) for one in headlines],
            address=address[:254],
            errors=errors or {},
        )


def _place_or_none(text: str) -> str | None:
    """A place only counts where registrations come from, so a strange one must keep nobody from registering."""
    try:
        return checked_place(text)
    except PlaceInvalid:
        return None
