"""SQL that is written out once a process: each test has a database of its own, and a third of what the tests cost would
be the same statements written out for each of them again."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from foundation import database

_kept: LRUCache[object, object] = LRUCache(10_000)
_opened = database._engine


def keep(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(database, "_engine", _with_the_kept)
    # By its dialect SQLAlchemy knows for whom a statement was written; each engine has one, and they do not differ.
    for dialect in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        patch.setattr(dialect, "__eq__", _is_of_the_same_kind)
        patch.setattr(dialect, "__hash__", _by_kind)


def _with_the_kept(url: str) -> Engine:
    engine = _opened(url)
    engine._compiled_cache = _kept  # type: ignore[assignment]  # of no narrower type in public
    return engine


def _is_of_the_same_kind(one: object, other: object) -> bool:
    return type(one) is type(other)


def _by_kind(one: object) -> int:
    return hash(type(one))
