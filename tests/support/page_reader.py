"""Reads an application's pages without a socket: a request in, the whole answer out, no redirect followed."""

import asyncio
from collections.abc import Mapping, Sequence

import httpx
from starlette.types import ASGIApp

Form = Mapping[str, str | Sequence[str]]


class PageReader:
    """Keeps no cookies, as a link scanner or a mail program."""

    def __init__(self, app: ASGIApp) -> None:
        self._transport = httpx.ASGITransport(app=app)

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self._ask("GET", path))

    def post(
        self,
        path: str,
        *,
        data: Form | None = None,
        content: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, data=data, content=content, headers=headers))

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        data: Form | None = None,
        content: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        async with httpx.AsyncClient(transport=self._transport, base_url="http://anzen.example.jp") as client:
            return await client.request(method, path, data=data, content=content, headers=headers)
