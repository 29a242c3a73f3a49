"""The pages at the console's door: sign in, sign out."""

from threading import BoundedSemaphore
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from admin.accounts.entry_cookies import EntryCookies, browser_of
from admin.accounts.pages_second_step import CODE, SET_UP
from admin.frame.guard import COOKIE, SIGN_IN, Guard, local_path, origin_of
from admin.people import sign_in
from admin.people.sign_in import HalfOpen, Refused, Road, SignIn
from admin.people.tries import Waits
from foundation.clock import Clock
from foundation.database import Database
from foundation.pages import Pages
from foundation.tokens import Keyring

# Comparing a password takes 19 MiB and a core; a flood of guesses waits in line rather than filling the machine.
_COMPARED_AT_ONCE = 4
# What a link to the door may say; the page has the words.
NEWS = ("signed-out", "password-set", "ended")
_NO_STORE = {"Cache-Control": "no-store"}


class SignInPages:
    """`secure` when browsers reach the console by https; `codes_required` of approvers and managers."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keyring: Keyring,
        *,
        pages: Pages,
        guard: Guard,
        secure: bool,
        codes_required: bool = False,
    ):
        self._database = database
        self._clock = clock
        self._pages = pages
        self._guard = guard
        self._cookies = EntryCookies(keyring, secure=secure)
        self._door = SignIn(database, keyring, codes_required=codes_required)
        self._turns = BoundedSemaphore(_COMPARED_AT_ONCE)

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        ours = [Depends(self._guard.own_page_only)]
        router.add_api_route(SIGN_IN, self.show, methods=["GET"])
        router.add_api_route(SIGN_IN, self.enter, methods=["POST"], dependencies=ours)
        router.add_api_route("/admin/sign-out", self.leave, methods=["POST"], dependencies=ours)
        return router

    def show(self, request: Request) -> Response:
        next_ = local_path(request.query_params.get("next", ""))
        if self._guard.signed_in(request):
            return RedirectResponse(next_, status_code=303, headers=_NO_STORE)
        return self._form(next_, news=next((word for word in NEWS if word in request.query_params), ""))

    def enter(
        self,
        request: Request,
        address: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next_: Annotated[str, Form(alias="next")] = "",
    ) -> Response:
        errors = {}
        if not address.strip():
            errors["address"] = "メールアドレスを入力してください。"
        if not password:
            errors["password"] = "パスワードを入力してください。"  # noqa: S105 -- a sentence
        if errors:
            return self._form(next_, address=address, errors=errors, status=422)
        road = Road(origin_of(request, "console"), browser_of(request))
        with self._turns:
            result = self._door.sign_in(address, password, at=self._clock.now(), road=road)
        if isinstance(result, Refused | Waits):
            return self._form(next_, address=address, refusal=result)
        if isinstance(result, HalfOpen):
            step = SET_UP if result.sets_up else CODE
            response = RedirectResponse(f"{step}?next={quote(local_path(next_))}", status_code=303, headers=_NO_STORE)
            self._cookies.half_open(response, result)
            return response
        response = RedirectResponse(local_path(next_), status_code=303, headers=_NO_STORE)
        self._cookies.let_in(request, response, result)
        return response

    def leave(self, request: Request) -> Response:
        cookie = request.cookies.get(COOKIE)
        if cookie:
            with self._database.write() as session:
                sign_in.sign_out(session, cookie)
        response = RedirectResponse(f"{SIGN_IN}?signed-out=1", status_code=303, headers=_NO_STORE)
        self._cookies.let_out(response)
        return response

    def _form(
        self,
        next_: str,
        *,
        address: str = "",
        errors: dict[str, str] | None = None,
        refusal: Refused | Waits | None = None,
        news: str = "",
        status: int = 200,
    ) -> Response:
        headers = dict(_NO_STORE)
        if isinstance(refusal, Waits):
            status, headers["Retry-After"] = 429, str(refusal.seconds)
        elif refusal:
            status = 403
        return self._pages.answer(
            "admin/sign-in.html",
            status=status,
            headers=headers,
            me=None,
            next=local_path(next_),
            address=address,
            errors=errors or {},
            refusal=refusal.sentence if refusal else "",
            news=news,
        )
