"""The year of the network: April's review, the hand-over to the next officer, and the figures."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.console_page import go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.network.liaison_desk import HERE, LIAISONS, LiaisonDesk, officer_choices, staff_names, year_day
from admin.people.roles import Role
from foundation.era import era_date
from foundation.fiscal_year import FiscalYear
from liaisons import figures, forwarding_year, handover, listing, review
from liaisons.tables import Way

Form = Annotated[Posted, Depends(posted)]

NOBODY = "none"  # in place of an officer's number


class LiaisonYearPages:
    def __init__(self, desk: LiaisonDesk) -> None:
        self._desk = desk

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, acts = self._desk.page.needs(Role.VIEWER), self._desk.page.needs(Role.DRAFTER)
        router.add_api_route(f"{LIAISONS}/review", self.review, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{LIAISONS}/handover", self.handover, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{LIAISONS}/handover", self.hand_over, methods=["POST"], dependencies=acts)
        router.add_api_route(f"{LIAISONS}/years", self.this_year, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{LIAISONS}/years/{{year}}", self.one_year, methods=["GET"], dependencies=looks)
        return router

    def review(self, request: Request) -> Response:
        """Who is left; the deed itself is a button of each line (`pages_liaison.confirm`)."""
        desk, at = self._desk, self._desk.clock.now()
        with desk.looking(me_of(request), "liaison.list-viewed") as session:
            left = listing.lines_of(session, review.left(session, desk.town.zone, at=at), at=at)
            names = staff_names(session)
        return desk.page.show(
            request, "liaison-review", here=HERE, lines=left, names=names, desk=desk, year=self._now(), way=Way
        )

    def handover(self, request: Request, officer: str = "") -> Response:
        """`?officer=` is a number of the staff, or `none` for those without one."""
        desk, me, at = self._desk, me_of(request), self._desk.clock.now()
        known = number(officer)
        with desk.database.read() as session:
            names, officers = staff_names(session), officer_choices(session)
            chosen = officer == NOBODY or known in names
            lines = handover.sheet(session, known, desk.dealings, at=at) if chosen else ()
        if chosen:
            with desk.looking(me, "liaison.handover-viewed", f"staff:{known}" if known else "liaisons"):
                pass
        everybody = [*((str(key), name) for key, name in names.items()), (NOBODY, "担当者のいない連絡員")]
        return desk.page.show(
            request,
            "liaison-handover",
            here=HERE,
            chosen=officer if chosen else "",
            who=names.get(known or 0, "担当者のいない連絡員"),
            everybody=everybody,
            officers=officers,
            lines=lines,
            mark=desk.watermark(me, "印刷"),
            day=lambda moment: year_day(moment, desk.town),
            way=Way,
            desk=desk,
        )

    def hand_over(self, request: Request, form: Form) -> Response:
        desk, me, at = self._desk, me_of(request), self._desk.clock.now()
        known, to = form.number("from"), form.number("to")
        with desk.database.write() as session:
            names = [int(key) for key, _ in officer_choices(session)]
            may = to in names and (known is not None or form.text("from") == NOBODY)
            if may and to is not None:
                handover.hand_over(session, known, to, me, at=at)
        if not may:
            return desk.page.message(
                request, 422, "引き継ぐ相手を選んでください", "前のページに戻って、もう一度選んでください。"
            )
        return go(f"{LIAISONS}/handover", "liaisons-handed-over")

    def this_year(self, request: Request) -> Response:
        return self._year(request, self._now().number)

    def one_year(self, request: Request, year: str) -> Response:
        return self._year(request, number(year))

    def _year(self, request: Request, wanted: int | None) -> Response:
        desk, now = self._desk, self._now()
        with desk.database.read() as session:
            known = figures.years(session, now)
            asked = next((each for each in known if each.number == wanted), None)
            found = figures.figures(session, asked, desk.dealings) if asked is not None else None
            passed_on = forwarding_year.counted(session, asked, at=desk.clock.now()) if asked is not None else None
        if found is None:
            return desk.page.message(
                request, 404, "この年度の記録はありません", "「年度の数字」から、年度を選びなおしてください。"
            )
        today = desk.clock.now().astimezone(desk.town.zone).date()
        is_over = found.year.number < now.number
        return desk.page.show(
            request,
            "liaison-year",
            here=HERE,
            found=found,
            passed_on=passed_on,
            years=known,
            today=era_date(today),
            as_of=era_date(found.year.last_day if is_over else today),
        )

    def _now(self) -> FiscalYear:
        return FiscalYear.of(self._desk.clock.now(), self._desk.town.zone)
