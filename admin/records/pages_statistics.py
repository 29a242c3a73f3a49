"""The yearly report: a page a fiscal year, made to be printed, and its two files for a spreadsheet."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from admin.desk.bulletin_desk import BulletinDesk
from admin.frame.console_page import HEADERS, ConsolePage
from admin.frame.form_reading import number
from admin.frame.span_words import span_words
from admin.people.roles import Role
from admin.records.moved_words import MOVED
from admin.records.yearly_csv import bulletins_csv, summary_csv
from admin.records.yearly_report import Reporter, YearlyReport, years
from bulletins.event_moment import EventMoments
from foundation.era import era_date
from foundation.fiscal_year import MONTHS, FiscalYear

_HERE = "statistics"


class _UnknownYear(Exception):
    """Nothing is known of this year: it lies before the first delivery, or ahead."""


class StatisticsPages:
    def __init__(self, desk: BulletinDesk, *, page: ConsolePage) -> None:
        self._desk = desk
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks = self._page.needs(Role.VIEWER)
        router.add_api_route("/admin/statistics", self.current, methods=["GET"], dependencies=looks)
        router.add_api_route("/admin/statistics/{year}", self.one, methods=["GET"], dependencies=looks)
        for name, make in (("bulletins", bulletins_csv), ("summary", summary_csv)):
            path = f"/admin/statistics/{{year}}/{name}.csv"
            router.add_api_route(path, self._file(name, make), methods=["GET"], dependencies=looks)
        return router

    def current(self, request: Request) -> Response:
        return self._show(request, FiscalYear.of(self._desk.clock.now(), self._desk.town.zone).number)

    def one(self, request: Request, year: str) -> Response:
        return self._show(request, number(year))

    def _file(self, name: str, make: Callable[[YearlyReport], bytes]) -> Callable[..., Response]:
        def file(request: Request, year: str) -> Response:
            try:
                report, _ = self._report(number(year))
            except _UnknownYear:
                return self._unknown(request)
            # A name in ASCII: old browsers garble any other.
            told = {"Content-Disposition": f'attachment; filename="{name}-{report.year.number}.csv"'}
            return Response(make(report), media_type="text/csv; charset=utf-8", headers={**HEADERS, **told})

        return file

    def _show(self, request: Request, year: int | None) -> Response:
        try:
            report, known = self._report(year)
        except _UnknownYear:
            return self._unknown(request)
        today = report.at.astimezone(report.year.zone).date()
        return self._page.show(
            request,
            "statistics",
            here=_HERE,
            report=report,
            years=known,
            months=MONTHS,
            era_date=era_date,
            today=era_date(today),
            span_words=span_words,
            moved_words=MOVED,
            hours=self._desk.hours.describe(),
        )

    def _report(self, year: int | None) -> tuple[YearlyReport, tuple[FiscalYear, ...]]:
        desk, at = self._desk, self._desk.clock.now()
        reporter = Reporter(desk.drafting.categories.statistic_classes(), EventMoments(desk.shelf.all()), desk.hours)
        with desk.database.read() as session:
            known = years(session, FiscalYear.of(at, desk.town.zone))
            asked = next((each for each in known if each.number == year), None)
            if asked is None:
                raise _UnknownYear
            return reporter.report(session, asked, at=at), known

    def _unknown(self, request: Request) -> Response:
        return self._page.message(
            request, 404, "この年度の記録はありません", "「統計」から、年度を選びなおしてください。"
        )
