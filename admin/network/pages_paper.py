"""One paper in the console: its words, whether they fit onto the sheet, and the sheet itself."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.code_picture import drawn
from admin.frame.console_page import HEADERS, ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.refusals import Refusal
from admin.network.pages_papers import PAPERS
from admin.people.roles import Role
from foundation.clock import Clock
from foundation.database import Database
from liaisons import papers
from liaisons.paper_codes import PaperCodes
from liaisons.paper_fit import Look
from liaisons.paper_source import Item
from liaisons.paper_tables import PaperRow
from liaisons.papers import PaperOvertaken, Papers, PaperUnfit, UnknownPaper, Words

Form = Annotated[Posted, Depends(posted)]

ONE = f"{PAPERS}/{{paper_id}}"
_LONGEST = 5000  # characters that are read of a field
_OVERTAKEN = Refusal(
    409,
    "書いている間に、別の人が保存しました",
    ("書いた内容は下に残っています。確かめてから、もう一度保存してください。",),
)


class PaperPages:
    """Everybody looks and prints; drafters and those above change."""

    def __init__(self, database: Database, clock: Clock, made: Papers, codes: PaperCodes, *, page: ConsolePage) -> None:
        self._database = database
        self._clock = clock
        self._papers = made
        self._codes = codes
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, writes = self._page.needs(Role.VIEWER), self._page.needs(Role.DRAFTER)
        router.add_api_route(ONE, self.show, methods=["GET"], dependencies=looks)
        router.add_api_route(ONE, self.save, methods=["POST"], dependencies=writes)
        router.add_api_route(f"{ONE}/print", self.sheet, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{ONE}/discard", self.discard, methods=["POST"], dependencies=writes)
        return router

    def show(self, request: Request, paper_id: str) -> Response:
        try:
            with self._database.read() as session:
                row = papers.find(session, number(paper_id) or 0)
        except UnknownPaper:
            return self._missing(request)
        return self._show(request, row, papers.words_of(row))

    def save(self, request: Request, paper_id: str, form: Form) -> Response:
        typed, me, at = _read(form), me_of(request), self._clock.now()
        errors: Mapping[str, str] = {}
        refusal = None
        try:
            with self._database.write() as session:
                row = papers.find(session, number(paper_id) or 0, to_change=True)
                # Caught here, as a row of a session that failed cannot be read any more.
                try:
                    self._papers.save(session, row, typed, me, seen=form.number("revision") or 0, at=at)
                except PaperUnfit as fault:
                    errors = fault.errors
                except PaperOvertaken:
                    refusal = _OVERTAKEN
        except UnknownPaper:
            return self._missing(request)
        if errors or refusal:
            return self._show(request, row, typed, errors=errors, refusal=refusal)
        return go(f"{PAPERS}/{row.id}", "paper-saved")

    def discard(self, request: Request, paper_id: str) -> Response:
        try:
            with self._database.write() as session:
                row = papers.find(session, number(paper_id) or 0, to_change=True)
                self._papers.discard(session, row, me_of(request), at=self._clock.now())
        except UnknownPaper:
            return self._missing(request)
        return go(PAPERS, "paper-discarded")

    def sheet(self, request: Request, paper_id: str) -> Response:
        try:
            with self._database.read() as session:
                row = papers.find(session, number(paper_id) or 0)
                words = papers.words_of(row)
                items = self._papers.printed(session, words, at=self._clock.now())
                code = self._codes.code(session, words.code, items)
        except UnknownPaper:
            return self._missing(request)
        return self._page.pages.answer(
            "admin/paper-print.html",
            headers=HEADERS,
            row=row,
            words=words,
            items=items,
            left_out=len(words.items) - len(items),
            fit=papers.fit_of(row.look, words, items),
            code=code,
            picture=drawn(code.link),
        )

    def _show(
        self,
        request: Request,
        row: PaperRow,
        words: Words,
        *,
        errors: Mapping[str, str] | None = None,
        refusal: Refusal | None = None,
    ) -> Response:
        with self._database.read() as session:
            items = self._papers.printed(session, words, at=self._clock.now())
            codes = self._codes.offered(session, words.items)
        kept = {item.number for item in items}
        return self._page.show(
            request,
            "paper",
            here="liaisons",
            status=422 if errors else None,
            refusal=refusal,
            row=row,
            words=words,
            look=Look(row.look),
            fit=papers.fit_of(row.look, words, items),
            left_out={item.number for item in words.items} - kept,
            codes=codes,
            may_add=len(words.items) < Look(row.look).most,
            empty=Item(),
            errors=errors or {},
        )

    def _missing(self, request: Request) -> Response:
        return self._page.message(request, 404, "この紙はありません", "「ミニ広報紙」の一覧から選んでください。")


def _read(form: Posted) -> Words:
    """Items without a headline that nobody wrote anything into are no items; what is ticked to go, goes."""
    count = min(form.number("count") or 0, max(look.most for look in Look))
    items = [_item(form, str(place)) for place in range(count) if not form.has(f"drop-{place}")]
    added = _item(form, "new")
    if added != Item():
        items.append(added)
    lines = {name: form.text(name)[:_LONGEST] for name in ("masthead", "issue", "lead", "contact")}
    return Words(**lines, items=tuple(items), code=form.text("code")[:100])


def _item(form: Posted, place: str) -> Item:
    parts = (form.text(f"{name}-{place}")[:_LONGEST] for name in papers.LONGEST_OF_ITEM)
    return Item(form.number(f"number-{place}") or 0, *parts)
