"""The page for whoever lost their links: they are mailed again, and the page says the same whoever asks."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from foundation.addresses import Address, AddressInvalid
from foundation.clock import Clock
from foundation.database import Database
from foundation.spoken_pages import AReader, Reader, SpokenPages
from mailer.answer_caps import Leave
from subscribers.lost_links import mail_links
from subscribers.page_headers import PERSONAL, PUBLIC
from subscribers.registration import Registration


class LostPages:
    """`message` is the field that people do not see; whoever fills it gets the usual answer, and nothing happens."""

    def __init__(self, database: Database, clock: Clock, pages: SpokenPages, registration: Registration) -> None:
        self._database = database
        self._clock = clock
        self._pages = pages
        self._registration = registration

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/lost", self.ask, methods=["GET"])
        router.add_api_route("/lost", self.send, methods=["POST"])
        return router

    def ask(self, reader: AReader) -> Response:
        return self._form(reader, "", {})

    def send(
        self, reader: AReader, address: Annotated[str, Form()] = "", message: Annotated[str, Form()] = ""
    ) -> Response:
        try:
            parsed = Address.parse(address)
        except AddressInvalid as fault:
            return self._form(reader, address[:254], {"address": self._pages.sentence(str(fault), reader=reader)})
        if not message:
            with self._database.write() as session:
                leave = mail_links(session, self._registration, parsed, at=self._clock.now())
            if leave is Leave.LATER:
                later = {**PERSONAL, "Retry-After": "60"}
                return self._pages.answer("resident/busy.html", reader=reader, status=503, headers=later)
        return self._pages.answer("resident/lost-sent.html", reader=reader, headers=PERSONAL, address=parsed.text)

    def _form(self, reader: Reader, address: str, errors: Mapping[str, str]) -> Response:
        return self._pages.answer(
            "resident/lost.html",
            reader=reader,
            status=422 if errors else 200,
            headers=PERSONAL if errors else PUBLIC,
            address=address,
            errors=errors,
        )
