"""What is the same for everybody goes out small, and not at all to whom has it already (RFC 9110, sections 8.8, 13)."""

import gzip
import hashlib
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SMALLEST = 500  # octets; below that, packing adds as much as it takes away
_TEXT = ("text/", "application/atom+xml", "image/svg+xml", "application/javascript")
_NO_WEIGHT = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")


class PublicAnswers:
    """Only answers that say `Cache-Control: public` are touched. A page that holds a token or an address is never
    packed: how well it packs would tell of what it holds (BREACH), see docs/decisions."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        answer = _Answer(Headers(scope=scope), send)
        await self._app(scope, receive, answer.take)


class _Answer:
    """Holds back a public one until it is whole; all others pass."""

    def __init__(self, asked: Headers, send: Send) -> None:
        self._asked = asked
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_public_text(message):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._give(self._start)

    async def _give(self, start: Message) -> None:
        body = bytes(self._body)
        headers = MutableHeaders(scope=start)
        headers.add_vary_header("Accept-Encoding")
        headers.setdefault("ETag", f'W/"{hashlib.sha256(body).hexdigest()[:24]}"')
        if _has_it(self._asked.get("if-none-match", ""), headers["ETag"]):
            del headers["content-length"], headers["content-type"]
            start["status"], body = 304, b""
        else:
            if len(body) >= SMALLEST and _takes_gzip(self._asked.get("accept-encoding", "")):
                body = gzip.compress(body, compresslevel=6, mtime=0)
                headers["Content-Encoding"] = "gzip"
            headers["Content-Length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _is_public_text(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    said = headers.get("cache-control", "").split(",")
    is_public = "public" in (each.strip() for each in said)
    is_text = headers.get("content-type", "").startswith(_TEXT)
    return start["status"] == 200 and is_public and is_text and "content-encoding" not in headers


def _has_it(known: str, mark: str) -> bool:
    """By the weak comparison, which is the one for this."""
    marks = {each.strip().removeprefix("W/") for each in known.split(",")}
    return "*" in marks or mark.removeprefix("W/") in marks


def _takes_gzip(accepted: str) -> bool:
    for each in accepted.lower().split(","):
        name, _, weight = each.partition(";")
        if name.strip() == "gzip":
            return _NO_WEIGHT.fullmatch(weight) is None
    return False
