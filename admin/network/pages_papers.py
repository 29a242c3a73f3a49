"""The paper edition in the console: the list, and the form by which bulletins are chosen for a new paper."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, page_key, posted
from admin.people.roles import Role
from foundation.clock import Clock
from foundation.database import Database
from foundation.tokens import random_token
from liaisons import papers
from liaisons.paper_fit import Look
from liaisons.paper_source import Span
from liaisons.papers import Choice, Papers, PaperUnfit
from subscribers.placements import day_of
from subscribers.town import Town

Form = Annotated[Posted, Depends(posted)]

PAPERS = "/admin/papers"
MOST = 100  # on the list
TICKED = 3  # at first


class PapersPages:
    """Everybody looks; drafters and those above make papers."""

    def __init__(self, database: Database, clock: Clock, made: Papers, *, page: ConsolePage) -> None:
        self._database = database
        self._clock = clock
        self._papers = made
        self._page = page

    @property
    def town(self) -> Town:
        return self._papers.source.town

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, writes = self._page.needs(Role.VIEWER), self._page.needs(Role.DRAFTER)
        router.add_api_route(PAPERS, self.index, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{PAPERS}/new", self.new, methods=["GET"], dependencies=writes)
        router.add_api_route(f"{PAPERS}/new", self.make, methods=["POST"], dependencies=writes)
        return router

    def index(self, request: Request) -> Response:
        with self._database.read() as session:
            listed = papers.every(session, limit=MOST)
        return self._page.show(
            request,
            "papers",
            here="liaisons",
            listed=[(row, papers.words_of(row)) for row in listed],
            look=Look,
            areas={area.key: area.label for area in self.town.areas},
        )

    def new(self, request: Request, look: str = "", area: str = "", first: str = "", last: str = "") -> Response:
        """What no such paper could have is as if it were not there."""
        today = self._clock.now().astimezone(self.town.zone).date()
        return self._choose(request, self._choice(today, look, area, (first, last)))

    def make(self, request: Request, form: Form) -> Response:
        at = self._clock.now()
        today = at.astimezone(self.town.zone).date()
        read = self._choice(today, form.text("look"), form.text("area"), (form.text("first"), form.text("last")))
        numbers = tuple(filter(None, (number(each) for each in form.texts("numbers")[:100])))
        choice = Choice(read.look, read.span, read.area, numbers)
        once = page_key(form.text("once")) or random_token()
        try:
            with self._database.write() as session:
                row = self._papers.begin(session, choice, me_of(request), once=once, at=at)
        except PaperUnfit as fault:
            return self._choose(request, choice, errors=fault.errors)
        return go(f"{PAPERS}/{row.id}", "paper-made")

    def _choose(self, request: Request, choice: Choice, *, errors: Mapping[str, str] | None = None) -> Response:
        source, at = self._papers.source, self._clock.now()
        with self._database.read() as session:
            if choice.look is Look.ONE:
                found, ticked = source.lately(session, choice.area, at=at), list(choice.numbers)
            else:
                found = source.of_span(session, choice.span, choice.area)
                ticked = list(choice.numbers) or [each.id for each in found[-TICKED:]]
        return self._page.show(
            request,
            "paper-new",
            here="liaisons",
            status=422 if errors else None,
            choice=choice,
            found=found,
            ticked=ticked,
            once=random_token(),
            is_one=choice.look is Look.ONE,
            errors=errors or {},
        )

    def _choice(self, today: date, look: str, area: str, days: tuple[str, str]) -> Choice:
        usual = papers.month_before(today)
        first, last = (day_of(day, today=today) for day in days)
        span = Span(first or usual.first, last or usual.last)
        if span.first > span.last:
            span = Span(span.last, span.first)
        known = area if area in {each.key for each in self.town.areas} else ""
        return Choice(Look(look) if look in set(Look) else Look.ROUND_UP, span, known)
