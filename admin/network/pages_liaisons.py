"""連絡員一覧表: the list, narrowed without a name in an address of ours, on paper, and as a file for a spreadsheet."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.console_page import HEADERS, me_of
from admin.frame.form_reading import Posted, posted
from admin.network.liaison_desk import HERE, LIAISONS, LiaisonDesk, officer_choices, staff_names, year_day
from admin.people.roles import Role
from foundation.spreadsheet import Cell, as_csv
from liaisons import candidates, listing, review
from liaisons.listing import Line, Shown, Wanted
from liaisons.tables import ConsentWay, Way

Form = Annotated[Posted, Depends(posted)]

LONGEST_WORDS = 60
MOST_ROWS = 500
_COLUMNS = (
    "番号", "状態", "氏名", "団体", "役職", "ほかの役職", "地域", "連絡方法", "メール", "電話", "ファックス", "住所",
    "担当者", "承諾の日", "承諾のしかた", "活動を始めた日", "休止の終わり",
)  # fmt: skip


class LiaisonsPages:
    """Every section reads it; the owning one carries it out. Each look is in the ledger."""

    def __init__(self, desk: LiaisonDesk) -> None:
        self._desk = desk

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        needs = self._desk.page.needs
        router.add_api_route(LIAISONS, self.show, methods=["GET"], dependencies=needs(Role.VIEWER))
        router.add_api_route(LIAISONS, self.search, methods=["POST"], dependencies=needs(Role.VIEWER))
        router.add_api_route(f"{LIAISONS}/print", self.paper, methods=["GET"], dependencies=needs(Role.VIEWER))
        router.add_api_route(f"{LIAISONS}/export", self.export, methods=["POST"], dependencies=needs(Role.DRAFTER))
        return router

    def show(self, request: Request) -> Response:
        return self._show(request, Wanted(), "")

    def search(self, request: Request, form: Form) -> Response:
        """By POST, since a name in the address of a page would stand in browsers and proxies."""
        shown = next((each for each in Shown if each.value == form.text("shown")), Shown.LIVING)
        area = form.text("area")
        known = {area.key for area in self._desk.town.areas}
        words = form.text("words").strip()[:LONGEST_WORDS]
        wanted = Wanted(words, area if area in known else "", shown, form.number("officer"))
        return self._show(request, wanted, form.text("officer")[:16])

    def paper(self, request: Request) -> Response:
        me, desk = me_of(request), self._desk
        with desk.looking(me, "liaison.list-printed") as session:
            lines = listing.listed(session, Wanted(), at=desk.clock.now())
            names = staff_names(session)
        mark = desk.watermark(me, "印刷")
        return desk.page.show(request, "liaisons-paper", here=HERE, lines=lines, names=names, mark=mark, desk=desk)

    def export(self, request: Request) -> Response:
        """With a byte order mark, as the usual spreadsheet wants it; the first line says what it is not for."""
        me, desk = me_of(request), self._desk
        at = desk.clock.now()
        with desk.database.read() as session:
            lines = listing.listed(session, Wanted(), at=at)
            names = staff_names(session)
        with desk.looking(me, "liaison.exported", lines=len(lines)):
            content = as_csv(self._rows(lines, names, desk.watermark(me, "書き出し")))
        name = f"liaisons-{at.astimezone(desk.town.zone):%Y%m%d}.csv"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    def _rows(self, lines: Sequence[Line], names: Mapping[int, str], mark: str) -> Iterable[Sequence[Cell]]:
        yield (mark,)
        yield _COLUMNS
        town = self._desk.town
        for line in lines:
            row = line.liaison
            yield (
                row.id, line.state, row.name, row.organisation, row.post, row.other_posts,
                self._desk.area_labels(line.areas), Way(row.way).label, line.address, row.phone, row.fax, row.postal,
                names.get(row.officer_id or 0, ""), year_day(row.consented_at, town),
                ConsentWay(row.consent_way).label if row.consent_way else "", year_day(row.active_at, town),
                year_day(row.resting_until, town) if line.state == "休止中" else "",
            )  # fmt: skip

    def _show(self, request: Request, wanted: Wanted, officer: str) -> Response:
        me, desk, at = me_of(request), self._desk, self._desk.clock.now()
        with desk.database.read() as session:
            lines = listing.listed(session, wanted, at=at)
            tray = candidates.waiting(session) if me.may(Role.DRAFTER) else ()
            names, officers = staff_names(session), officer_choices(session)
            left = review.count_left(session, desk.town.zone, at=at)
        with desk.looking(me, "liaison.list-viewed", shown=len(lines[:MOST_ROWS])):
            pass
        return desk.page.show(
            request,
            "liaisons",
            here=HERE,
            lines=lines[:MOST_ROWS],
            more=max(0, len(lines) - MOST_ROWS),
            wanted=wanted,
            officer=officer,
            narrowed=wanted != Wanted(),
            tray=tray,
            shown_choices=[(each.value, each.label) for each in Shown],
            desk=desk,
            mark=desk.watermark(me, "印刷"),
            way=Way,
            names=names,
            officers=officers,
            left=left,
        )
