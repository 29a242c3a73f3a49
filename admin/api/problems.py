"""What the rooms raise, as the API answers it: problem details (RFC 9457) instead of pages."""

import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from http import HTTPStatus
from inspect import isawaitable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from bulletins.approval import Blocked, ReasonMissing
from bulletins.checks.draft import Finding
from bulletins.drafting import DraftInvalid, UnknownBulletin
from bulletins.filling import FieldsInvalid
from bulletins.kinds import KindUnfit
from bulletins.life import NotNow, WrongState
from bulletins.notice_shelf import NoticeRetired, UnknownNotice
from bulletins.schedule import StartUnfit
from bulletins.signatory import NotAllowed
from foundation.addresses import AddressInvalid
from foundation.database import OUTAGES, why
from foundation.unfit import Unfit
from mailer.delivery_hours import NeverOpens

log = logging.getLogger(__name__)

API = "/api"
RETRY_SECONDS = 5
MEDIA_TYPE = "application/problem+json"

# What a caller could not know from the status alone; the rest is said in pydantic's own words.
_SENTENCES: Mapping[str, str] = {
    "missing": "必要な項目です。",
    "extra_forbidden": "この項目はありません。",
    "string_type": "文字列で指定してください。",
    "list_type": "配列で指定してください。",
    "dict_type": "オブジェクトで指定してください。",
    "bool_type": "true か false で指定してください。",
    "int_type": "整数で指定してください。",
    "model_attributes_type": "JSON のオブジェクトを Content-Type: application/json で送ってください。",
    "json_invalid": "JSON として読めません。",
}
_ROOMS: Mapping[type[Exception], int] = {
    UnknownBulletin: 404,
    UnknownNotice: 404,
    NoticeRetired: 409,
    NotAllowed: 403,
    WrongState: 409,
    NotNow: 409,
    KindUnfit: 409,
    Blocked: 409,
    ReasonMissing: 422,
    DraftInvalid: 422,
    StartUnfit: 422,
    NeverOpens: 409,
    FieldsInvalid: 422,
    AddressInvalid: 422,
}
_STATUSES: Mapping[int, str] = {
    400: "送られた内容を読めません。",
    404: "この API にその場所はありません。/api/openapi.json をご覧ください。",
    405: "この場所では、その方法（メソッド）を使えません。",
}


class BodyInvalid(Unfit):
    """Members of the body that pydantic let pass cannot be taken."""


class ApiRoute(APIRoute):
    """A call of the API: whatever stops it, the caller gets problem details."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as invalid:
                return _invalid(invalid)
            except BodyInvalid as invalid:
                return _unfit(invalid.errors, under="")
            except (*OUTAGES, PoolTimeout) as problem:
                return _busy(problem)
            except tuple(_ROOMS) as refusal:
                return _refused(refusal)

        return answered


def install_problems(app: FastAPI) -> None:
    """For what no call of the API answers: unknown paths and wrong methods below /api. To be called after the
    handler of HTTPException for pages was added, which goes on serving every other path."""
    pages = app.exception_handlers[HTTPException]

    async def missing(request: Request, problem: HTTPException) -> Response:
        if request.url.path == API or request.url.path.startswith(f"{API}/"):
            detail = _STATUSES.get(problem.status_code, problem.detail)
            return answer(problem.status_code, detail, headers=problem.headers)
        return await _handled(pages, request, problem)

    app.add_exception_handler(HTTPException, missing)  # type: ignore[arg-type]  # starlette hands in this class only


def answer(status: int, detail: str, *, headers: Mapping[str, str] | None = None, **members: object) -> JSONResponse:
    """`members` are extension members; `about:blank` says that the status alone tells the kind."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _sayable(detail),
        **members,
    }
    return JSONResponse(body, status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def findings_shown(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """`checks` of the contract, with the field each speaks of."""
    return [{"rule": f.rule, "level": f.level.value, "message": f.message, "field": f.field} for f in findings]


def _refused(refusal: Exception) -> Response:
    match refusal:
        case UnknownBulletin():
            return answer(404, "この番号のお知らせはありません。")
        case Blocked():
            return answer(409, str(refusal), checks=findings_shown(refusal.findings))
        case FieldsInvalid():
            return _unfit(refusal.errors, under="/fields")
        case AddressInvalid():
            return _unfit({"address": str(refusal)}, under="")
        case StartUnfit():
            return _unfit({"starts_at": str(refusal)}, under="")
        case NeverOpens():
            return answer(409, "配信できる日がありません。配信時間と閉庁日の設定を確かめてください。")
        case ReasonMissing():
            return _unfit({"reason": str(refusal)}, under="")
    status = next(status for kind, status in _ROOMS.items() if isinstance(refusal, kind))
    return answer(status, str(refusal))


def _unfit(errors: Mapping[str, str], *, under: str) -> Response:
    return answer(422, " ".join(errors.values()), errors=[_error(f"{under}/{k}", k, v) for k, v in errors.items()])


def _invalid(invalid: RequestValidationError) -> Response:
    """What was sent is never repeated: it may be an address. A path that cannot be a number leads nowhere."""
    if any(error["loc"][0] == "path" for error in invalid.errors()):
        return _refused(UnknownBulletin())
    errors = []
    for error in invalid.errors():
        loc = [] if error["type"] == "json_invalid" else [str(part) for part in error["loc"][1:]]
        sentence = _SENTENCES.get(error["type"], error["msg"].removeprefix("Value error, "))
        errors.append(_error("".join(f"/{part}" for part in loc), ".".join(loc), sentence))
    detail = " ".join(f"{error['field']}：{error['detail']}" if error["field"] else error["detail"] for error in errors)
    return answer(422, detail, errors=errors)


def _error(pointer: str, field: str, sentence: str) -> dict[str, str]:
    return {"field": _sayable(field), "pointer": _sayable(f"#{pointer}"), "detail": sentence}


def _sayable(text: str) -> str:
    """Strangers invent names: lone surrogates, with which no answer could be written, become question marks."""
    return text[:2000].encode("utf-8", "replace").decode()


def _busy(problem: Exception) -> Response:
    log.warning("the database does not answer (%s)", why(problem))
    detail = "いま混み合っています。少し待ってから、もう一度送ってください。"
    return answer(503, detail, headers={"Retry-After": str(RETRY_SECONDS)})


async def _handled(
    handler: Callable[..., Response | Awaitable[Response]], request: Request, problem: HTTPException
) -> Response:
    given = await run_in_threadpool(handler, request, problem)
    return await given if isawaitable(given) else given
