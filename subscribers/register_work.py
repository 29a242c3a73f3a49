"""The work on uploaded lists: looked at and taken in beside everything else, and continued after a restart."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database import Database
from foundation.spreadsheet import BYTE_ORDER_MARK, csv_line
from subscribers import register_imports
from subscribers.moved_letter import Courtesy
from subscribers.register_file import FileInvalid, RegisterFile
from subscribers.register_imports import ImportRow, ImportState, Overtaken, Wish
from subscribers.register_shelf import KEPT_DAYS, Shelf
from subscribers.register_transfer import BrokenOff, Findings, Importer, Rejected
from subscribers.town import Town

HEAD = ("行", "取り込めなかった理由", "メールアドレスの欄")
_WORK = (ImportState.CHECKING.value, ImportState.RUNNING.value)
_MOST_SHOWN = 30
_ORPHANS_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class ImportWork:
    """Of one machine: only the one that took an upload has its file."""

    database: Database
    town: Town
    clock: Clock
    shelf: Shelf
    courtesy: Courtesy

    def turn(self, is_to_end: Callable[[], bool]) -> None:
        """Does what there is to do, one list after another; returns early when it is told to end."""
        while (row := self._next()) is not None and not is_to_end():
            try:
                self._carry_out(row, is_to_end)
            except (BrokenOff, Overtaken):
                return
            except FileInvalid as fault:
                with self.database.write() as session:
                    move(session, row.id, _WORK, ImportState.BROKEN, found=json.dumps({"fault": str(fault)}))

    def tidy(self, *, at: datetime) -> None:
        """Files hold addresses: uploads that nobody took in and lists of rejected lines are deleted after some days."""
        before = at - timedelta(days=KEPT_DAYS)
        old = or_(ImportRow.ended_at < before, ImportRow.ended_at.is_(None) & (ImportRow.begun_at < before))
        with self.database.write() as session:
            gone = select(ImportRow).where(ImportRow.file != "", old, ImportRow.state != ImportState.RUNNING)
            for row in session.scalars(gone).all():
                self.shelf.throw_away(row.file, with_rejected=True)
                row.file = ""
                if row.state != ImportState.DONE:
                    row.state, row.ended_at = ImportState.DISMISSED.value, at
            wanted = set(session.scalars(select(ImportRow.file).where(ImportRow.file != "")))
        self.shelf.sweep(wanted, before=at - _ORPHANS_KEPT)

    def _next(self) -> ImportRow | None:
        mine = select(ImportRow).where(ImportRow.state.in_(_WORK), ImportRow.file != "").order_by(ImportRow.id)
        with self.database.read() as session:
            return next((row for row in session.scalars(mine) if self.shelf.is_here(row.file)), None)

    def _carry_out(self, row: ImportRow, is_to_end: Callable[[], bool]) -> None:
        wish = Wish(register_imports.unpacked(row.told), courtesy=row.courtesy, gentle=row.gentle, stops=row.stops)
        file = RegisterFile.open(self.shelf.upload(row.file), self.town, wish.told)
        with self.shelf.begin_rejected(row.file) as output:
            output.write(BYTE_ORDER_MARK + csv_line(HEAD))

            def reject(line: Rejected) -> None:
                output.write(csv_line((line.line, line.reason, line.address)))

            importer = Importer(self.database, self.town, self.clock, wish=wish, reject=reject, courtesy=self.courtesy)
            if row.state == ImportState.CHECKING:
                self._note(row, importer.look(file, is_to_end=is_to_end), ImportState.CHECKED)
                return
            found = importer.go_on(file, row, is_to_end=is_to_end)
        self._note(row, found, None)
        self.shelf.throw_away(row.file)

    def _note(self, row: ImportRow, found: Findings, to: ImportState | None) -> None:
        told = json.dumps(
            {
                "counts": asdict(found.counts),
                "kinds": found.kinds.most_common(_MOST_SHOWN),
                "words": found.words.most_common(_MOST_SHOWN),
            },
            ensure_ascii=False,
        )
        with self.database.write() as session:
            if to is not None:
                move(session, row.id, _WORK, to, found=told)
            else:
                session.execute(update(ImportRow).where(ImportRow.id == row.id).values(found=told))


def move(session: Session, row_id: int, since: Sequence[str], to: ImportState, **values: object) -> bool:
    """False where it is in none of these states any more."""
    there = ImportRow.id == row_id, ImportRow.state.in_(since)
    statement = update(ImportRow).where(*there).values(state=to.value, **values)
    done = session.execute(statement.execution_options(synchronize_session=False))
    return bool(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE always gives a cursor result
