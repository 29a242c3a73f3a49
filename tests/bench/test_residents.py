"""Residents and old rows as they are written inside the database."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bench import residents
from bench.counts import Counts
from bench.old_rows import FIRST_OLD_BULLETIN, multiply
from foundation.database import Database
from service.schema import migrate

PEOPLE = 1234


def migrated(folder: Path) -> str:
    url = f"sqlite:///{folder / 'hansho.db'}"
    database = Database(url)
    migrate(database)
    database.close()
    return url


def test_residents_lie_in_the_register_under_the_addresses_that_are_expected(tmp_path: Path) -> None:
    url = migrated(tmp_path)

    residents.settle(url, PEOPLE)

    with closing(sqlite3.connect(residents.sqlite_path(url))) as connection:
        found = connection.execute("SELECT address, domain, state FROM subscribers ORDER BY id").fetchall()
    assert [address for address, _, _ in found] == [residents.address(number) for number in range(1, PEOPLE + 1)]
    assert all(address.endswith(f"@{domain}") and state == "active" for address, domain, state in found)
    large = sum(domain.startswith("mail") for _, domain, _ in found)
    assert 0.39 < large / PEOPLE < 0.41
    assert len({domain for _, domain, _ in found if domain.startswith("town")}) > 100


def test_old_rows_are_copies_of_a_finished_bulletin_and_the_indexes_are_there_again(tmp_path: Path) -> None:
    url = str(tmp_path / "old.db")
    with closing(sqlite3.connect(url)) as connection, connection:
        connection.execute(
            "CREATE TABLE outbox (id INTEGER PRIMARY KEY, batch TEXT, once_key TEXT, address TEXT, state TEXT,"
            " UNIQUE (once_key, address))"
        )
        connection.execute("CREATE INDEX by_state ON outbox (state)")
        connection.executemany(
            "INSERT INTO outbox (batch, once_key, address, state) VALUES ('bulletin:1', 'bulletin:1', ?, 'sent')",
            [(f"r{number}@example.com",) for number in range(10)],
        )

    multiply(f"sqlite:///{url}", 1, 95)

    with closing(sqlite3.connect(url)) as connection:
        batches = dict(connection.execute("SELECT batch, count(*) FROM outbox GROUP BY batch").fetchall())
        indexes = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE '% INDEX %'")]
    assert batches.pop("bulletin:1") == 10
    assert batches == {f"bulletin:{FIRST_OLD_BULLETIN + number}": 10 for number in range(10)}
    assert indexes == ["by_state"]


def test_counts_are_read_from_the_tallies(tmp_path: Path) -> None:
    url = migrated(tmp_path)
    with closing(sqlite3.connect(residents.sqlite_path(url))) as connection, connection:
        connection.executemany(
            "INSERT INTO tallies (batch, domain, sender, sent, failed, suppressed, expired, deferred, bounced,"
            " audience) VALUES ('bulletin:7', ?, 'a', ?, 0, 0, 0, 0, 0, 0)",
            [("example.com", 2), ("example.jp", 3)],
        )

    with Counts(url) as counts:
        assert counts.sent(7) == 5
        assert counts.sent(8) == 0
        assert counts.ends(7) == {}
