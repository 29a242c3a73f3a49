"""The page of one colleague: the role, lost one-time codes, the end of work here."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.accounts.pages_people import PEOPLE, ROLE_CHOICES
from admin.accounts.people_refusals import REFUSING, refusal_of
from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.refusals import Refusal
from admin.people import staff_changes, staff_list, staff_requests
from admin.people.personnel import Personnel
from admin.people.roles import Role
from admin.people.staff_changes import UnknownColleague
from admin.people.staff_requests import Kind

Form = Annotated[Posted, Depends(posted)]


class PersonPages:
    """For managers only."""

    def __init__(self, personnel: Personnel, *, page: ConsolePage) -> None:
        self._rooms = personnel
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        ours = self._page.needs(Role.MANAGER)
        one = f"{PEOPLE}/{{staff_id}}"
        router.add_api_route(one, self.show, methods=["GET"], dependencies=ours)
        router.add_api_route(f"{one}/role", self.role, methods=["POST"], dependencies=ours)
        router.add_api_route(f"{one}/reset-codes", self.reset_codes, methods=["POST"], dependencies=ours)
        router.add_api_route(f"{one}/deactivate", self.deactivate, methods=["POST"], dependencies=ours)
        return router

    def show(self, request: Request, staff_id: str) -> Response:
        return self._show(request, staff_id)

    def role(self, request: Request, staff_id: str, form: Form) -> Response:
        wanted = form.text("role")
        if wanted not in list(Role):
            return self._show(request, staff_id, error="役割を選んでください。")
        try:
            with self._rooms.database.write() as session:
                asked = staff_requests.change_role(
                    session, _known(staff_id), Role(wanted), me_of(request), at=self._rooms.clock.now()
                )
        except REFUSING as error:
            return self._show(request, staff_id, refusal=refusal_of(error))
        return go(f"{PEOPLE}/{_known(staff_id)}", "requested" if asked else "role-changed")

    def reset_codes(self, request: Request, staff_id: str) -> Response:
        """By two managers, since whoever resets a colleague's codes could be after the account."""
        try:
            with self._rooms.database.write() as session:
                at = self._rooms.clock.now()
                staff_requests.ask_about(session, Kind.CODES, _known(staff_id), me_of(request), at=at)
        except REFUSING as error:
            return self._show(request, staff_id, refusal=refusal_of(error))
        return go(f"{PEOPLE}/{_known(staff_id)}", "requested")

    def deactivate(self, request: Request, staff_id: str) -> Response:
        me, at = me_of(request), self._rooms.clock.now()
        try:
            with self._rooms.database.write() as session:
                staff_changes.deactivate(session, _known(staff_id), me, at=at)
                staff_requests.end_about(session, me.actor, at=at, staff_id=_known(staff_id))
        except REFUSING as error:
            return self._show(request, staff_id, refusal=refusal_of(error))
        return go(PEOPLE, "deactivated")

    def _show(self, request: Request, staff_id: str, *, refusal: Refusal | None = None, error: str = "") -> Response:
        me = me_of(request)
        try:
            with self._rooms.database.read() as session:
                line = staff_list.line(session, _known(staff_id))
                waiting = staff_list.requests(session, me, at=self._rooms.clock.now(), about=line.who.id)
                has_second = staff_list.others_can_confirm(session, me)
        except UnknownColleague as unknown:
            return self._page.message(request, 404, "職員が見つかりません", str(unknown))
        return self._page.show(
            request,
            "person",
            here="people",
            status=422 if error else None,
            refusal=refusal,
            line=line,
            requests=waiting,
            has_second=has_second,
            roles=ROLE_CHOICES,
            error=error,
        )


def _known(staff_id: str) -> int:
    """0 is nobody's number."""
    return number(staff_id) or 0
