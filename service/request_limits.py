"""Limits to what a browser may send: forms are small, memory is not a stranger's to fill, and text is UTF-8."""

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from admin.frame.form_reading import MOST_UPLOADED, UPLOAD

MOST_OCTETS = 1 << 20
_UTF_8 = (b"utf-8", b"utf8")


class _TooLarge(Exception):
    """More came than the limit."""


class BodyLimit:
    """Answers 413 for bodies over MOST_OCTETS, announced or not; one page takes larger ones, behind its guard."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MOST_UPLOADED if scope["path"] == UPLOAD else MOST_OCTETS
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > most:
            await _refuse(scope, receive, send)
            return
        seen = 0
        begun = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise _TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except _TooLarge:
            if not begun:
                await _refuse(scope, receive, send)


class Legible:
    """Turns away what no browser sends: a NUL in the path (404), which PostgreSQL takes for no text, and a multipart
    form in another code than UTF-8 (400), of which Python knows some that yield lone surrogates or fail in odd ways."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "\0" in scope["path"]:
            answer = PlainTextResponse("このページはありません。\n", status_code=404)
        elif scope["type"] == "http" and _is_in_another_code(scope):
            headers = {"Connection": "close"}
            answer = PlainTextResponse("送られた内容を読めません。\n", status_code=400, headers=headers)
        else:
            await self._app(scope, receive, send)
            return
        await answer(scope, receive, send)


def _is_in_another_code(scope: Scope) -> bool:
    kind, options = parse_options_header(Headers(scope=scope).get("content-type", ""))
    return kind == b"multipart/form-data" and options.get(b"charset", b"utf-8").lower() not in _UTF_8


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    answer = PlainTextResponse("送られた内容が大きすぎます。\n", status_code=413, headers={"Connection": "close"})
    await answer(scope, receive, send)
