"""The second step at the door: the one-time code, a recovery code, or the first set-up of codes."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from admin.accounts.entry_cookies import HALF_WAY, EntryCookies
from admin.frame.code_picture import drawn, in_groups
from admin.frame.form_reading import Posted, posted
from admin.frame.guard import SIGN_IN, Guard, local_path, origin_of
from admin.people import one_time_codes
from admin.people.second_step import SecondStep
from admin.people.sign_in import Refused, SignedIn
from admin.people.staff import Colleague
from admin.people.tries import Waits
from foundation.clock import Clock
from foundation.database import Database
from foundation.pages import Pages
from foundation.tokens import Keyring

Form = Annotated[Posted, Depends(posted)]

CODE = f"{SIGN_IN}/code"
SET_UP = f"{SIGN_IN}/set-up"
_NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Door:
    """How browsers see the door: by https (`secure`), under the service's name (`issuer`)."""

    secure: bool
    issuer: str


class SecondStepPages:
    """For whoever holds the cookie of a half-open sitting; everybody else is led to the door."""

    def __init__(self, database: Database, clock: Clock, keyring: Keyring, *, pages: Pages, guard: Guard, door: Door):
        self._clock = clock
        self._pages = pages
        self._guard = guard
        self._cookies = EntryCookies(keyring, secure=door.secure)
        self._issuer = door.issuer
        self._step = SecondStep(database, keyring)

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        ours = [Depends(self._guard.own_page_only)]
        router.add_api_route(CODE, self.show, methods=["GET"])
        router.add_api_route(CODE, self.enter, methods=["POST"], dependencies=ours)
        router.add_api_route(SET_UP, self.show, methods=["GET"], name="show_set_up")
        router.add_api_route(SET_UP, self.set_up, methods=["POST"], dependencies=ours)
        return router

    def show(self, request: Request) -> Response:
        return self._show(request, request.query_params.get("next", ""))

    def enter(self, request: Request, form: Form) -> Response:
        is_recovery = form.has("recovery")
        result = self._step.enter(
            _token(request),
            form.text("recovery" if is_recovery else "code"),
            at=self._clock.now(),
            origin=origin_of(request, "console"),
            is_recovery=is_recovery,
        )
        next_ = local_path(form.text("next"))
        if not isinstance(result, SignedIn):
            return self._show(request, next_, refusal=result)
        response = RedirectResponse(next_, status_code=303, headers=_NO_STORE)
        self._cookies.let_in(request, response, result)
        return response

    def set_up(self, request: Request, form: Form) -> Response:
        """Answers with the recovery codes themselves: they are shown once."""
        origin = origin_of(request, "console")
        result = self._step.set_up(_token(request), form.text("code"), at=self._clock.now(), origin=origin)
        next_ = local_path(form.text("next"))
        if isinstance(result, Refused | Waits):
            return self._show(request, next_, refusal=result)
        response = self._pages.answer(
            "admin/recovery-codes.html",
            headers=_NO_STORE,
            me=result.signed_in.me,
            here="",
            codes=result.recovery,
            next=next_,
        )
        self._cookies.let_in(request, response, result.signed_in)
        return response

    def _show(self, request: Request, next_: str, *, refusal: Refused | Waits | None = None) -> Response:
        waiting = self._step.waiting(_token(request), at=self._clock.now())
        if waiting is None:
            return RedirectResponse(f"{SIGN_IN}?ended=1", status_code=303, headers=_NO_STORE)
        headers, status = dict(_NO_STORE), 200
        if isinstance(refusal, Waits):
            status, headers["Retry-After"] = 429, str(refusal.seconds)
        elif refusal:
            status = 403
        return self._pages.answer(
            "admin/sign-in-set-up.html" if waiting.secret else "admin/sign-in-code.html",
            status=status,
            headers=headers,
            me=None,
            next=local_path(next_),
            error=refusal.sentence if refusal and refusal is not Refused.RECOVERY else "",
            recovery_error=refusal.sentence if refusal is Refused.RECOVERY else "",
            setting_up=picture_of(waiting.secret, waiting.me, self._issuer) if waiting.secret else None,
        )


def picture_of(secret: str, me: Colleague, issuer: str) -> dict[str, str]:
    """What the set-up page shows; `issuer` is the name under which the telephone keeps the codes."""
    link = one_time_codes.setting_up_link(secret, me, issuer)
    return {"picture": drawn(link), "secret": in_groups(secret)}


def _token(request: Request) -> str:
    return request.cookies.get(HALF_WAY, "")[:64]
