"""The pages of an import: a list is uploaded, its columns are confirmed, it is looked at, and taken in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import FileResponse, Response

from admin.frame.console_page import HEADERS, ConsolePage, go, me_of
from admin.frame.form_reading import MOST_UPLOADED, UPLOAD, Posted, number, posted, uploaded
from admin.frame.refusals import Refusal
from admin.people.roles import Role
from admin.residents import import_form
from foundation.clock import Clock
from foundation.database import Database
from subscribers import moved_letter, newcomers, register_imports, register_work
from subscribers.register_entry import EntryReader
from subscribers.register_file import Beginning, FileInvalid, RegisterFile, Told, beginning
from subscribers.register_imports import ImportRow, ImportState, Wish
from subscribers.register_shelf import KEPT_DAYS, Shelf
from subscribers.town import Town

Form = Annotated[Posted, Depends(posted)]
Upload = Annotated[BinaryIO | None, Depends(uploaded)]

_SHOWN = 20
_OPEN = (ImportState.UPLOADED.value, ImportState.CHECKED.value, ImportState.BROKEN.value)
_MOVED = Refusal(409, "ほかの人の操作などで、状態が変わっています", ("いまの状態を確かめてください。",))


@dataclass(frozen=True)
class ImportPages:
    """For managers. The file is worked on by the timetable; the pages only say what is to be done with it."""

    database: Database
    clock: Clock
    town: Town
    shelf: Shelf
    page: ConsolePage

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        needs, one = self.page.needs(Role.MANAGER), f"{UPLOAD}/{{import_id}}"
        ways: tuple[tuple[str, Callable[..., Response], str], ...] = (
            (UPLOAD, self.front, "GET"),
            (UPLOAD, self.upload, "POST"),
            (one, self.show, "GET"),
            (f"{one}/check", self.check, "POST"),
            (f"{one}/start", self.start, "POST"),
            (f"{one}/dismiss", self.dismiss, "POST"),
            (f"{one}/rejected.csv", self.rejected, "GET"),
        )
        for path, endpoint, method in ways:
            router.add_api_route(path, endpoint, methods=[method], dependencies=needs)
        return router

    def front(self, request: Request) -> Response:
        return self._front(request)

    def upload(self, request: Request, file: Upload) -> Response:
        if file is None:
            return self._front(request, error="CSVのファイルを選んでください。", status=422)
        key = self.shelf.put(file)
        try:
            beginning(self.shelf.upload(key))
        except FileInvalid as fault:
            self.shelf.throw_away(key)
            return self._front(request, error=str(fault), status=422)
        size, by = self.shelf.upload(key).stat().st_size, me_of(request).actor
        with self.database.write() as session:
            row = register_imports.begin(
                session, key, Wish(gentle=True), size=size, by=by, at=self.clock.now(), file=key
            )
        return go(f"{UPLOAD}/{row.id}")

    def show(self, request: Request, import_id: str) -> Response:
        row = self._row(import_id)
        return self._show(request, row) if row else self._missing(request)

    def check(self, request: Request, import_id: str, form: Form) -> Response:
        """What was said of the columns and words is kept, and the list is looked at from its first to its last line."""
        row = self._row(import_id)
        if row is None or not self.shelf.is_here(row.file):
            return self._missing(request)
        path = self.shelf.upload(row.file)
        told = import_form.told_of(row)
        try:
            told = import_form.told_by(form, import_form.columns_of(beginning(path), told, self.town))
            self._try(RegisterFile.open(path, self.town, told), told)
        except (FileInvalid, ValueError) as fault:
            return self._show(request, row, told=told, form=form, error=str(fault), status=422)
        wishes = {name: form.has(name) for name in ("courtesy", "gentle", "stops")}
        return self._moved(request, row, _OPEN, ImportState.CHECKING, told=register_imports.packed(told), **wishes)

    def start(self, request: Request, import_id: str) -> Response:
        row = self._row(import_id)
        if row is None:
            return self._missing(request)
        me, at = me_of(request), self.clock.now()
        with self.database.write() as session:
            values = {"by": me.actor, "begun_at": at}
            begun = register_work.move(session, row.id, [ImportState.CHECKED.value], ImportState.RUNNING, **values)
            if begun:
                register_imports.note_begun(session, row, me, at=at)
        return go(f"{UPLOAD}/{row.id}") if begun else self._show(request, row, refusal=_MOVED)

    def dismiss(self, request: Request, import_id: str) -> Response:
        row = self._row(import_id)
        if row is None:
            return self._missing(request)
        with self.database.write() as session:
            values = {"ended_at": self.clock.now()}
            gone = register_work.move(session, row.id, _OPEN, ImportState.DISMISSED, **values)
        if not gone:
            return self._show(request, row, refusal=_MOVED)
        self.shelf.throw_away(row.file, with_rejected=True)
        return go(UPLOAD, "import-dismissed")

    def rejected(self, request: Request, import_id: str) -> Response:
        """The lines that were turned away, with what stands in their address column."""
        row = self._row(import_id)
        path = self.shelf.rejected(row.file) if row and row.file else None
        if row is None or path is None or not path.is_file() or row.state not in _READABLE:
            return self._missing(request)
        name = f"rejected-{row.id}.csv"
        return FileResponse(path, media_type="text/csv; charset=utf-8", filename=name, headers=HEADERS)

    def _try(self, file: RegisterFile, told: Told) -> None:
        """Raises ValueError where a word is said to mean something that this town does not have."""
        at = self.clock.now()
        EntryReader(file.meanings, self.town, topics=told.topics, areas=told.areas, states=told.states, at=at)

    def _moved(
        self, request: Request, row: ImportRow, since: tuple[str, ...], to: ImportState, **values: object
    ) -> Response:
        with self.database.write() as session:
            moved = register_work.move(session, row.id, since, to, **values)
        return go(f"{UPLOAD}/{row.id}") if moved else self._show(request, row, refusal=_MOVED)

    def _front(self, request: Request, *, error: str = "", status: int | None = None) -> Response:
        with self.database.read() as session:
            rows = _latest(session)
        return self.page.show(
            request,
            "import",
            here="subscribers",
            status=status,
            error=error,
            rows=[(row, import_form.state_label(row.state), import_form.found_of(row)) for row in rows],
            most_megabytes=MOST_UPLOADED >> 20,
            kept_days=KEPT_DAYS,
        )

    def _show(
        self,
        request: Request,
        row: ImportRow,
        *,
        told: Told | None = None,
        form: Posted | None = None,
        error: str = "",
        refusal: Refusal | None = None,
        status: int | None = None,
    ) -> Response:
        """With a form that was not taken, what was typed stands in it."""
        row = self._row(str(row.id)) or row
        told = told or import_form.told_of(row)
        begin = self._beginning(row)
        columns = import_form.columns_of(begin, told, self.town) if begin else []
        words = {name: import_form.written(getattr(told, name)) for name in ("topics", "areas", "states")}
        if form is not None:
            words = {name: form.text(name)[: import_form.LONGEST_WORDS] for name in words}
        found = import_form.found_of(row)
        return self.page.show(
            request,
            "import-one",
            here="subscribers",
            status=status,
            refusal=refusal,
            row=row,
            label=import_form.state_label(row.state),
            found=found,
            columns=columns,
            encoding=begin.encoding if begin else "",
            words=words,
            error=error or found.fault,
            percent=min(100, row.octets * 100 // max(row.size, 1)),
            has_rejected=bool(row.file) and row.state in _READABLE and self.shelf.rejected(row.file).is_file(),
            bulletin_gap=newcomers.GAP.seconds // 60,
            first_wave=newcomers.FIRST_WAVE,
            gap_minutes=moved_letter.GAP.seconds // 60,
            kept_days=KEPT_DAYS,
        )

    def _beginning(self, row: ImportRow) -> Beginning | None:
        if row.state not in _OPEN or not self.shelf.is_here(row.file):
            return None
        return beginning(self.shelf.upload(row.file))

    def _row(self, import_id: str) -> ImportRow | None:
        known = number(import_id)
        with self.database.read() as session:
            return session.get(ImportRow, known) if known is not None else None

    def _missing(self, request: Request) -> Response:
        return self.page.message(request, 404, "取り込みが見つかりません", "番号が違うか、ファイルが消されています。")


_READABLE = (ImportState.CHECKED.value, ImportState.DONE.value)


def _latest(session: Session) -> list[ImportRow]:
    return list(session.scalars(select(ImportRow).order_by(ImportRow.id.desc()).limit(_SHOWN)))
