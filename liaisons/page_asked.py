"""The page behind the letter that asks somebody to be a liaison. GET changes nothing; either answer is one button."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from foundation.clock import Clock
from foundation.database import Database
from foundation.spoken_pages import SpokenPages
from liaisons.asking import AskedState, Asking
from liaisons.mail_side import AddressTaken
from subscribers.page_headers import PERSONAL

ASKED = "/liaison/asked/{token}"
_YES, _NO = "yes", "no"
_STATUS = {AskedState.OPEN: 200, AskedState.ANSWERED: 410, AskedState.EXPIRED: 410, AskedState.UNKNOWN: 404}


class AskedPages:
    def __init__(self, database: Database, clock: Clock, pages: SpokenPages, asking: Asking) -> None:
        self._database = database
        self._clock = clock
        self._pages = pages
        self._asking = asking

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route(ASKED, self.show, methods=["GET"])
        router.add_api_route(ASKED, self.answer, methods=["POST"])
        return router

    def show(self, token: str) -> Response:
        with self._database.read() as session:
            state = self._asking.state(session, token, at=self._clock.now())
        return self._show(state)

    def answer(self, token: str, answer: Annotated[str, Form()] = "", version: Annotated[str, Form()] = "") -> Response:
        """Who read other words than those in force is shown these first: a consent is one to what was read."""
        with self._database.read() as session:
            state = self._asking.state(session, token, at=self._clock.now())
        if state is not AskedState.OPEN or answer not in (_YES, _NO):
            return self._show(state)
        if answer == _YES and version != self._asking.wording.version:
            return self._show(state, changed=True)
        try:
            with self._database.write() as session:
                state = self._asking.answer(session, token, yes=answer == _YES, at=self._clock.now())
        except AddressTaken:
            return self._answer("liaison/asked-twice.html", 409)
        if state is not AskedState.OPEN:
            return self._show(state)
        return self._answer("liaison/answered.html", 200, yes=answer == _YES)

    def _show(self, state: AskedState, *, changed: bool = False) -> Response:
        if state is not AskedState.OPEN:
            return self._answer("liaison/asked-over.html", _STATUS[state], state=state.value)
        return self._answer("liaison/asked.html", 200, wording=self._asking.wording, changed=changed)

    def _answer(self, template: str, status: int, **context: object) -> Response:
        return self._pages.in_japanese.answer(template, status=status, headers=PERSONAL, **context)
