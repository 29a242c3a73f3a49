"""One meeting in the console: its letters, who is told by hand, calling off, and what was noted afterwards."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.refusals import Refusal
from admin.network import meeting_asked
from admin.network.meeting_view import meeting_view
from admin.network.pages_meetings import ONE, address_of, missing
from admin.people.roles import Role
from foundation import ledger
from foundation.clock import Clock
from foundation.database import Database
from liaisons import meeting_people, meetings
from liaisons.meeting_letters import MeetingLetters, TooLate, when_words
from liaisons.meeting_tables import Meeting, MeetingState
from liaisons.meetings import Facts, MeetingNotSo, UnknownMeeting
from liaisons.simple_text import blocks, settled
from liaisons.tables import Way

Form = Annotated[Posted, Depends(posted)]
Deed = Callable[[Session, Meeting], str]

WAYS = {Way.MAIL: "メール（届かない）", Way.PHONE: "電話", Way.FAX: "ファックス", Way.PAPER: "紙"}
_LONGEST = 20_000


class MeetingPages:
    def __init__(self, database: Database, clock: Clock, letters: MeetingLetters, *, page: ConsolePage) -> None:
        self._database = database
        self._clock = clock
        self._letters = letters
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, writes, approves = (self._page.needs(role) for role in (Role.VIEWER, Role.DRAFTER, Role.APPROVER))
        router.add_api_route(ONE, self.show, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{ONE}/print", self.paper, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{ONE}/list", self.by_hand, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{ONE}/ask", self.ask, methods=["POST"], dependencies=writes)
        router.add_api_route(f"{ONE}/take-back", self.take_back, methods=["POST"], dependencies=writes)
        router.add_api_route(f"{ONE}/confirm", self.confirm, methods=["POST"], dependencies=approves)
        router.add_api_route(f"{ONE}/call-off", self.call_off, methods=["POST"], dependencies=writes)
        router.add_api_route(f"{ONE}/notes", self.note, methods=["POST"], dependencies=writes)
        return router

    def show(self, request: Request, meeting_id: str) -> Response:
        return self._show(request, meeting_id)

    def paper(self, request: Request, meeting_id: str) -> Response:
        """The invitation to be printed for those who are told by hand."""
        try:
            with self._database.read() as session:
                meeting = meetings.find(session, number(meeting_id) or 0)
        except UnknownMeeting:
            return missing(self._page, request)
        facts = Facts.of(meeting)
        return self._page.show(
            request,
            "meeting-print",
            here="liaisons",
            meeting=meeting,
            when=when_words(facts, self._letters.town.zone),
            agenda=blocks(facts.agenda),
            state=MeetingState,
        )

    def by_hand(self, request: Request, meeting_id: str) -> Response:
        """Names and numbers: every look is written down."""
        at = self._clock.now()
        try:
            with self._database.write() as session:
                meeting = meetings.find(session, number(meeting_id) or 0)
                people = meeting_people.by_hand(session, meeting, at=at)
                deed = me_of(request).deed("meeting.list-viewed", meetings.subject(meeting))
                ledger.write(session, deed, at=at, details={"shown": len(people)})
        except UnknownMeeting:
            return missing(self._page, request)
        when = when_words(Facts.of(meeting), self._letters.town.zone)
        return self._page.show(
            request,
            "meeting-list",
            here="liaisons",
            meeting=meeting,
            people=people,
            when=when,
            ways=WAYS,
            way=Way,
            at=at,
        )

    def ask(self, request: Request, meeting_id: str) -> Response:
        me, at = me_of(request), self._clock.now()

        def deed(session: Session, meeting: Meeting) -> str:
            self._letters.ask(session, meeting, me, at=at)
            meeting_asked.tell(session, self._letters, meeting, me, at=at)
            return "meeting-asked"

        return self._do(request, meeting_id, deed)

    def take_back(self, request: Request, meeting_id: str) -> Response:
        me, at = me_of(request), self._clock.now()

        def deed(session: Session, meeting: Meeting) -> str:
            self._letters.take_back(session, meeting, me, at=at)
            return "meeting-taken-back"

        return self._do(request, meeting_id, deed)

    def confirm(self, request: Request, meeting_id: str, form: Form) -> Response:
        me, at, seen = me_of(request), self._clock.now(), form.number("revision") or 0

        def deed(session: Session, meeting: Meeting) -> str:
            self._letters.confirm(session, meeting, me, revision=seen, at=at)
            return "meeting-sent"

        return self._do(request, meeting_id, deed)

    def call_off(self, request: Request, meeting_id: str) -> Response:
        me, at = me_of(request), self._clock.now()

        def deed(session: Session, meeting: Meeting) -> str:
            told = meeting.told is not None
            letters = self._letters.call_off(session, meeting, me, at=at)
            if letters:
                return "meeting-called-off"
            return "meeting-called-off-late" if told else "meeting-called-off-quietly"

        return self._do(request, meeting_id, deed)

    def note(self, request: Request, meeting_id: str, form: Form) -> Response:
        me, at = me_of(request), self._clock.now()
        notes, people = settled(form.text("notes")[:_LONGEST]), meetings.read_headcount(form.text("headcount")[:100])
        errors = {"headcount": people if isinstance(people, str) else "", "notes": meetings.notes_fault(notes)}
        errors = {name: sentence for name, sentence in errors.items() if sentence}
        if isinstance(people, str) or errors:
            typed = {"notes": notes, "headcount": form.text("headcount")[:100]}
            return self._show(request, meeting_id, errors=errors, typed=typed)

        def deed(session: Session, meeting: Meeting) -> str:
            meetings.hold(session, meeting, notes, people, me, at=at)
            return "meeting-noted"

        return self._do(request, meeting_id, deed)

    def _do(self, request: Request, meeting_id: str, deed: Deed) -> Response:
        try:
            with self._database.write() as session:
                meeting = meetings.find(session, number(meeting_id) or 0, to_change=True)
                done = deed(session, meeting)
        except UnknownMeeting:
            return missing(self._page, request)
        except MeetingNotSo as fault:
            title = "会に間に合いません" if isinstance(fault, TooLate) else "いまは、できません"
            return self._show(request, meeting_id, refusal=Refusal(409, title, (str(fault),)))
        return go(address_of(meeting.id), done)

    def _show(
        self,
        request: Request,
        meeting_id: str,
        *,
        refusal: Refusal | None = None,
        errors: Mapping[str, str] | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        try:
            with self._database.read() as session:
                meeting = meetings.find(session, number(meeting_id) or 0)
                view = meeting_view(session, self._letters, meeting, at=self._clock.now())
        except UnknownMeeting:
            return missing(self._page, request)
        return self._page.show(
            request,
            "meeting",
            here="liaisons",
            status=422 if errors else None,
            refusal=refusal,
            view=view,
            meeting=meeting,
            typed=typed or {"notes": meeting.notes, "headcount": view.headcount},
            errors=errors or {},
        )
