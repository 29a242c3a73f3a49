"""A limit to what a browser may send: forms are small, and memory is not a stranger's to fill."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_OCTETS = 1 << 20


class _TooLarge(Exception):
    """More came than the limit."""


class BodyLimit:
    """Answers 413 for bodies over MOST_OCTETS, announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > MOST_OCTETS:
            await _refuse(scope, receive, send)
            return
        seen = 0
        begun = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MOST_OCTETS:
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


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    answer = PlainTextResponse("送られた内容が大きすぎます。\n", status_code=413, headers={"Connection": "close"})
    await answer(scope, receive, send)
