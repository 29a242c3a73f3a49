"""The entry for a calendar, at the address that stands in the letters about a meeting."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from foundation.database import Database
from foundation.spoken_pages import SpokenPages
from liaisons.calendar_file import MEDIA_TYPE, calendar
from liaisons.meeting_letters import MeetingLetters
from subscribers.page_headers import PERSONAL

_END = ".ics"


@dataclass(frozen=True)
class MeetingCalendar:
    """The same for everybody who was invited: it names nobody but the office."""

    database: Database
    pages: SpokenPages
    letters: MeetingLetters

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/liaison/meeting/{name}", self.entry, methods=["GET"])
        return router

    def entry(self, name: str) -> Response:
        with self.database.read() as session:
            token = name.removesuffix(_END)
            entry = self.letters.entry(session, token) if name.endswith(_END) else None
        if entry is None:
            return self.pages.in_japanese.answer("resident/link-unknown.html", status=404, headers=PERSONAL)
        headers = {**PERSONAL, "Content-Disposition": 'attachment; filename="meeting.ics"'}
        media_type = f"{MEDIA_TYPE}; charset=utf-8; method={entry.method}"
        return Response(calendar(entry), media_type=media_type, headers=headers)
