"""Row sets: many rows go to the database, and come from it, in one step.

The driver of SQLite lets go of the interpreter at every row it steps over, and gets it back only after whoever is busy
there has had a turn. A thread that fetches rows beside a busy event loop would wait at each of them, so on SQLite a
set travels as one JSON text; PostgreSQL takes arrays.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Executable, FromClause, Select, bindparam, cast, column, func, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from foundation.database import is_sqlite

Kinds = Mapping[str, TypeEngine[Any]]


def given(session: Session, name: str, columns: Kinds, rows: Sequence[Sequence[Any]]) -> FromClause:
    """The rows as a table to select from; moments are written with `moment`."""
    if is_sqlite(session):
        value = func.json_each(bindparam(None, json.dumps(rows))).table_valued("value").c.value
        parts = [func.json_extract(value, f"$[{place}]").label(each) for place, each in enumerate(columns)]
        return select(*parts).subquery(name)
    turned = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [
        cast(bindparam(None, list(values), type_=ARRAY(kind)), ARRAY(kind))
        for values, kind in zip(turned, columns.values(), strict=True)
    ]
    table = func.unnest(*arrays).table_valued(*(column(each, kind) for each, kind in columns.items()))
    return table.render_derived(name=name)


def written_out(
    session: Session, name: str, columns: Kinds, rows: Sequence[Sequence[Any]]
) -> tuple[str, dict[str, Any]]:
    """The same table as SQL and its parameters, for a statement that is written out: SQLAlchemy compiles an INSERT with
    ON CONFLICT anew each time, which takes it longer than the database needs for a hundred rows."""
    if is_sqlite(session):
        parts = ", ".join(f"json_extract(value, '$[{place}]') AS {each}" for place, each in enumerate(columns))
        return f"(SELECT {parts} FROM json_each(:{name})) AS {name}", {name: json.dumps(rows)}  # noqa: S608 -- our own names
    dialect = session.get_bind().dialect
    arrays = ", ".join(f"CAST(:{name}_{each} AS {kind.compile(dialect)}[])" for each, kind in columns.items())
    turned = zip(*rows, strict=True)
    values = {f"{name}_{each}": list(some) for each, some in zip(columns, turned, strict=True)}
    return f"unnest({arrays}) AS {name}({', '.join(columns)})", values


def fetched(session: Session, statement: Select[Any]) -> Sequence[Sequence[Any]]:
    """The rows of a statement whose columns are numbers, texts and truths; a moment comes as `read_moment` takes it."""
    if not is_sqlite(session):
        return session.execute(statement).all()
    rows = statement.subquery("fetched")
    text = session.scalar(select(func.json_group_array(func.json_array(*rows.c))))
    return json.loads(text or "[]")  # type: ignore[no-any-return]  # a list of lists, as the statement asked


def changed(session: Session, statement: Executable, values: Mapping[str, Any] | None = None) -> int:
    """Carries a statement out and returns how many rows it wrote; objects held by the session do not hear of it."""
    quietly = statement.execution_options(synchronize_session=False, preserve_rowcount=True)
    return int(getattr(session.execute(quietly, values), "rowcount", 0))


def moment(session: Session, at: datetime) -> datetime | str:
    """A moment as a column of a given set carries it."""
    return _text(at) if is_sqlite(session) else at


def read_moment(value: datetime | str) -> datetime:
    """A moment of a fetched set, in UTC."""
    return _read_text(value) if isinstance(value, str) else value.astimezone(UTC)


@lru_cache(maxsize=256)  # rows that were put in together share their moments
def _read_text(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def _text(at: datetime) -> str:
    """As SQLAlchemy stores a moment in SQLite: always with six places, so that texts compare as moments do."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
