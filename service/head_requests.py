"""HEAD is answered as GET without its content (RFC 9110, section 9.3.2): link checkers and previews ask so."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The console has answers without an end, and the API tells its methods itself.
_NOT_HERE = ("/admin", "/api")


class HeadRequests:
    """For the pages of residents, all of whose GETs change nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"].startswith(_NOT_HERE):
            await self._app(scope, receive, send)
            return

        async def without_content(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, without_content)
