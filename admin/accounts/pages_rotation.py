"""The April rotation: who left and who came, on one page with one button. Printed, it goes round the section."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.accounts.newcomer import Newcomer
from admin.accounts.pages_people import PEOPLE, ROLE_CHOICES
from admin.accounts.people_refusals import REFUSING, refusal_of
from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, posted
from admin.frame.refusals import Refusal
from admin.people import staff_changes, staff_list, staff_requests
from admin.people.invitations import AlreadyHere, AlreadyInvited
from admin.people.personnel import Personnel
from admin.people.roles import Role

Form = Annotated[Posted, Depends(posted)]

ROTATION = f"{PEOPLE}/rotation"
NEWCOMERS = 5  # rows of the form; more come in a second round


class RotationPages:
    """For managers only. All of it counts, or nothing."""

    def __init__(self, personnel: Personnel, *, page: ConsolePage) -> None:
        self._rooms = personnel
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        ours = self._page.needs(Role.MANAGER)
        router.add_api_route(ROTATION, self.show, methods=["GET"], dependencies=ours)
        router.add_api_route(ROTATION, self.rotate, methods=["POST"], dependencies=ours)
        return router

    def show(self, request: Request) -> Response:
        return self._show(request, Posted.nothing())

    def rotate(self, request: Request, form: Form) -> Response:
        """Newcomers first: whoever hands over may be among those who leave."""
        me, at = me_of(request), self._rooms.clock.now()
        newcomers = [one for one in _newcomers(form) if not one.is_empty]
        errors = {name: text for one in newcomers for name, text in one.errors().items()}
        if errors:
            return self._show(request, form, errors=errors)
        here = newcomers[0] if newcomers else None
        try:
            with self._rooms.database.write() as session:
                leaving = [line.who.id for line in staff_list.lines(session) if _leaves(form, line.who.id)]
                asked = False
                for here in newcomers:
                    asked = not here.invite(session, self._rooms.stationery, me, at=at) or asked
                for staff_id in leaving:
                    staff_changes.deactivate(session, staff_id, me, at=at)
                    staff_requests.end_about(session, me.actor, at=at, staff_id=staff_id)
        except (AlreadyHere, AlreadyInvited) as fault:
            return self._show(request, form, errors=here.clash(fault) if here else {})
        except REFUSING as error:
            return self._show(request, form, refusal=refusal_of(error))
        return go(PEOPLE, "rotated-asked" if asked else "rotated")

    def _show(
        self,
        request: Request,
        form: Posted,
        *,
        errors: Mapping[str, str] | None = None,
        refusal: Refusal | None = None,
    ) -> Response:
        me = me_of(request)
        with self._rooms.database.read() as session:
            people = staff_list.lines(session)
            has_second = staff_list.others_can_confirm(session, me)
        return self._page.show(
            request,
            "people-rotation",
            here="people",
            status=422 if errors else None,
            refusal=refusal,
            errors=errors or {},
            people=people,
            leaving={line.who.id for line in people if _leaves(form, line.who.id)},
            newcomers=_newcomers(form),
            roles=ROLE_CHOICES,
            has_second=has_second,
            at=self._rooms.clock.now(),
        )


def _newcomers(form: Posted) -> list[Newcomer]:
    return [Newcomer.read(form, f"-{row}") for row in range(1, NEWCOMERS + 1)]


def _leaves(form: Posted, staff_id: int) -> bool:
    return form.text(f"stays-{staff_id}") == "no"
