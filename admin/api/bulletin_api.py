"""The API for bulletins, under /api/v1: the same desk as the console's pages, for other programs."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BeforeValidator
from starlette.responses import JSONResponse, Response

from admin.api.bodies import HIGHEST_NUMBER, AloneBody, DecisionBody, Nothing, Number, ReturnBody, SheetBody
from admin.api.bulletin_object import BulletinObject, bulletin_object
from admin.api.problems import ApiRoute, BodyInvalid, findings_shown
from admin.desk.approval_desk import ApprovalDesk
from admin.frame.guard import Guard
from admin.people.roles import Role
from admin.people.staff import Colleague
from bulletins.drafting import UnknownBulletin
from bulletins.life import BulletinState
from bulletins.notice_templates import NoticeTemplate
from bulletins.tables import Bulletin

PREFIX = "/api/v1"
PAGE = 30

_MOMENTS = ("created_at", "wanted_start", "starts_at", "started_at", "finished_at", "countersigned_at")

_ONE: dict[int | str, dict[str, Any]] = {200: {"model": BulletinObject}}

BulletinId = Annotated[int, Path(ge=1, le=HIGHEST_NUMBER)]


def _given(value: object) -> object:
    """`?state=&before=` asks for nothing in particular."""
    return [item for item in value if item] if isinstance(value, list) else value or None


Before = Annotated[Number | None, BeforeValidator(_given), Query(description="an id: only older ones are listed")]
States = Annotated[
    list[BulletinState] | None, BeforeValidator(_given), Query(description="may be repeated; none is all")
]


class BulletinApi:
    """Reading asks for a viewer, all else for a drafter; who may approve is for the rooms to say."""

    def __init__(self, approvals: ApprovalDesk, *, guard: Guard) -> None:
        self._desk = approvals.desk
        self._approvals = approvals
        self._guard = guard

    def router(self) -> APIRouter:
        router = APIRouter(prefix=PREFIX, route_class=ApiRoute, tags=["bulletins"])

        def add(path: str, call: Callable[..., Any], method: str, *, role: Role, **told: Any) -> None:
            demand = [Depends(self._guard.bearer(role))]
            told = {"responses": _ONE} | told
            router.add_api_route(path, call, methods=[method], dependencies=demand, **told)

        add("/notices", self.notices, "GET", role=Role.VIEWER, responses={})
        add("/bulletins", self.listed, "GET", role=Role.VIEWER, responses={})
        add("/bulletins/{bulletin_id}", self.show, "GET", role=Role.VIEWER)
        add("/bulletins", self.begin, "POST", role=Role.DRAFTER, status_code=201, responses={201: _ONE[200]})
        add("/bulletins/{bulletin_id}", self.change, "PUT", role=Role.DRAFTER)
        add("/bulletins/{bulletin_id}/approve", self.approve, "POST", role=Role.DRAFTER)
        add("/bulletins/{bulletin_id}/send-alone", self.send_alone, "POST", role=Role.DRAFTER)
        add("/bulletins/{bulletin_id}/return", self.give_back, "POST", role=Role.DRAFTER)
        for name, deed in (
            ("submit", self._desk.submit),
            ("withdraw", self._desk.withdraw),
            ("halt", self._desk.halt),
            ("resume", self._desk.resume),
            ("send-again", self._desk.send_again),
        ):
            add(f"/bulletins/{{bulletin_id}}/{name}", self._step(name, deed), "POST", role=Role.DRAFTER)
        return router

    def notices(self) -> Response:
        """The notice templates and their fields, in the order in which the console shows them."""
        categories = self._desk.drafting.categories
        return JSONResponse(
            [_notice(notice) | {"categories": notice.category_choices(categories)} for notice in self._desk.shelf.all()]
        )

    def listed(self, state: States = None, before: Before = None) -> Response:
        """The newest first; where there are older ones, the header `Link` leads to them (RFC 8288)."""
        found = self._desk.listed(states=state or (), before=before, limit=PAGE + 1)
        shown = found[:PAGE]
        headers = {}
        if len(found) > PAGE:
            states = "".join(f"&state={one}" for one in state or ())
            headers["Link"] = f'<{PREFIX}/bulletins?before={shown[-1].id}{states}>; rel="next"'
        return JSONResponse([self._line(bulletin) for bulletin in shown], headers=headers)

    def show(self, bulletin_id: BulletinId) -> Response:
        return self._object(bulletin_id)

    def begin(self, request: Request, body: SheetBody) -> Response:
        try:
            bulletin_id = self._desk.begin(body.sheet(), _me(request))
        except UnknownBulletin:
            raise BodyInvalid({"follows": "この番号のお知らせはありません。"}) from None
        return self._object(bulletin_id, status=201, headers={"Location": f"{PREFIX}/bulletins/{bulletin_id}"})

    def change(self, request: Request, bulletin_id: BulletinId, body: SheetBody) -> Response:
        """The next version of a bulletin that was not submitted yet, or came back."""
        if body.follows is not None:
            raise BodyInvalid({"follows": "どのお知らせに続くかは、あとから変えられません。"})
        self._desk.change(bulletin_id, body.sheet(), _me(request))
        return self._object(bulletin_id)

    def approve(self, request: Request, bulletin_id: BulletinId, body: DecisionBody | None = None) -> Response:
        self._desk.approve(bulletin_id, (body or DecisionBody()).decision(), _me(request))
        return self._object(bulletin_id)

    def send_alone(self, request: Request, bulletin_id: BulletinId, body: AloneBody) -> Response:
        """緊急単独配信: at once and without an approval; only for the notices that HANSHO_SOLO_NOTICES names."""
        self._approvals.send_alone(bulletin_id, body.decision(), _me(request))
        return self._object(bulletin_id)

    def give_back(self, request: Request, bulletin_id: BulletinId, body: ReturnBody) -> Response:
        self._desk.give_back(bulletin_id, body.reason, _me(request))
        return self._object(bulletin_id)

    def _step(self, name: str, deed: Callable[[int, Colleague], object]) -> Callable[..., Response]:
        def step(request: Request, bulletin_id: BulletinId, _body: Nothing | None = None) -> Response:
            deed(bulletin_id, _me(request))
            return self._object(bulletin_id)

        step.__name__ = name.replace("-", "_")
        return step

    def _object(self, bulletin_id: int, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        """The contract's object, with what else the console shows of a bulletin."""
        dossier = self._desk.dossier(bulletin_id)
        bulletin = dossier.bulletin
        found = bulletin_object(bulletin, dossier.progress, dossier.editions, zone=self._desk.town.zone)
        found |= self._line(bulletin)
        found |= {
            "starts_at": found["starts_at"],
            "urgent": bulletin.urgent,
            "urgent_reason": bulletin.urgent_reason,
            "return_reason": bulletin.return_reason,
            "approved_version": bulletin.approved_version,
            "approved_by": bulletin.approved_by_road,
            "approved_as_deputy": bulletin.approved_as_deputy,
            "reaches": dossier.reach.reached,
            "checks": findings_shown(dossier.findings),
        }
        return JSONResponse(found, status_code=status, headers=headers)

    def _line(self, bulletin: Bulletin) -> dict[str, object]:
        zone = self._desk.town.zone
        moments = {name: getattr(bulletin, name) for name in _MOMENTS}
        return {
            "id": bulletin.id,
            "state": bulletin.state,
            "subject": bulletin.subject,
            "notice": bulletin.notice,
            "kind": bulletin.kind,
            "category": bulletin.category,
            "version": bulletin.version,
            "follows": bulletin.follows_id,
            "mends": bulletin.mends_id,
            "to_recipients_of": bulletin.to_recipients_of,
            **{name: at.astimezone(zone).isoformat(timespec="seconds") if at else None for name, at in moments.items()},
        }


def _me(request: Request) -> Colleague:
    me = request.state.me
    assert isinstance(me, Colleague)  # noqa: S101 -- the guard of this very call put it there
    return me


def _notice(notice: NoticeTemplate) -> dict[str, object]:
    return {
        "name": notice.name,
        "version": notice.version,
        "title": notice.title,
        "help": notice.help,
        "kind": notice.kind.value,
        "topics": notice.topics,
        "to_all": notice.to_all,
        "expires_after": int(notice.expires_after.total_seconds()),
        "required_parts": notice.required_parts,
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "kind": field.kind.value,
                "required": field.required,
                "choices": field.choices,
                "help": field.help,
                "default": field.default,
            }
            for field in notice.fields
        ],
    }
