"""The pages of one's own one-time codes: set up, new recovery codes, switched off."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from admin.accounts.pages_me import ME
from admin.accounts.pages_second_step import picture_of
from admin.frame.console_page import HEADERS, ConsolePage, go, me_of
from admin.frame.form_reading import Posted, posted
from admin.frame.guard import COOKIE
from admin.people import one_time_codes, passwords, recovery_codes, sign_in, tries
from admin.people.personnel import Personnel
from admin.people.roles import Role
from admin.people.second_step import codes_road
from admin.people.sign_in import Refused
from admin.people.staff import Colleague, StaffRow
from admin.people.tries import Waits

Form = Annotated[Posted, Depends(posted)]

CODES = f"{ME}/codes"


class MyCodesPages:
    """For everybody who is signed in, and about that person only. What changes the codes asks for the password or a
    code first: the browser may have been left alone."""

    def __init__(self, personnel: Personnel, *, page: ConsolePage) -> None:
        self._rooms = personnel
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        ours = self._page.needs(Role.VIEWER)
        for path, call, method in (
            (CODES, self.show, "GET"),
            (f"{CODES}/begin", self.begin, "POST"),
            (f"{CODES}/confirm", self.confirm, "POST"),
            (f"{CODES}/recovery", self.recovery, "POST"),
            (f"{CODES}/off", self.off, "POST"),
        ):
            router.add_api_route(path, call, methods=[method], dependencies=ours)
        return router

    def show(self, request: Request) -> Response:
        return self._show(request)

    def begin(self, request: Request, form: Form) -> Response:
        """A new secret, to be confirmed by a code; codes in force stay until then."""
        me = me_of(request)
        road = self._rooms.keyring.blind("own-password", str(me.id))
        with self._rooms.database.write() as session:
            waits = tries.begin(session, road, at=self._rooms.clock.now())
            stored = session.scalar(select(StaffRow.password_hash).where(StaffRow.id == me.id))
        if waits is not None:
            return self._show(request, password_error=waits.sentence, status=429)
        if not passwords.fits(form.text("password"), stored):
            return self._show(request, password_error="パスワードが違います。入力しなおしてください。", status=422)  # noqa: S106 -- a sentence
        with self._rooms.database.write() as session:
            tries.succeeded(session, road)
            one_time_codes.begin(session, self._rooms.keyring, me.id)
        return RedirectResponse(CODES, status_code=303, headers=HEADERS)

    def confirm(self, request: Request, form: Form) -> Response:
        """Answers with the recovery codes themselves: they are shown once. Other browsers are signed out."""
        me, at = me_of(request), self._rooms.clock.now()
        with self._rooms.database.write() as session:
            fault = self._slowed(session, me)
            made: list[str] = []
            if fault is None and one_time_codes.confirm(session, self._rooms.keyring, me, form.text("code"), at=at):
                tries.succeeded(session, codes_road(self._rooms.keyring, me.id))
                made = recovery_codes.make(session, me, at=at)
                cookie = request.cookies.get(COOKIE, "")
                sign_in.sign_out_others(session, me, cookie, at=at)
                sign_in.proved(session, cookie)
        return self._recovery(request, made) if made else self._show(request, fault=fault or Refused.CODE)

    def recovery(self, request: Request, form: Form) -> Response:
        """Ten new ones for a code; those on the old sheet are void."""
        made: list[str] = []
        with self._rooms.database.write() as session:
            fault = self._code_fault(session, me_of(request), form.text("code"))
            if fault is None:
                made = recovery_codes.make(session, me_of(request), at=self._rooms.clock.now())
        return self._recovery(request, made) if made else self._show(request, fault=fault)

    def off(self, request: Request, form: Form) -> Response:
        me, at = me_of(request), self._rooms.clock.now()
        if sign_in.needs_codes(me, required=self._rooms.codes_required):
            return self._page.message(
                request, 403, "認証コードはやめられません", f"「{me.role.label}」には、認証コードが必要です。"
            )
        with self._rooms.database.write() as session:
            fault = self._code_fault(session, me, form.text("code"))
            if fault is None:
                one_time_codes.switch_off(session, me.id, me.deed("staff.codes-off", me.actor), at=at)
                recovery_codes.forget(session, me.id)
        return self._show(request, fault=fault) if fault else go(ME, "codes-off")

    def _code_fault(self, session: Session, me: Colleague, code: str) -> Waits | Refused | None:
        slowed = self._slowed(session, me)
        if slowed is not None:
            return slowed
        if not one_time_codes.accept(session, self._rooms.keyring, me.id, code, at=self._rooms.clock.now()):
            return Refused.CODE
        tries.succeeded(session, codes_road(self._rooms.keyring, me.id))
        return None

    def _slowed(self, session: Session, me: Colleague) -> Waits | None:
        return tries.begin(session, codes_road(self._rooms.keyring, me.id), at=self._rooms.clock.now())

    def _recovery(self, request: Request, codes: list[str]) -> Response:
        return self._page.show(request, "recovery-codes", here="me", codes=codes, next=ME)

    def _show(
        self,
        request: Request,
        *,
        fault: Waits | Refused | None = None,
        password_error: str = "",
        status: int | None = None,
    ) -> Response:
        me = me_of(request)
        with self._rooms.database.read() as session:
            secret = one_time_codes.pending_secret(session, self._rooms.keyring, me.id)
            has_codes = one_time_codes.is_on(session, me.id)
        issuer = self._rooms.stationery.town.service_name
        return self._page.show(
            request,
            "my-codes",
            here="me",
            status=status or (429 if isinstance(fault, Waits) else 422 if fault else None),
            error=fault.sentence if fault else "",
            password_error=password_error,
            has_codes=has_codes,
            must_have_codes=sign_in.needs_codes(me, required=self._rooms.codes_required),
            setting_up=picture_of(secret, me, issuer) if secret else None,
        )
