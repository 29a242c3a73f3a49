"""Who may pass: each page and each call of the API names the role it needs, and this room checks it."""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from admin.frame.problem_details import ApiForbidden, ApiUnauthorized
from admin.people import api_tokens, sign_in
from admin.people.roles import Role
from admin.people.staff import Colleague
from foundation.clock import Clock
from foundation.database import Database

COOKIE = "hansho_staff"
SIGN_IN = "/admin/sign-in"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
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
    """Built once at assembly; `public_url` is the base under which browsers see the service, `codes_required` whether
    approvers and managers count as signed in only with a one-time code."""

    def __init__(self, database: Database, clock: Clock, *, public_url: str, codes_required: bool = False) -> None:
        self._database = database
        self._clock = clock
        self._home = _origin(public_url)
        self._codes_required = codes_required

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
            presence = sign_in.who(session, cookie, at=at, codes_required=self._codes_required)
        if presence is None:
            return None
        if presence.is_due:
            with self._database.write() as session:
                sign_in.seen(session, cookie, at=at)
        return replace(presence.me, origin=origin_of(request, "console"))

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
        return replace(presence.me, origin=origin_of(request, "api"))

    def own_page_only(self, request: Request) -> None:
        """Raises ForeignPost. Browsers say where a POST comes from; programs that say nothing carry no cookie
        that another page could have borrowed. A dependency by itself for the one POST before sign-in."""
        if request.method in READING:
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


def origin_of(request: Request, door: str) -> str:
    """From where a request comes, as the ledger names it: the door and the network address."""
    return f"{door}:{request.client.host}" if request.client else door


def local_path(wanted: str) -> str:
    """Where to go after signing in: a path of the console, whatever a link may ask for."""
    is_good = _LOCAL.fullmatch(wanted) and not wanted.startswith(SIGN_IN) and "/." not in wanted
    return wanted if is_good else "/admin"


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
