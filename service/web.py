"""The web: the pages of residents and staff and the API, as one application or as two on separate listeners."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from urllib.parse import quote

import uvicorn
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from admin.api import problems as api_problems
from admin.bulletin.pages_progress import Watchers
from admin.frame import turned_away
from admin.frame.guard import Guard
from admin.frame.japanese_times import moment
from admin.frame.kept_forms import FormKeeper
from foundation.database import OUTAGES, why
from foundation.languages import Language
from foundation.routes import take_in
from foundation.setting_values import HostPort
from foundation.spoken_pages import Reader, SpokenPages
from service import open_connections
from service.console import console_routers
from service.head_requests import HeadRequests
from service.home import TEMPLATES, Home
from service.metrics import metrics_router
from service.network_limit import NetworkLimit
from service.open_connections import Owing
from service.public_answers import PublicAnswers
from service.public_pages import public_pages, public_routers
from service.request_limits import BodyLimit, Legible
from service.schema import Standing, standing
from subscribers.page_headers import PERSONAL, PUBLIC

log = logging.getLogger(__name__)

ForStaff = Callable[[Request], bool]
RETRY_SECONDS = 5
# The console's pages have scripts and speak to us while they are open.
CONSOLE_CONTENT = "default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
# A year (RFC 6797), for this host alone: what else lies in the city's domain is not ours to decide.
ONLY_TLS = "max-age=31536000"
STYLE_SECONDS = 600


def residents_app(home: Home) -> FastAPI:
    return _app(home, residents=True, console=False)


def console_app(home: Home) -> FastAPI:
    return _app(home, residents=False, console=True)


def whole_app(home: Home) -> FastAPI:
    return _app(home, residents=True, console=True)


def _app(home: Home, *, residents: bool, console: bool) -> FastAPI:
    app = FastAPI(
        title=home.town.service_name,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json" if console else None,
        redirect_slashes=False,  # to an absolute address, made of whatever host and scheme were asked for
    )
    pages = public_pages(home)
    app.state.watchers = Watchers()
    app.add_middleware(BodyLimit)
    app.add_middleware(Legible)
    only_tls = {"Strict-Transport-Security": ONLY_TLS} if home.settings.public_url.startswith("https:") else {}
    app.add_middleware(BaseHTTPMiddleware, dispatch=partial(_headers, only_tls))
    if residents:
        app.add_middleware(NetworkLimit, page=partial(_too_many, pages), headers={**PUBLIC, **only_tls})
    app.add_middleware(PublicAnswers)
    app.add_middleware(HeadRequests)
    app.mount("/style", StaticFiles(directory=TEMPLATES / "style"))
    for_staff = partial(_for_staff, residents=residents, console=console)
    _install_answers(app, pages, for_staff)
    _install_apology(app, home, pages, for_staff)
    _install_probes(app, home)
    api_problems.install_problems(app)
    if residents:
        take_in(app.router, *public_routers(home, pages))
    if console:
        guard = Guard(
            home.database,
            home.clock,
            public_url=home.settings.public_url,
            codes_required=home.settings.codes_required,
        )
        turned_away.install(app, pages.in_japanese, FormKeeper(home.database, home.clock, home.keyring))
        take_in(app.router, *console_routers(home, pages.in_japanese, guard, app.state.watchers), metrics_router(home))
    return app


def _too_many(pages: SpokenPages, language: Language) -> bytes:
    return bytes(pages.answer("resident/too-many.html", reader=Reader(language)).body)


def _for_staff(request: Request, *, residents: bool, console: bool) -> bool:
    return console and (not residents or request.url.path.startswith("/admin"))


def _install_answers(app: FastAPI, pages: SpokenPages, for_staff: ForStaff) -> None:
    def busy(request: Request, problem: Exception) -> Response:
        log.warning("the database does not answer (%s)", why(problem))
        later = {"Retry-After": str(RETRY_SECONDS)}
        if for_staff(request):
            return turned_away.busy(pages.in_japanese, later)
        return pages.answer("resident/busy.html", reader=Reader.of(request), status=503, headers=later)

    def missing(request: Request, problem: Exception) -> Response:
        status = problem.status_code if isinstance(problem, HTTPException) else 404
        path = request.url.path
        if status == 404 and (elsewhere := _without_slash(request)):
            return RedirectResponse(elsewhere, 308, {"Cache-Control": "no-store"})
        if status == 405 and request.method == "GET" and not path.startswith("/api"):
            return RedirectResponse(_above(path), 303, {"Cache-Control": "no-store"})
        if status == 404 and not path.startswith("/api"):
            if for_staff(request):
                return pages.in_japanese.answer("admin/not-found.html", status=404)
            return pages.answer("resident/not-found.html", reader=Reader.of(request), status=404)
        headers = getattr(problem, "headers", None)  # which methods there are instead
        return PlainTextResponse(str(getattr(problem, "detail", "")), status_code=status, headers=headers)

    for outage in OUTAGES:
        app.add_exception_handler(outage, busy)
    app.add_exception_handler(HTTPException, missing)


def _install_apology(app: FastAPI, home: Home, pages: SpokenPages, for_staff: ForStaff) -> None:
    """For what nobody foresaw: the problem itself goes on, outwards of every middleware, into the log."""

    def failed(request: Request, _problem: Exception) -> Response:
        path = request.url.path
        if path.startswith("/api"):
            return api_problems.answer(500, "サーバーの不具合で、できませんでした。")
        if for_staff(request):
            now = moment(home.clock.now(), home.town.zone)
            return _bearing(turned_away.failed(pages.in_japanese, now), path, {})
        return pages.answer("resident/broken.html", reader=Reader.of(request), status=500, headers=PERSONAL)

    app.add_exception_handler(Exception, failed)


def _install_probes(app: FastAPI, home: Home) -> None:
    def healthy() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    def ready() -> PlainTextResponse:
        try:
            here = standing(home.database)
        except OUTAGES:
            return PlainTextResponse("the database does not answer\n", status_code=503)
        if here is not Standing.NEWEST:
            return PlainTextResponse(f"the database {here.value}\n", status_code=503)
        return PlainTextResponse("ready\n")

    app.add_api_route("/healthz", healthy, methods=["GET"], include_in_schema=False)
    app.add_api_route("/readyz", ready, methods=["GET"], include_in_schema=False)


def _above(path: str) -> str:
    """The page whose button has this address: a browser that restores a tab asks for what it showed last."""
    return f"/{quote(path.strip('/').rpartition('/')[0])}"


def _without_slash(request: Request) -> str:
    """The same page of this host, where a slash too many was asked for: what begins with two would be another host."""
    path = str(request.scope["path"])
    bare = path.strip("/")
    if request.method != "GET" or not bare or not path.endswith("/"):
        return ""
    return f"/{quote(bare)}{'?' if request.url.query else ''}{request.url.query}"


async def _headers(
    more: Mapping[str, str], request: Request, proceed: Callable[[Request], Awaitable[Response]]
) -> Response:
    return _bearing(await proceed(request), request.url.path, more)


def _bearing(response: Response, path: str, more: Mapping[str, str]) -> Response:
    """The answer with what every answer of its part of the house carries."""
    if path.startswith("/admin"):
        # Without a referrer a browser in a plain-HTTP network hides where a form came from, and the guard would take
        # our own form for a foreign one. Pages of the console hold no tokens in their addresses.
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Content-Security-Policy", CONSOLE_CONTENT)
    if path.startswith("/style/") and response.status_code < 400:
        response.headers.setdefault("Cache-Control", f"public, max-age={STYLE_SECONDS}")
    for name, value in {**PUBLIC, **more}.items():
        response.headers.setdefault(name, value)
    return response


async def serve_web(home: Home, stop: asyncio.Event) -> None:
    """One listener, or two where the console has its own."""
    settings = home.settings
    if settings.admin_listen is None:
        places = [(whole_app(home), settings.web_listen)]
    else:
        places = [(residents_app(home), settings.web_listen), (console_app(home), settings.admin_listen)]
    servers = [_server(app, listen, settings.trusted_proxies) for app, listen in places]
    await run_servers(servers, stop)


async def run_servers(servers: Sequence[uvicorn.Server], stop: asyncio.Event) -> None:
    running = [asyncio.create_task(server.serve()) for server in servers]
    halt = asyncio.create_task(stop.wait())
    await asyncio.wait([halt, *running], return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*running)
    halt.cancel()


class Server(uvicorn.Server):
    """Signals are the role's own affair. `watchers` are told first when it stops: their answers have no end, and
    uvicorn waits for every answer."""

    def __init__(self, config: uvicorn.Config, watchers: Watchers) -> None:
        super().__init__(config)
        self._watchers = watchers

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._watchers.end()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(app: FastAPI, listen: HostPort, proxies: Sequence[str] = ()) -> Server:
    return Server(
        uvicorn.Config(
            app,
            http=open_connections.protocol(Owing()),
            host=listen.host,
            port=listen.port,
            log_config=None,
            access_log=False,  # addresses of pages hold tokens
            server_header=False,
            forwarded_allow_ips=list(proxies),
            timeout_graceful_shutdown=5,
            backlog=512,
        ),
        app.state.watchers,
    )
