"""Row sets: many rows go to the database, and come from it, in one step.

The driver of SQLite lets go of the interpreter at every row it steps over, and gets it back only after whoever is busy
there has had a turn. A thread that fetches rows beside a busy event loop would wait at each of them, so on SQLite a
set travels as one JSON text; PostgreSQL takes arrays.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import ARRAY, BindParameter, Executable, FromClause, Select, bindparam, cast, column, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from foundation.database import is_sqlite

Kinds = Mapping[str, TypeEngine[Any]]
Values = Mapping[str, Any]

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
_WITHOUT_ZONE = len("2026-11-23 09:00:00.000000")


class RowSet:
    """Rows as a table to select from: the table belongs to the statement, the rows to each carrying out of it."""

    def __init__(self, name: str, columns: Kinds) -> None:
        self.name = name
        self._columns = columns

    def table(self, *, sqlite: bool, values: Values | None = None) -> FromClause:
        """With `values` they are part of the statement."""
        if sqlite:
            value = func.json_each(_parameter(self.name, values)).table_valued("value").c.value
            parts = [func.json_extract(value, f"$[{place}]").label(each) for place, each in enumerate(self._columns)]
            return select(*parts).subquery(self.name)
        kinds = self._columns.items()
        arrays = (cast(_parameter(self._array(each), values, ARRAY(kind)), ARRAY(kind)) for each, kind in kinds)
        table = func.unnest(*arrays).table_valued(*(column(each, kind) for each, kind in kinds))
        return table.render_derived(name=self.name)

    def written_out(self, *, sqlite: bool) -> str:
        """The same as SQL, for statements that are written out."""
        if sqlite:
            parts = ", ".join(
                f"json_extract(value, '$[{place}]') AS {each}" for place, each in enumerate(self._columns)
            )
            return f"(SELECT {parts} FROM json_each(:{self.name})) AS {self.name}"  # noqa: S608 -- our own names
        kinds = ((self._array(each), kind.compile(_POSTGRESQL)) for each, kind in self._columns.items())
        arrays = ", ".join(f"CAST(:{array} AS {kind}[])" for array, kind in kinds)
        return f"unnest({arrays}) AS {self.name}({', '.join(self._columns)})"

    def values(self, session: Session, rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
        """What a statement on this table takes; moments are written with `moment`."""
        if is_sqlite(session):
            return {self.name: json.dumps(rows, separators=(",", ":"))}
        turned = list(zip(*rows, strict=True)) or [()] * len(self._columns)
        return {self._array(each): list(some) for each, some in zip(self._columns, turned, strict=True)}

    def _array(self, column_name: str) -> str:
        return f"{self.name}_{column_name}"


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
    return there.table(sqlite=is_sqlite(session), values=there.values(session, rows))


def fetched(session: Session, statement: Select[Any]) -> Sequence[Sequence[Any]]:
    """The rows of a statement whose columns are numbers, texts and truths; a moment comes as `read_moment` takes it."""
    if is_sqlite(session):
        return _rows(session.scalar(_as_one_text(statement)))
    return session.execute(statement).all()


def changed(session: Session, statement: Executable) -> int:
    """Carries a statement out and returns how many rows it wrote; objects held by the session do not hear of it."""
    quietly = statement.execution_options(synchronize_session=False, preserve_rowcount=True)
    return int(getattr(session.execute(quietly), "rowcount", 0))


def moment(session: Session, at: datetime) -> datetime | str:
    """A moment as a column of a given set carries it."""
    return moments(session)(at)


def moments(session: Session) -> Callable[[datetime], datetime | str]:
    """The same, for many."""
    return _text if is_sqlite(session) else _as_it_is


def read_moment(value: datetime | str) -> datetime:
    """A moment of a fetched set, in UTC."""
    return _read_text(value) if isinstance(value, str) else value.astimezone(UTC)


def _parameter(name: str, values: Values | None, kind: TypeEngine[Any] | None = None) -> BindParameter[Any]:
    return bindparam(name, type_=kind) if values is None else bindparam(name, values[name], type_=kind, unique=True)


def _as_one_text(statement: Select[Any]) -> Select[Any]:
    rows = statement.subquery("fetched")
    return select(func.json_group_array(func.json_array(*rows.c)))


def _rows(one_text: str | None) -> list[list[Any]]:
    return json.loads(one_text or "[]")  # type: ignore[no-any-return]  # a list of lists, as the statement asked


@lru_cache(maxsize=256)  # rows that were put in together share their moments
def _read_text(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def _as_it_is(at: datetime) -> datetime:
    return at


def _text(at: datetime) -> str:
    """As SQLAlchemy stores a moment in SQLite: always with six places, so that texts compare as moments do."""
    in_utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return in_utc.isoformat(" ", "microseconds")[:_WITHOUT_ZONE]
