"""The events of a delivery under way: whoever has the page of a bulletin open is told what changed, as it happens."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from admin.desk.lookout import UNDER_WAY, Lookout
from admin.desk.progress_words import ProgressView, progress_view
from admin.frame.console_page import ConsolePage
from admin.frame.form_reading import number
from admin.people.roles import Role
from bulletins.drafting import UnknownBulletin
from foundation.database import OUTAGES, why

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
KEEP_AWAKE_SECONDS = 15.0  # proxies cut what is silent for longer than a minute or so
# A browser comes back by itself, and is asked anew who it is: whoever signed out or left is not told for ever.
LONGEST_SECONDS = 300.0
COME_BACK_MILLISECONDS = 2000
MOST_WATCHERS = 48

# A proxy that buffers would hold the events back.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_BUSY = {"Cache-Control": "no-store", "Retry-After": "30"}


class Watchers:
    """Those who follow a delivery at this moment, and the word that the server stops."""

    def __init__(self) -> None:
        self.present = 0
        self._end = asyncio.Event()

    @property
    def is_full(self) -> bool:
        return self.present >= MOST_WATCHERS

    @property
    def has_ended(self) -> bool:
        return self._end.is_set()

    def end(self) -> None:
        """Sends everybody home: a server waits for what is open before it stops."""
        self._end.set()

    async def rest(self, seconds: float) -> None:
        """Until the time is over, or the server stops."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._end.wait(), seconds)


class ProgressPages:
    def __init__(self, lookout: Lookout, watchers: Watchers, *, page: ConsolePage) -> None:
        self._lookout = lookout
        self._watchers = watchers
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        path = "/admin/bulletins/{bulletin_id}/progress/events"
        router.add_api_route(path, self.events, methods=["GET"], dependencies=self._page.needs(Role.VIEWER))
        return router

    async def events(self, request: Request, bulletin_id: str) -> Response:
        """`text/event-stream`; 204, after which no browser comes back, where nothing is under way."""
        known = number(bulletin_id)
        try:
            seen = await self._look(known) if known is not None else None
        except UnknownBulletin:
            seen = None
        if known is None or seen is None:
            return self._page.message(request, 404, "お知らせが見つかりません", "番号を確かめてください。")
        if seen.state not in UNDER_WAY:
            return Response(status_code=204, headers=HEADERS)
        if self._watchers.is_full or self._watchers.has_ended:
            return Response(status_code=503, headers=_BUSY)
        return StreamingResponse(self._told(known), media_type="text/event-stream", headers=HEADERS)

    async def _told(self, bulletin_id: int) -> AsyncIterator[str]:
        self._watchers.present += 1
        try:
            begun = spoke = time.monotonic()
            told: ProgressView | None = None
            yield f"retry: {COME_BACK_MILLISECONDS}\n\n"
            while not self._watchers.has_ended and time.monotonic() - begun < LONGEST_SECONDS:
                seen = await self._patient_look(bulletin_id) or told
                if seen is not None and seen != told:
                    yield event(seen)
                    told, spoke = seen, time.monotonic()
                    if seen.state not in UNDER_WAY:
                        return
                elif time.monotonic() - spoke >= KEEP_AWAKE_SECONDS:
                    yield ":\n\n"
                    spoke = time.monotonic()
                await self._watchers.rest(LOOK_SECONDS)
        finally:
            self._watchers.present -= 1

    async def _patient_look(self, bulletin_id: int) -> ProgressView | None:
        """None while the database does not answer: that is nothing new."""
        try:
            return await self._look(bulletin_id)
        except OUTAGES as problem:
            log.warning("the database does not answer (%s)", why(problem))
            return None

    async def _look(self, bulletin_id: int) -> ProgressView:
        """One short read in a thread; no session is open while waiting."""

        def look() -> ProgressView:
            return progress_view(self._lookout.look(bulletin_id), self._lookout.hours)

        return await asyncio.to_thread(look)


def event(seen: ProgressView) -> str:
    """JSON has no line breaks, so one `data:` line holds it."""
    return f"data: {json.dumps(asdict(seen), ensure_ascii=False, separators=(',', ':'))}\n\n"
