"""The API on a real server, and callers of each role."""

from typing import Any

import httpx
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from admin.api.bulletin_api import BulletinApi
from admin.api.problems import install_problems
from admin.api.subscriber_api import SubscriberApi
from admin.frame import turned_away
from admin.frame.guard import Guard
from admin.people import api_tokens, staff
from admin.people.roles import Role
from foundation.addresses import Address
from foundation.pages import Pages
from foundation.routes import take_in
from service.home import TEMPLATES
from tests.bulletins.office import Office

FIELDS = {
    "subject": "駅前の催しのお知らせ",
    "text": "明日、駅前の広場で防犯の催しがあります。どなたでもお越しください。",
}
PLAIN = {"notice": "plain", "fields": FIELDS}


class Caller:
    """One member of staff with a token; answers come back as they are."""

    def __init__(self, client: httpx.Client, token: str, number: int) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.id = number

    def get(self, path: str) -> httpx.Response:
        return self._client.get(f"/api/v1{path}", headers=self._headers)

    def post(self, path: str, body: Any = None) -> httpx.Response:
        given = {} if body is None else {"json": body}
        return self._client.post(f"/api/v1{path}", headers=self._headers, **given)

    def put(self, path: str, body: Any) -> httpx.Response:
        return self._client.put(f"/api/v1{path}", headers=self._headers, json=body)

    def send(self, path: str, content: bytes, *, kind: str = "application/json") -> httpx.Response:
        headers = {**self._headers, "Content-Type": kind}
        return self._client.post(f"/api/v1{path}", headers=headers, content=content)

    def draft(self, body: Any = None) -> int:
        answer = self.post("/bulletins", PLAIN if body is None else body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def submitted(self) -> int:
        number = self.draft()
        assert self.post(f"/bulletins/{number}/submit", {}).status_code == 200
        return number


class Callers:
    """Everybody who may call; `stranger` has no token."""

    def __init__(self, office: Office, client: httpx.Client) -> None:
        self._office = office
        self.client = client
        self.viewer = self._enter("viewer", Role.VIEWER)
        self.drafter = self._enter("drafter", Role.DRAFTER)
        self.approver = self._enter("approver", Role.APPROVER)
        self.manager = self._enter("manager", Role.MANAGER)
        self.stranger = Caller(client, "", 0)

    def _enter(self, name: str, role: Role) -> Caller:
        at = self._office.clock.now()
        with self._office.database.write() as session:
            address = Address.parse(f"{name}@city.example.jp")
            me = staff.add(session, address, name, role=role, password_hash=None, at=at, actor="command")
            token = api_tokens.issue(session, me.id, at=at, actor="command")
        return Caller(self.client, token, me.id)


def application(office: Office) -> FastAPI:
    """With a page's own handler for what is missing, as the whole service has one."""
    home = office.home
    guard = Guard(office.database, office.clock, public_url="http://127.0.0.1:8000")
    app = FastAPI(openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    turned_away.install(app, Pages(TEMPLATES, {"town": home.town, "practice": True}))
    app.add_exception_handler(HTTPException, _page)
    install_problems(app)
    subscribers = SubscriberApi(office.database, office.clock, home.watch, guard=guard)
    take_in(app.router, BulletinApi(home.approval_desk, guard=guard).router(), subscribers.router())
    return app


def _page(_request: Request, _problem: Exception) -> Response:
    return PlainTextResponse("このページはありません", status_code=404)
