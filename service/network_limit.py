"""The network limit: how often one network may send the forms that make us write to somebody.

Each web process counts for itself, in memory: nothing is known of a network after an hour, and nothing is kept.
"""

import ipaddress
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from foundation.languages import Language
from foundation.spoken_pages import Reader
from service.standing_now import FRESH_SECONDS

# Many people may stand behind one network: a school on the day of its entrance ceremony, a carrier's gateway. So many
# forms a person fills by hand nowhere, and so few letters are worth no flood.
LIMITS = (RateLimitItemPerMinute(120), RateLimitItemPerHour(1200))
# Leaving is never limited: mail programs press the one-click button for many people from few networks.
_FORMS = re.compile(
    r"/register|/lost|/c/[^/]+|/stop/[^/]+/(?:undo|why)|/voice(?:/[^/]+)?"
    r"|/liaison/[^/]+/(?:voice|link|own-page|[0-9]+/code)"
)


def network_of(host: str) -> str:
    """Who has one address has its neighbours: a /24, and of IPv6 a /48, which is what one site is given (RFC 6177).
    What is no address of the internet is one network of its own."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "elsewhere"
    if address.version == 6 and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


class NetworkLimit:
    """Answers 429 before anything else looks at a form. `page` makes the answer in a language; it is kept for as long
    as what stands on top of the pages is: a flood must not cost more than that."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        page: Callable[[Language], bytes],
        headers: Mapping[str, str] = MappingProxyType({}),
        limits: Sequence[RateLimitItem] = LIMITS,
    ) -> None:
        self._app = app
        self._page = page
        self._made: dict[Language, tuple[float, bytes]] = {}
        self._headers = headers
        self._limits = limits
        self._counts = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not _FORMS.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        wait = self._wait(network_of(scope["client"][0] if scope.get("client") else ""))
        if wait is None:
            await self._app(scope, receive, send)
            return
        headers = {**self._headers, "Retry-After": str(wait), "Cache-Control": "no-store"}
        page = await self._page_in(Reader.of(Request(scope)).speaks)
        await Response(page, 429, headers, "text/html; charset=utf-8")(scope, receive, send)

    async def _page_in(self, language: Language) -> bytes:
        """Whoever comes while it is made anew takes the one of before."""
        known, now = self._made.get(language), time.monotonic()
        if known is not None and now - known[0] < FRESH_SECONDS:
            return known[1]
        if known is not None:
            self._made[language] = now, known[1]
        page = await run_in_threadpool(self._page, language)
        self._made[language] = now, page
        return page

    def _wait(self, network: str) -> int | None:
        """Seconds until the next form is taken; None where this one is."""
        for limit in self._limits:
            if not self._counts.hit(limit, network):
                again_at = self._counts.get_window_stats(limit, network).reset_time
                return max(1, math.ceil(again_at - time.time()))  # noqa: TID251 -- the clock that the windows go by
        return None
