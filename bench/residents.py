"""Residents by the hundred thousand, written by one statement inside the database itself."""

import sqlite3
from contextlib import closing

import psycopg

# Four large domains hold 40 of 100 residents, 300 small ones the rest. No carrier's domain is among them, so that no
# carrier's pace is kept.
_PERSON = """
    n,
    'r' || n || '@' || {domain},
    {domain},
    'active', {true}, {true}, {now}, {now}
"""
_DOMAIN = (
    "CASE WHEN n % 10 < 4 THEN 'mail' || (n % 10) || '.example.com' "
    "ELSE 'town' || ((n / 10) % 300) || '.example.jp' END"
)
_COLUMNS = "id, address, domain, state, every_topic, every_area, since, watch_from"


def address(number: int) -> str:
    """Of the resident with that number, from 1 on."""
    domain = f"mail{number % 10}.example.com" if number % 10 < 4 else f"town{number // 10 % 300}.example.jp"
    return f"r{number}@{domain}"


def settle(database_url: str, residents: int) -> None:
    """Adds the residents to an empty register; they want everything."""
    if database_url.startswith("sqlite"):
        _settle_sqlite(sqlite_path(database_url), residents)
    else:
        _settle_postgres(database_url, residents)


def sqlite_path(database_url: str) -> str:
    """The file."""
    return database_url.removeprefix("sqlite:///")


def psycopg_url(database_url: str) -> str:
    """The same address as the driver itself reads it."""
    return database_url.replace("postgresql+psycopg://", "postgresql://", 1)


def _settle_sqlite(path: str, residents: int) -> None:
    person = _PERSON.format(domain=_DOMAIN, true="1", now="'2020-01-01 00:00:00.000000'")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {residents:d}) "  # noqa: S608 -- a number and constants of this file
            f"INSERT INTO subscribers ({_COLUMNS}) SELECT {person} FROM numbers"
        )
        connection.execute("ANALYZE subscribers")


def _settle_postgres(database_url: str, residents: int) -> None:
    person = _PERSON.format(domain=_DOMAIN, true="true", now="'2020-01-01 00:00:00+00'::timestamptz")
    with psycopg.connect(psycopg_url(database_url), autocommit=True) as connection:
        connection.execute(
            f"INSERT INTO subscribers ({_COLUMNS}) SELECT {person} FROM generate_series(1, {residents:d}) AS n"  # noqa: S608 -- a number and constants of this file
        )
        connection.execute(
            "SELECT setval(pg_get_serial_sequence('subscribers', 'id'), (SELECT max(id) FROM subscribers))"
        )
        connection.execute("ANALYZE subscribers")
