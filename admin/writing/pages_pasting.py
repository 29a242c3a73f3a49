"""A text of the police pasted on the page of notices, and the listening form for a call: ways into the writing page."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.desk.bulletin_desk import BulletinDesk
from admin.frame.console_page import ConsolePage, go
from admin.frame.form_reading import Posted, posted
from admin.frame.refusals import REFUSING, refusal_of
from admin.people.roles import Role
from admin.writing.listening import heard_notices, heard_sheet, is_ours
from admin.writing.pages_writing import Writing, WritingPages
from admin.writing.pasting import notice_for, pasted_text, pasting_of
from bulletins.drafting import Sheet

Form = Annotated[Posted, Depends(posted)]


class PastingPages:
    """Everything here answers with the form; what keeps it is the writing page."""

    def __init__(self, desk: BulletinDesk, writing: WritingPages, *, page: ConsolePage) -> None:
        self._desk = desk
        self._writing = writing
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False, dependencies=self._page.needs(Role.DRAFTER))
        router.add_api_route("/admin/write", self.read, methods=["POST"])
        router.add_api_route("/admin/listen", self.listen, methods=["GET"])
        router.add_api_route("/admin/listen", self.another_kind, methods=["POST"])
        return router

    def read(self, request: Request, form: Form) -> Response:
        """The writing page of the notice that the text is for, or of the one that is named, filled from the text."""
        text = pasted_text(form)
        if not text.strip():
            return go("/admin/write", "nothing-pasted")
        notices = {notice.name: notice for notice in self._desk.shelf.all()}
        name = form.text("as") or notice_for(text, notices, self._desk.town, at=self._desk.clock.now())
        try:
            notice = self._desk.shelf.get(name)
            pasting = pasting_of(form, notice, self._desk.town, at=self._desk.clock.now())
            sheet = Sheet(notice.name, {})
            filled = pasting.into(sheet) if pasting else sheet
            return self._writing.show(request, Writing(notice, filled, pasting=pasting))
        except REFUSING as error:
            return self._refused(request, error)

    def listen(self, request: Request) -> Response:
        try:
            heard = heard_notices(self._desk.shelf)
            name = request.query_params.get("notice") or (heard[0].name if heard else "plain")
            notice = self._desk.shelf.get(name)
            sheet = heard_sheet(notice, at=self._desk.clock.now())
            return self._writing.show(request, Writing(notice, sheet, touched=False, listening=True))
        except REFUSING as error:
            return self._refused(request, error)

    def another_kind(self, request: Request, form: Form) -> Response:
        """The same call, told as another kind; what was typed under the same name stays."""
        try:
            notice = self._desk.shelf.get(form.text("kind"))
            said = self._writing.read(form, notice).sheet
            empty = heard_sheet(notice, at=self._desk.clock.now())
            told = {name: value for name, value in said.fields.items() if value and not is_ours(name)}
            sheet = replace(empty, fields={**empty.fields, **told}, areas=said.areas, call=said.call or empty.call)
            return self._writing.show(request, Writing(notice, sheet, touched=False, listening=True))
        except REFUSING as error:
            return self._refused(request, error)

    def _refused(self, request: Request, error: Exception) -> Response:
        refusal = refusal_of(error)
        return self._page.message(request, refusal.status, refusal.title, *refusal.sentences)
