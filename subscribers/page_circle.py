"""The page behind a circle's QR code: who passes on what, and two ways to ask for the link that joins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from foundation.addresses import Address, AddressInvalid
from foundation.clock import Clock
from foundation.database import Database
from foundation.languages import Language
from foundation.spoken_pages import AReader, Reader, SpokenPages
from mailer.answer_caps import Leave, Road
from subscribers import invitation_fate
from subscribers.circle_book import CircleSign
from subscribers.entry_code import EntryCode
from subscribers.page_headers import PERSONAL
from subscribers.registration import Registration, Request

Word = Annotated[str, Form()]


@dataclass(frozen=True)
class CirclePages:
    """Whoever has the code may ask; a code that leads nowhere is answered alike, be it closed or made up."""

    database: Database
    clock: Clock
    pages: SpokenPages
    registration: Registration
    mail_domain: str

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/c/{code}", self.show, methods=["GET"])
        router.add_api_route("/c/{code}", self.ask, methods=["POST"])
        return router

    def show(self, reader: AReader, code: str) -> Response:
        circle = self._find(code)
        return self._unknown(reader) if circle is None else self._shown(reader, circle)

    def ask(self, reader: AReader, code: str, address: Word = "", message: Word = "") -> Response:
        """The same answer for known and unknown addresses, and for whoever fills the field that people do not see."""
        circle, at = self._find(code), self.clock.now()
        if circle is None:
            return self._unknown(reader)
        try:
            parsed = Address.parse(address)
        except AddressInvalid as fault:
            errors = {"address": self.pages.sentence(str(fault), reader=reader)}
            return self._shown(reader, circle, address=address, errors=errors, status=422)
        if message:
            return self._sent(reader, circle, parsed, invitation_fate.empty_ticket(self.registration.keyring))
        request = Request(parsed, circle=circle.code, language=reader.asked, road=Road.WEB)
        with self.database.write() as session:
            leave = self.registration.invite(session, request, at=at)
            ticket = invitation_fate.ticket(session, self.registration.keyring, parsed.text, at=at)
        if leave is Leave.LATER:
            later = {**PERSONAL, "Retry-After": "60"}
            return self.pages.answer("resident/busy.html", reader=reader, status=503, headers=later)
        return self._sent(reader, circle, parsed, ticket)

    def _find(self, code: str) -> CircleSign | None:
        with self.database.read() as session:
            return self.registration.circles.find(session, code.lower())

    def _sent(self, reader: Reader, circle: CircleSign, address: Address, ticket: str) -> Response:
        fate, again = reader.keep(f"/register/{ticket}"), reader.keep(f"/c/{circle.code}")
        return self.pages.answer(
            "resident/register-sent.html",
            reader=reader.at(f"/c/{circle.code}"),
            headers=PERSONAL,
            address=address.text,
            fate=fate,
            again=again,
        )

    def _shown(
        self,
        reader: Reader,
        circle: CircleSign,
        *,
        address: str = "",
        errors: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        entry = EntryCode(self.mail_domain, language=reader.asked or Language.JAPANESE, circle=circle.code)
        return self.pages.answer(
            "resident/circle.html",
            reader=reader.at(f"/c/{circle.code}"),
            status=status,
            headers=PERSONAL,
            circle=circle,
            entry=entry,
            address=address[:254],
            errors=errors or {},
        )

    def _unknown(self, reader: Reader) -> Response:
        return self.pages.answer("resident/no-such-circle.html", reader=reader.at("/"), status=404, headers=PERSONAL)
