"""The April list: how many leaflets each school and nursery is given for 新入生・転入生, on one sheet."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.console_page import go, me_of
from admin.frame.form_reading import Posted, page_key, posted
from admin.frame.form_reading import number as as_number
from admin.people.roles import Role
from admin.residents.place_desk import PLACES, PlaceDesk
from admin.residents.place_report import AprilList, april_list
from foundation.era import era_date
from foundation.fiscal_year import FiscalYear
from foundation.tokens import random_token
from subscribers import placements
from subscribers.placements import Occasion, Placement, Sheet, day_of, sheets

Form = Annotated[Posted, Depends(posted)]

APRIL = f"{PLACES}/april"
# From January on the coming April is what one opens the list for.
AHEAD = timedelta(days=90)
FIRST_YEAR = 2000
_BELOW = "number-"


class AprilPages:
    def __init__(self, desk: PlaceDesk) -> None:
        self._desk = desk

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, writes = self._desk.page.needs(Role.VIEWER), self._desk.page.needs(Role.DRAFTER)
        router.add_api_route(APRIL, self.show, methods=["GET"], dependencies=looks)
        router.add_api_route(APRIL, self.note, methods=["POST"], dependencies=writes)
        return router

    def show(self, request: Request, year: str = "") -> Response:
        """`year` is the calendar year of its April; without it the April that is due."""
        wanted = self._due() if not year else self._known(year)
        if wanted is None:
            return self._unknown(request)
        return self._show(request, wanted, {}, wanted.first_day.isoformat())

    def note(self, request: Request, form: Form) -> Response:
        """All at once, and each once: a form that comes in twice is noted once; what is empty or 0 is left open."""
        year = self._known(form.text("year"))
        if year is None:
            return self._unknown(request)
        day, once = (
            day_of(form.text("day")[:20], today=self._desk.today()),
            page_key(form.text("once")) or random_token(),
        )
        with self._desk.database.write() as session:
            # What a colleague has noted meanwhile is not open any more, and stays as it is.
            listed = april_list(session, self._desk.places, year)
            typed = {line.place.key: form.text(f"{_BELOW}{line.place.key}").strip()[:20] for line in listed.open_lines}
            errors = _errors(typed, day, year)
            for key, text in typed.items():
                if day is not None and not errors and (number := sheets(text)):
                    placement = Placement(key, Sheet.LEAFLET, number, day, Occasion.NEWCOMERS)
                    placements.note(
                        session, placement, me_of(request), once_key=f"{once}:{key}", at=self._desk.clock.now()
                    )
        if errors:
            return self._show(request, year, typed, form.text("day")[:20], errors=errors)
        return go(f"{APRIL}?year={year.number}&done=placements-noted")

    def _show(
        self,
        request: Request,
        year: FiscalYear,
        typed: Mapping[str, str],
        day: str,
        *,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        with self._desk.database.read() as session:
            listed: AprilList = april_list(session, self._desk.places, year)
        return self._desk.page.show(
            request,
            "april",
            here="subscribers",
            status=422 if errors else 200,
            listed=listed,
            last_year=FiscalYear(year.number - 1, year.zone),
            next_year=FiscalYear(year.number + 1, year.zone),
            may_go_on=year.number < self._due().number,
            today=era_date(self._desk.today()),
            typed=typed,
            day=day,
            below=_BELOW,
            once=random_token(),
            errors=errors or {},
        )

    def _due(self) -> FiscalYear:
        return FiscalYear.of(self._desk.clock.now() + AHEAD, self._desk.places.town.zone)

    def _known(self, text: str) -> FiscalYear | None:
        wanted = as_number(text)
        if wanted is None or not FIRST_YEAR <= wanted <= self._due().number:
            return None
        return FiscalYear(wanted, self._desk.places.town.zone)

    def _unknown(self, request: Request) -> Response:
        return self._desk.page.message(
            request, 404, "この年度の表はありません", "「4月の配布」から選びなおしてください。"
        )


def _errors(typed: Mapping[str, str], day: date | None, year: FiscalYear) -> dict[str, str]:
    errors = {
        f"{_BELOW}{key}": "枚数は、数字で入力してください。配らない所は空のままにします。"
        for key, text in typed.items()
        if text and sheets(text) is None
    }
    if day is None or not year.first_day <= day <= year.last_day:
        errors["day"] = f"{year.label}の日付（4月1日から翌年3月31日まで）を選んでください。"
    return errors
