"""The pages of all staff: the list, invitations, and what waits for a second manager."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from admin.accounts.newcomer import Newcomer
from admin.accounts.people_refusals import REFUSING, refusal_of
from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.refusals import Refusal
from admin.people import invitations, staff_list, staff_requests
from admin.people.invitations import AlreadyHere, AlreadyInvited, StaffInvitation
from admin.people.personnel import Personnel
from admin.people.roles import Role
from admin.people.staff_requests import Outcome

Form = Annotated[Posted, Depends(posted)]

PEOPLE = "/admin/people"
Step = Callable[[Session, StaffInvitation, datetime], None]
# From low to high, and what each may do.
ROLE_CHOICES = (
    (Role.VIEWER.value, Role.VIEWER.label, "見るだけの人です。"),
    (Role.DRAFTER.value, Role.DRAFTER.label, "お知らせを書き、承認を依頼します。"),
    (Role.APPROVER.value, Role.APPROVER.label, "ほかの人が書いたお知らせを承認します。"),
    (Role.MANAGER.value, Role.MANAGER.label, "承認に加えて、職員の登録もします。"),
)


class PeoplePages:
    """For managers only. What gives somebody more power waits for a second one."""

    def __init__(self, personnel: Personnel, *, page: ConsolePage) -> None:
        self._rooms = personnel
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        ours = self._page.needs(Role.MANAGER)
        for path, call, method in (
            (PEOPLE, self.show, "GET"),
            (f"{PEOPLE}/invite", self.invite_form, "GET"),
            (f"{PEOPLE}/invite", self.invite, "POST"),
            (f"{PEOPLE}/invitations/{{invitation_id}}/resend", self.resend, "POST"),
            (f"{PEOPLE}/invitations/{{invitation_id}}/cancel", self.cancel, "POST"),
            (f"{PEOPLE}/requests/{{request_id}}/confirm", self.confirm, "POST"),
            (f"{PEOPLE}/requests/{{request_id}}/decline", self.decline, "POST"),
        ):
            router.add_api_route(path, call, methods=[method], dependencies=ours)
        return router

    def show(self, request: Request) -> Response:
        return self._show(request)

    def invite_form(self, request: Request) -> Response:
        return self._form(request, Newcomer("", "", ""))

    def invite(self, request: Request, form: Form) -> Response:
        newcomer = Newcomer.read(form)
        errors = newcomer.errors()
        if errors:
            return self._form(request, newcomer, errors=errors)
        try:
            with self._rooms.database.write() as session:
                is_sent = newcomer.invite(session, self._rooms.stationery, me_of(request), at=self._rooms.clock.now())
        except (AlreadyHere, AlreadyInvited) as fault:
            return self._form(request, newcomer, errors=newcomer.clash(fault))
        return go(PEOPLE, "invited" if is_sent else "requested")

    def resend(self, request: Request, invitation_id: str) -> Response:
        def again(session: Session, row: StaffInvitation, at: datetime) -> None:
            # What still waits for the second manager is not sent by pressing another button.
            if row.token_hash is None:
                raise invitations.InvitationGone(invitations.InvitationGone.__doc__)
            deed = me_of(request).deed("staff.invitation-sent", row.subject)
            invitations.send(session, self._rooms.stationery, row, deed, at=at)

        return self._on_invitation(request, invitation_id, again, "invited")

    def cancel(self, request: Request, invitation_id: str) -> Response:
        def end(session: Session, row: StaffInvitation, at: datetime) -> None:
            me = me_of(request)
            staff_requests.end_about(session, me.actor, at=at, invitation_id=row.id)
            invitations.cancel(session, row, me.deed("staff.invitation-cancelled", row.subject), at=at)

        return self._on_invitation(request, invitation_id, end, "invitation-cancelled")

    def confirm(self, request: Request, request_id: str) -> Response:
        try:
            with self._rooms.database.write() as session:
                staff_requests.confirm(
                    session,
                    number(request_id) or 0,
                    me_of(request),
                    self._rooms.stationery,
                    at=self._rooms.clock.now(),
                )
        except REFUSING as error:
            return self._show(request, refusal_of(error))
        return go(PEOPLE, "request-confirmed")

    def decline(self, request: Request, request_id: str) -> Response:
        try:
            with self._rooms.database.write() as session:
                ended = staff_requests.decline(
                    session, number(request_id) or 0, me_of(request), at=self._rooms.clock.now()
                )
                word = "request-withdrawn" if ended.outcome == Outcome.WITHDRAWN else "request-declined"
        except REFUSING as error:
            return self._show(request, refusal_of(error))
        return go(PEOPLE, word)

    def _on_invitation(self, request: Request, invitation_id: str, step: Step, done: str) -> Response:
        try:
            with self._rooms.database.write() as session:
                row = invitations.numbered(session, number(invitation_id) or 0)
                step(session, row, self._rooms.clock.now())
        except REFUSING as error:
            return self._show(request, refusal_of(error))
        return go(PEOPLE, done)

    def _show(self, request: Request, refusal: Refusal | None = None) -> Response:
        me, at = me_of(request), self._rooms.clock.now()
        with self._rooms.database.read() as session:
            return self._page.show(
                request,
                "people",
                here="people",
                refusal=refusal,
                people=staff_list.lines(session),
                requests=staff_list.requests(session, me, at=at),
                invited=invitations.open_ones(session),
                has_second=staff_list.others_can_confirm(session, me),
                label=lambda role: Role(role).label,
                at=at,
            )

    def _form(self, request: Request, newcomer: Newcomer, *, errors: Mapping[str, str] | None = None) -> Response:
        return self._page.show(
            request,
            "people-invite",
            here="people",
            status=422 if errors else 200,
            newcomer=newcomer,
            errors=errors or {},
            roles=ROLE_CHOICES,
        )
