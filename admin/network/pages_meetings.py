"""地域安全の会 in the console: the list, and the form by which one is planned and changed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.refusals import Refusal
from admin.people.roles import Role
from foundation.clock import Clock
from foundation.database import Database
from foundation.fiscal_year import FiscalYear
from liaisons import meetings
from liaisons.meeting_letters import changed, when_words
from liaisons.meeting_tables import Meeting, MeetingState
from liaisons.meetings import Facts, MeetingForm, MeetingNotSo, UnknownMeeting
from subscribers.town import Town

Form = Annotated[Posted, Depends(posted)]

MEETINGS = "/admin/meetings"
ONE = f"{MEETINGS}/{{meeting_id}}"
MOST = 200  # on the list
_LONGEST = 20_000  # characters that are read of a field


def address_of(meeting_id: int) -> str:
    return ONE.format(meeting_id=meeting_id)


class MeetingsPages:
    """Everybody looks; drafters and those above plan."""

    def __init__(self, database: Database, clock: Clock, town: Town, *, page: ConsolePage) -> None:
        self._database = database
        self._clock = clock
        self._town = town
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, writes = self._page.needs(Role.VIEWER), self._page.needs(Role.DRAFTER)
        router.add_api_route(MEETINGS, self.index, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{MEETINGS}/new", self.new, methods=["GET"], dependencies=writes)
        router.add_api_route(f"{MEETINGS}/new", self.add, methods=["POST"], dependencies=writes)
        router.add_api_route(f"{ONE}/edit", self.edit, methods=["GET"], dependencies=writes)
        router.add_api_route(f"{ONE}/edit", self.change, methods=["POST"], dependencies=writes)
        return router

    def index(self, request: Request) -> Response:
        at, zone = self._clock.now(), self._town.zone
        with self._database.read() as session:
            listed = meetings.every(session, limit=MOST)
            near = meetings.areas_of_each(session, [each.id for each in listed])
            year = FiscalYear.of(at, zone)
            counted = meetings.yearly_meetings(session, year.number, zone)
        areas = {each.id: meetings.labels_of(self._town, near.get(each.id, ())) for each in listed}
        ahead = [each for each in listed if each.state == MeetingState.PLANNED]
        return self._page.show(
            request,
            "meetings",
            here="liaisons",
            ahead=sorted(ahead, key=lambda each: each.starts_at),
            past=[each for each in listed if each.state != MeetingState.PLANNED],
            areas=areas,
            at=at,
            year=year,
            counted=counted,
            when=lambda each: when_words(Facts.of(each), zone),
            state=MeetingState,
            changed=changed,
        )

    def new(self, request: Request) -> Response:
        return self._form(request, MeetingForm(), None)

    def add(self, request: Request, form: Form) -> Response:
        typed = self._read(form)
        facts = typed.read(self._town.zone, today=self._today())
        if not isinstance(facts, Facts):
            return self._form(request, typed, None, errors=facts)
        with self._database.write() as session:
            meeting = meetings.plan(session, facts, typed.areas, me_of(request), at=self._clock.now())
        return go(address_of(meeting.id), "meeting-planned")

    def edit(self, request: Request, meeting_id: str) -> Response:
        try:
            with self._database.read() as session:
                meeting = meetings.find(session, number(meeting_id) or 0)
                areas = meetings.areas_of(session, meeting.id)
        except UnknownMeeting:
            return missing(self._page, request)
        return self._form(request, MeetingForm.of(meeting, areas, self._town.zone), meeting, areas=areas)

    def change(self, request: Request, meeting_id: str, form: Form) -> Response:
        """What was read is what is changed, or nothing is."""
        typed, seen = self._read(form), form.number("revision")
        facts = typed.read(self._town.zone, today=self._today())
        try:
            with self._database.write() as session:
                meeting = meetings.find(session, number(meeting_id) or 0, to_change=True)
                areas = meetings.areas_of(session, meeting.id)
                if isinstance(facts, Facts) and meeting.revision == seen:
                    meetings.change(session, meeting, facts, typed.areas, me_of(request), at=self._clock.now())
                    return go(address_of(meeting.id), "meeting-changed")
        except UnknownMeeting:
            return missing(self._page, request)
        except MeetingNotSo as fault:
            return self._page.message(request, 409, "いまは変更できません", str(fault))
        if not isinstance(facts, Facts):
            return self._form(request, typed, meeting, errors=facts, areas=areas)
        sentence = "書いた内容は下に残っています。確かめてから、もう一度保存してください。"
        overtaken = Refusal(409, "書いている間に、別の人が変更しました", (sentence,))
        return self._form(request, typed, meeting, refusal=overtaken, areas=areas)

    def _form(
        self,
        request: Request,
        typed: MeetingForm,
        meeting: Meeting | None,
        *,
        errors: Mapping[str, str] | None = None,
        refusal: Refusal | None = None,
        areas: Sequence[str] = (),
    ) -> Response:
        """`areas` are those that stand, which stay once people were invited."""
        return self._page.show(
            request,
            "meeting-form",
            here="liaisons",
            status=422 if errors else None,
            refusal=refusal,
            form=typed,
            meeting=meeting,
            area_labels=meetings.labels_of(self._town, areas),
            longest=meetings.LONGEST_LINE,
            errors=errors or {},
        )

    def _read(self, form: Posted) -> MeetingForm:
        line = {name: form.text(name)[:1000] for name in ("day", "starts", "ends", "place", "joint_with")}
        joint = form.has("joint") or bool(line["joint_with"].strip())
        areas = meetings.known_areas(self._town, form.texts("areas"), everywhere=form.has("areas_all"))
        return MeetingForm(**line, joint=joint, agenda=form.text("agenda")[:_LONGEST], areas=areas)

    def _today(self) -> date:
        return self._clock.now().astimezone(self._town.zone).date()


def missing(page: ConsolePage, request: Request) -> Response:
    return page.message(request, 404, "この会の記録はありません", "「地域安全の会」の一覧から選んでください。")
