"""A small console with one page of each role, for the tests of guard and door."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
from fastapi import Depends, FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from admin.accounts.pages_sign_in import SignInPages
from admin.frame import turned_away
from admin.frame.guard import Guard
from admin.people.roles import Role
from foundation.database import Database
from foundation.pages import Pages
from foundation.routes import take_in
from foundation.tokens import Keyring
from tests.admin.conftest import PASSWORD
from tests.support.clock import HandClock
from tests.support.served import served

TEMPLATES = Path(__file__).parents[2] / "templates"
TOWN = SimpleNamespace(name="こもれび市", service_name="こもれび安全・安心メール", section="地域安全課")


@contextmanager
def console(database: Database, clock: HandClock, keyring: Keyring, *, public_url: str) -> Iterator[httpx.Client]:
    """A real server on a free port, and a browser-like client that keeps cookies."""
    app = FastAPI(openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    pages = Pages(TEMPLATES, {"town": TOWN, "practice": True})
    guard = Guard(database, clock, public_url=public_url)
    secure = public_url.startswith("https")
    take_in(app.router, SignInPages(database, clock, keyring, pages=pages, guard=guard, secure=secure).router())
    for role in Role:
        path = f"/admin/for-{role}"
        demand = [Depends(guard.at_least(role))]
        app.add_api_route(path, _greet, methods=["GET", "POST"], dependencies=demand, include_in_schema=False)
        app.add_api_route(f"/api/for-{role}", _greet, methods=["POST"], dependencies=[Depends(guard.bearer(role))])
    turned_away.install(app, pages)
    with served(app) as client:
        yield client


def sign_in(client: httpx.Client, address: str) -> None:
    answer = client.post("/admin/sign-in", data={"address": address, "password": PASSWORD})
    assert answer.status_code == 303


def _greet(request: Request) -> Response:
    return PlainTextResponse(request.state.me.name)
