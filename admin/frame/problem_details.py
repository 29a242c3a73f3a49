"""Errors of the API as problem details (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import JSONResponse


class Problem(Exception):
    """A request of the API that cannot be done; `detail` says in one sentence why."""

    def __init__(self, status: int, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


class ApiUnauthorized(Problem):
    """The bearer token is missing, or opens nothing."""

    def __init__(self) -> None:
        detail = "有効なトークンがありません。Authorization: Bearer … を付けてください。"
        super().__init__(401, detail, headers={"WWW-Authenticate": "Bearer"})


class ApiForbidden(Problem):
    """The person behind the token has too low a role."""

    def __init__(self, label: str) -> None:
        super().__init__(403, f"この操作には「{label}」の役割が必要です。")


def answer(problem: Problem) -> JSONResponse:
    # `about:blank` says that the status tells the kind; the title is then the status's own phrase.
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
    }
    return JSONResponse(
        body, status_code=problem.status, headers=problem.headers, media_type="application/problem+json"
    )
