"""Row sets: many rows go to the database, and come from it, in one step.

The driver of SQLite lets go of the interpreter at every row it steps over, and gets it back only after whoever is busy
there has had a turn: a thread that fetches rows beside a busy event loop would wait at each of them. The driver of
PostgreSQL writes an array value by value, at four times the price. So a set travels as one JSON text.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    DateTime,
    Executable,
    FromClause,
    Row,
    Select,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from foundation.database import is_sqlite

Kinds = Mapping[str, TypeEngine[Any]]
Values = Mapping[str, Any]

_SQLITE = sqlite.dialect(paramstyle="named")
_POSTGRESQL = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
_WITHOUT_ZONE = len("2026-11-23 09:00:00.000000")


class RowSet:
    """Rows as a table to select from: the table belongs to the statement, the rows to each carrying out of it."""

    def __init__(self, name: str, columns: Kinds) -> None:
        self.name = name
        self._columns = columns

    def table(self, *, sqlite: bool, values: Values | None = None) -> FromClause:
        """With `values` they are part of the statement."""
        rows: BindParameter[Any] = bindparam(self.name)
        if values is not None:
            rows = bindparam(self.name, values[self.name], unique=True)
        parse, at_place = (func.json_each, _in_sqlite) if sqlite else (func.jsonb_array_elements, _in_postgresql)
        value = parse(rows if sqlite else cast(rows, JSONB)).table_valued("value").c.value
        parts = (at_place(value, place, kind) for place, kind in enumerate(self._columns.values()))
        return select(*(part.label(each) for part, each in zip(parts, self._columns, strict=True))).subquery(self.name)

    def written_out(self, *, sqlite: bool) -> str:
        """The same as SQL, for statements that are written out."""
        dialect = _SQLITE if sqlite else _POSTGRESQL
        names = ", ".join(f"{self.name}.{each}" for each in self._columns)
        table = select(text(names)).select_from(self.table(sqlite=sqlite)).compile(dialect=dialect)
        return str(table).partition("FROM ")[2]

    def values(self, rows: Sequence[Sequence[Any]]) -> dict[str, str]:
        """What a statement on this table takes; moments are written with `moment`."""
        return {self.name: json.dumps(rows, separators=(",", ":"), default=_plain)}


class Builds(Protocol):
    """What makes a statement, for SQLite or for PostgreSQL."""

    def __call__(self, *, sqlite: bool) -> Any: ...


class Prepared:
    """A statement that is carried out again and again: to build one takes longer than the database needs for a hundred
    rows, so it is built once for either database, with its parameters named."""

    def __init__(self, build: Builds) -> None:
        self._build = build
        self._built: dict[bool, Any] = {}
        self._as_one_text: Any = None

    def changed(self, session: Session, values: Values) -> int:
        """How many rows it wrote; objects held by the session do not hear of it."""
        session.flush()
        return int(session.connection().execute(self._for(sqlite=is_sqlite(session)), values).rowcount)

    def fetched(self, session: Session, values: Values) -> Sequence[Sequence[Any]]:
        """As `fetched` below."""
        session.flush()
        connection = session.connection()
        if not is_sqlite(session):
            return connection.execute(self._for(sqlite=False), values).all()
        if self._as_one_text is None:
            self._as_one_text = _as_one_text(self._build(sqlite=True))
        return _rows(connection.scalar(self._as_one_text, values))

    def _for(self, *, sqlite: bool) -> Any:
        if sqlite not in self._built:
            self._built[sqlite] = self._build(sqlite=sqlite)
        return self._built[sqlite]


def given(session: Session, name: str, columns: Kinds, rows: Sequence[Sequence[Any]]) -> FromClause:
    """The rows and their table in one, for a statement that is built where it is needed."""
    there = RowSet(name, columns)
    return there.table(sqlite=is_sqlite(session), values=there.values(rows))


def fetched(session: Session, statement: Select[Any]) -> Sequence[Sequence[Any]]:
    """The rows of a statement whose columns are numbers, texts and truths; a moment comes as `read_moment` takes it."""
    if is_sqlite(session):
        return _rows(session.scalar(_as_one_text(statement)))
    return session.execute(statement).all()


def changed(session: Session, statement: Executable) -> int:
    """Carries a statement out and returns how many rows it wrote; objects held by the session do not hear of it."""
    quietly = statement.execution_options(synchronize_session=False, preserve_rowcount=True)
    return int(getattr(session.execute(quietly), "rowcount", 0))


def moment(at: datetime) -> str:
    """A moment as a column of a given set carries it, and as SQLAlchemy stores it in SQLite: in UTC and always with six
    places, so that texts compare as moments do."""
    in_utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return in_utc.isoformat(" ", "microseconds")[:_WITHOUT_ZONE]


def read_moment(value: datetime | str) -> datetime:
    """A moment of a fetched set, in UTC."""
    return _read_text(value) if isinstance(value, str) else value.astimezone(UTC)


def _in_sqlite(value: ColumnElement[Any], place: int, _kind: TypeEngine[Any]) -> ColumnElement[Any]:
    return func.json_extract(value, literal_column(f"'$[{place}]'"))


def _in_postgresql(value: ColumnElement[Any], place: int, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    there = value.op("->>")(literal_column(str(place)))
    if isinstance(kind, DateTime):
        return func.timezone(literal_column("'UTC'"), cast(there, DateTime()), type_=kind)
    return cast(there, kind)


def _plain(value: object) -> tuple[Any, ...]:
    """Rows that PostgreSQL gave may be given back to it."""
    if isinstance(value, Row):
        return tuple(value)
    raise TypeError(f"a set of rows cannot carry {type(value).__name__}")


def _as_one_text(statement: Select[Any]) -> Select[Any]:
    rows = statement.subquery("fetched")
    return select(func.json_group_array(func.json_array(*rows.c)))


def _rows(one_text: str | None) -> list[list[Any]]:
    return json.loads(one_text or "[]")  # type: ignore[no-any-return]  # a list of lists, as the statement asked


@lru_cache(maxsize=256)  # rows that were put in together share their moments
def _read_text(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC)
