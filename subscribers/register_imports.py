"""The record of each import: which file, how it is to be read, and how far it has come."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation import ledger
from foundation.database import Base, RowId
from foundation.ledger import Doer, deed_of
from subscribers.register_file import Told

REGISTER = "register"
BEGUN, ENDED = "subscribers.import-begun", "subscribers.imported"


class ImportState(StrEnum):
    """`uploaded` → `checking` → `checked` → `running` → `done`; a command begins at `running`. `dismissed` is one that
    somebody gave up before it ran, `broken` one whose file could not be read to its end."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    DISMISSED = "dismissed"
    BROKEN = "broken"


class ImportRow(Base):
    """`line` is the last line of which all is done: the rows that came of it and this number commit together. `file` is
    a name in the data folder of the machine that took an upload, and empty for a file that a command was given."""

    __tablename__ = "subscriber_imports"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(index=True)
    file: Mapped[str] = mapped_column(default="")
    told: Mapped[str]
    courtesy: Mapped[bool] = mapped_column(default=False)
    gentle: Mapped[bool] = mapped_column(default=False)
    stops: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    size: Mapped[int]
    octets: Mapped[int] = mapped_column(default=0)
    line: Mapped[int] = mapped_column(default=0)
    counts: Mapped[str] = mapped_column(default="{}")
    found: Mapped[str] = mapped_column(default="{}")


@dataclass
class Counts:
    """Of those `added`, `added_stopped` came as stopped. `known` were registered here already and stay as they are:
    `stopped_here` are stopped, `stopped_there` active here while the list has them as stopped; `stopped_now` alone were
    stopped by the list. Of those `rejected`, `repeated` stand in an earlier line."""

    added: int = 0
    added_stopped: int = 0
    known: int = 0
    stopped_here: int = 0
    stopped_there: int = 0
    stopped_now: int = 0
    rejected: int = 0
    repeated: int = 0


@dataclass(frozen=True)
class Wish:
    """How a list is to be taken in: what a person said of its words, whether those who come in active are written to,
    whether the first bulletins to them go in waves, and whether those who left the older system since are stopped."""

    told: Told = field(default_factory=Told)
    courtesy: bool = False
    gentle: bool = False
    stops: bool = False

    def fingerprint(self, of_file: str) -> str:
        """The same file read otherwise is another import."""
        return f"{of_file}:{self.courtesy:d}{self.gentle:d}{self.stops:d}:{packed(self.told)}"


class Overtaken(Exception):
    """この取り込みは、ほかのところでも動いています。"""


def packed(told: Told) -> str:
    return json.dumps({name: dict(words) for name, words in asdict(told).items() if words}, ensure_ascii=False)


def unpacked(text: str) -> Told:
    return Told(**json.loads(text))


def unfinished(session: Session, fingerprint: str) -> ImportRow | None:
    """The one that was broken off while it read the same file in the same way."""
    mine = ImportRow.fingerprint == fingerprint, ImportRow.state == ImportState.RUNNING, ImportRow.file == ""
    return session.scalars(select(ImportRow).where(*mine).order_by(ImportRow.id.desc())).first()


def begin(
    session: Session, fingerprint: str, wish: Wish, *, size: int, by: str, at: datetime, file: str = ""
) -> ImportRow:
    row = ImportRow(
        fingerprint=fingerprint,
        state=(ImportState.UPLOADED if file else ImportState.RUNNING).value,
        file=file,
        told=packed(wish.told),
        courtesy=wish.courtesy,
        gentle=wish.gentle,
        stops=wish.stops,
        by=by,
        begun_at=at,
        size=size,
    )
    session.add(row)
    session.flush()
    return row


def note_begun(session: Session, row: ImportRow, by: str | Doer, *, at: datetime) -> None:
    """In the ledger: the number of the import, and how large the file is."""
    ledger.write(session, deed_of(by, BEGUN, REGISTER), at=at, details={"import": row.id, "octets": row.size})


def move(session: Session, row_id: int, counts: Counts, *, before: int, line: int, octets: int) -> None:
    """Raises Overtaken where the cursor does not stand where this import left it."""
    there = ImportRow.id == row_id, ImportRow.line == before, ImportRow.state == ImportState.RUNNING.value
    values = {"line": line, "octets": octets, "counts": json.dumps(asdict(counts))}
    statement = update(ImportRow).where(*there).values(**values)
    done = session.execute(statement.execution_options(synchronize_session=False))
    if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always gives a cursor result
        raise Overtaken


def end(session: Session, row_id: int, counts: Counts, by: str, *, at: datetime) -> None:
    """Raises Overtaken where it has ended already."""
    mine = ImportRow.id == row_id, ImportRow.state == ImportState.RUNNING.value
    values: dict[str, Any] = {"state": ImportState.DONE.value, "ended_at": at, "octets": ImportRow.size}
    statement = update(ImportRow).where(*mine).values(**values, counts=json.dumps(asdict(counts)))
    done = session.execute(statement.execution_options(synchronize_session=False))
    if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always gives a cursor result
        raise Overtaken
    ledger.write(session, deed_of(by, ENDED, REGISTER), at=at, details={**asdict(counts), "import": row_id})


def counts_of(row: ImportRow) -> Counts:
    return Counts(**json.loads(row.counts))
