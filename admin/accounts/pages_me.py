"""The page of one's own: password, open sessions, API tokens; `pages_my_codes` has the one-time codes."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from starlette.responses import Response

from admin.accounts.entry_cookies import EntryCookies
from admin.accounts.people_refusals import REFUSING, refusal_of
from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.guard import COOKIE
from admin.frame.refusals import Refusal
from admin.people import (
    api_tokens,
    one_time_codes,
    password_links,
    passwords,
    recovery_codes,
    sign_in,
    staff_requests,
    tries,
)
from admin.people.passwords import PasswordWeak
from admin.people.personnel import Personnel
from admin.people.roles import Role
from admin.people.sign_in import StaffSession
from admin.people.staff import Colleague, StaffRow
from admin.people.staff_requests import Kind, Outcome
from foundation.tokens import fingerprint

Form = Annotated[Posted, Depends(posted)]

ME = "/admin/me"
_NO_PERSON = Refusal(409, "受け取れるトークンはありません", ("期限が切れたか、もう表示しました。",))


class MyPages:
    """For everybody who is signed in, and about that person only."""

    def __init__(self, personnel: Personnel, *, page: ConsolePage, secure: bool) -> None:
        self._rooms = personnel
        self._page = page
        self._cookies = EntryCookies(personnel.keyring, secure=secure)

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        ours = self._page.needs(Role.VIEWER)
        for path, call, method in (
            (ME, self.show, "GET"),
            (f"{ME}/password", self.password, "POST"),
            (f"{ME}/sign-out-others", self.sign_out_others, "POST"),
            (f"{ME}/tokens", self.new_token, "POST"),
            (f"{ME}/tokens/collect", self.collect, "POST"),
            (f"{ME}/tokens/{{token_id}}/revoke", self.revoke, "POST"),
        ):
            router.add_api_route(path, call, methods=[method], dependencies=ours)
        return router

    def show(self, request: Request) -> Response:
        return self._show(request)

    def password(self, request: Request, form: Form) -> Response:
        """Asks for the old one, and counts wrong ones: the browser may have been left alone."""
        me, at = me_of(request), self._rooms.clock.now()
        waits, stored = self._begin_password(me)
        if waits is not None:
            return self._show(request, errors={"old": waits.sentence}, status=429)
        if not passwords.fits(form.text("old"), stored):
            return self._show(request, errors={"old": "いまのパスワードが違います。入力しなおしてください。"})
        try:
            made = passwords.make_hash(form.text("new"), personal=self._rooms.words_about(me.name, me.address))
        except PasswordWeak as weak:
            return self._show(request, errors={"new": str(weak)})
        with self._rooms.database.write() as session:
            tries.succeeded(session, self._road(me))
            with_code = one_time_codes.is_on(session, me.id)
            password_links.set_password(session, me, made, at=at)
            anew = sign_in.open_session(session, me, at=at, with_code=with_code)
        response = go(ME, "password-changed")
        self._cookies.let_in(request, response, anew)
        return response

    def sign_out_others(self, request: Request) -> Response:
        with self._rooms.database.write() as session:
            sign_in.sign_out_others(
                session, me_of(request), request.cookies.get(COOKIE, ""), at=self._rooms.clock.now()
            )
        return go(ME, "signed-out-others")

    def new_token(self, request: Request) -> Response:
        """At once for those who may not approve; for the others a second manager is asked."""
        me, at = me_of(request), self._rooms.clock.now()
        try:
            with self._rooms.database.write() as session:
                if me.may(Role.APPROVER):
                    staff_requests.ask_about(session, Kind.TOKEN, me.id, me, at=at)
                    token = None
                else:
                    token = api_tokens.issue(session, me.id, at=at, actor=me.actor)
        except REFUSING as error:
            return self._show(request, refusal=refusal_of(error))
        return self._token(request, token) if token else go(ME, "requested")

    def collect(self, request: Request) -> Response:
        """Makes the token that was confirmed and shows it, once."""
        me, at = me_of(request), self._rooms.clock.now()
        with self._rooms.database.write() as session:
            found = staff_requests.to_collect(session, me, at=at)
            if found is not None:
                found.outcome = Outcome.COLLECTED.value
            token = api_tokens.issue(session, me.id, at=at, actor=me.actor) if found else None
        return self._token(request, token) if token else self._show(request, refusal=_NO_PERSON)

    def revoke(self, request: Request, token_id: str) -> Response:
        with self._rooms.database.write() as session:
            api_tokens.revoke(session, number(token_id) or 0, me_of(request), at=self._rooms.clock.now())
        return go(ME, "token-revoked")

    def _token(self, request: Request, token: str) -> Response:
        return self._page.show(request, "my-token", here="me", token=token)

    def _road(self, me: Colleague) -> str:
        return self._rooms.keyring.blind("own-password", str(me.id))

    def _begin_password(self, me: Colleague) -> tuple[tries.Waits | None, str | None]:
        with self._rooms.database.write() as session:
            waits = tries.begin(session, self._road(me), at=self._rooms.clock.now())
            return waits, session.scalar(select(StaffRow.password_hash).where(StaffRow.id == me.id))

    def _show(
        self,
        request: Request,
        *,
        errors: Mapping[str, str] | None = None,
        refusal: Refusal | None = None,
        status: int | None = None,
    ) -> Response:
        me, at = me_of(request), self._rooms.clock.now()
        with self._rooms.database.read() as session:
            living = (
                StaffSession.staff_id == me.id,
                StaffSession.expires_at > at,
                StaffSession.seen_at > at - sign_in.IDLE_END,
            )
            waiting = staff_requests.open_ones(session, at=at)
            return self._page.show(
                request,
                "me",
                here="me",
                status=status or (422 if errors else None),
                refusal=refusal,
                errors=errors or {},
                has_codes=one_time_codes.is_on(session, me.id),
                codes_left=recovery_codes.left(session, me.id),
                must_have_codes=sign_in.needs_codes(me, required=self._rooms.codes_required),
                sessions=session.scalars(
                    select(StaffSession).where(*living).order_by(StaffSession.seen_at.desc())
                ).all(),
                this_one=fingerprint(request.cookies.get(COOKIE, "")),
                tokens=api_tokens.living(session, me.id),
                token_asked=any(one.kind == Kind.TOKEN and one.staff_id == me.id for one in waiting),
                may_collect=staff_requests.may_collect(session, me, at=at),
            )
