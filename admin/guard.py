"""Who may pass: each page and each call of the API names the role it needs, and this room checks it."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.responses import RedirectResponse, Response

from admin import api_tokens, problem_details, sign_in
from admin.problem_details import ApiForbidden, ApiUnauthorized, Problem
from admin.roles import Role
from admin.staff import Colleague
from foundation.clock import Clock
from foundation.database import Database
from foundation.pages import Pages

COOKIE = "hansho_staff"
SIGN_IN = "/admin/sign-in"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# A place in the console and nothing else: no other host, no `//host`, no backslash, no control character.
_LOCAL = re.compile(r"/admin(?:/[\w.~%-]+)*/?(?:\?[\w.~%=&+,:@-]*)?", re.ASCII)


class NotSignedIn(Exception):
    """サインインしていないか、時間がたって切れています。"""


class ForeignPost(Exception):
    """The request that would change something comes from a page of someone else."""


class Forbidden(Exception):
    """The person is known, but the role is too low."""

    def __init__(self, me: Colleague, needed: Role) -> None:
        super().__init__(needed.label)
        self.me = me
        self.needed = needed


class Guard:
    """Built once at assembly; `public_url` is the base under which browsers see the service."""

    def __init__(self, database: Database, clock: Clock, *, public_url: str) -> None:
        self._database = database
        self._clock = clock
        self._home = _origin(public_url)

    def at_least(self, role: Role) -> "PageGuard":
        """For `dependencies=[Depends(…)]`; the endpoint then finds the Colleague in `request.state.me`.

        Raises NotSignedIn, Forbidden or ForeignPost, which `install` turns into pages.
        """
        return PageGuard(self, role)

    def bearer(self, role: Role) -> "BearerGuard":
        """The same for the API. Raises ApiUnauthorized or ApiForbidden, answered as problem details."""
        return BearerGuard(self, role)

    def signed_in(self, request: Request) -> Colleague | None:
        """The person whose cookie came with the request."""
        cookie = request.cookies.get(COOKIE)
        if not cookie:
            return None
        at = self._clock.now()
        with self._database.read() as session:
            presence = sign_in.who(session, cookie, at=at)
        if presence is None:
            return None
        if presence.is_due:
            with self._database.write() as session:
                sign_in.seen(session, cookie, at=at)
        return presence.me

    def speaking(self, request: Request) -> Colleague | None:
        """The person for whom the bearer token speaks."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return None
        at = self._clock.now()
        with self._database.read() as session:
            presence = api_tokens.owner(session, token.strip(), at=at)
        if presence is None:
            return None
        if presence.is_due:
            with self._database.write() as session:
                api_tokens.used(session, token.strip(), at=at)
        return presence.me

    def own_page_only(self, request: Request) -> None:
        """Raises ForeignPost. Browsers say where a POST comes from; programs that say nothing carry no cookie
        that another page could have borrowed. A dependency by itself for the one POST before sign-in."""
        if request.method in _READING:
            return
        site = request.headers.get("sec-fetch-site", "")
        origin = request.headers.get("origin", "")
        # A page that hides its address (`no-referrer`) sends `null`; the browser still vouches for the same origin.
        if origin in ("", "null"):
            is_ours = site == "same-origin" or (not origin and site in ("", "none"))
        else:
            host = urlsplit(origin).netloc.lower()
            is_ours = site != "cross-site" and (
                host == request.headers.get("host", "").lower() or _origin(origin) == self._home
            )
        if not is_ours:
            raise ForeignPost


@dataclass(frozen=True)
class PageGuard:
    """One page's demand."""

    guard: Guard
    role: Role

    def __call__(self, request: Request) -> None:
        me = self.guard.signed_in(request)
        if me is None:
            raise NotSignedIn
        self.guard.own_page_only(request)
        if not me.may(self.role):
            raise Forbidden(me, self.role)
        request.state.me = me


class BearerGuard(SecurityBase):
    """One call's demand; OpenAPI shows it as a bearer scheme."""

    def __init__(self, guard: Guard, role: Role) -> None:
        self.guard = guard
        self.role = role
        self.model = HTTPBearer()
        self.scheme_name = "staff token"

    def __call__(self, request: Request) -> None:
        me = self.guard.speaking(request)
        if me is None:
            raise ApiUnauthorized
        if not me.may(self.role):
            raise ApiForbidden(self.role.label)
        request.state.me = me


def local_path(wanted: str) -> str:
    """Where to go after signing in: a path of the console, whatever a link may ask for."""
    is_good = _LOCAL.fullmatch(wanted) and not wanted.startswith(SIGN_IN) and "/." not in wanted
    return wanted if is_good else "/admin"


def install(app: FastAPI, pages: Pages) -> None:
    """Registers what answers for a request that was not let through."""
    no_store = {"Cache-Control": "no-store"}

    def refuse(title: str, *sentences: str, me: Colleague | None = None, sign_in_at: str = "") -> Response:
        return pages.answer(
            "admin/refused.html",
            status=403,
            headers=no_store,
            me=me,
            here="",
            title=title,
            sentences=sentences,
            sign_in_at=sign_in_at,
        )

    def not_signed_in(request: Request, _error: Exception) -> Response:
        if request.method in _READING:
            query = f"?{request.url.query}" if request.url.query else ""
            next_ = quote(local_path(request.url.path + query), safe="/")
            return RedirectResponse(f"{SIGN_IN}?next={next_}", status_code=303, headers=no_store)
        # What was written must not be lost: the person signs in beside it, then sends the same form again.
        return refuse(
            "サインインが切れました",
            "しばらく操作がなかったため、送った内容はまだ受け付けていません。",
            "この画面を閉じずに、新しいタブでサインインしてください。そのあとこの画面を再読み込みすると、書いた内容をそのまま送れます。",
            sign_in_at=SIGN_IN,
        )

    def forbidden(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Forbidden)  # noqa: S101 -- registered for this class only
        return refuse(
            "この操作はできません",
            f"この画面を使うには「{error.needed.label}」の権限が必要です。"
            f"あなたの権限は「{error.me.role.label}」です。",
            "必要なときは、システム管理者に相談してください。",
            me=error.me,
        )

    def foreign_post(_request: Request, _error: Exception) -> Response:
        return refuse(
            "受け付けませんでした",
            "ほかのサイトから送られた操作のため、安全のために受け付けませんでした。",
            "お手数ですが、はじめの画面から操作しなおしてください。",
        )

    def problem(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101 -- registered for this class only
        return problem_details.answer(error)

    app.add_exception_handler(NotSignedIn, not_signed_in)
    app.add_exception_handler(Forbidden, forbidden)
    app.add_exception_handler(ForeignPost, foreign_post)
    app.add_exception_handler(Problem, problem)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
