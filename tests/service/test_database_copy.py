"""Copying a database: everything arrives, on either kind; and nothing is kept where that could go wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select, text

from foundation import ledger
from foundation.database import Database
from foundation.ledger import Deed, LedgerLine
from foundation.settings import load
from mailer.outbox_tables import OutboxRow
from service import database_copy
from service.commands.copy_database import copy_database
from service.database_copy import CopyRefused, copy
from service.home import Home
from service.sample import load_sample
from service.schema import METADATA, migrate
from subscribers.tables import Subscriber
from tests.support.clock import HandClock
from tests.support.postgres import postgres_url

FRIDAY = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
ERASED = 5000
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


def new_url(kind: str, folder: Path, name: str) -> str:
    return f"sqlite:///{folder / name}.db" if kind == "sqlite" else postgres_url()


def migrated(url: str) -> Database:
    database = Database(url)
    migrate(database)
    database.close()
    return database


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The sample town's, at rest; its last subscriber was erased. The tests leave it as it is."""
    folder = tmp_path_factory.mktemp("old")
    database = migrated(new_url(request.param, folder, "old"))
    home = Home(load({"HANSHO_DATA": str(folder / "var"), "HANSHO_DATABASE_URL": database.url}), HandClock(FRIDAY))
    load_sample(home)
    home.database.close()
    with database.write() as session:
        session.add(nobody(number=ERASED))
        session.flush()
        session.execute(delete(Subscriber).where(Subscriber.id == ERASED))
        if not database.is_sqlite:
            session.execute(text(f"SELECT setval('subscribers_id_seq', {ERASED})"))
    database.close()
    yield database
    database.close()


@pytest.fixture
def target(source: Database, tmp_path: Path) -> Iterator[Database]:
    """Of the other kind, migrated and empty."""
    database = migrated(new_url(OTHER[source.engine.dialect.name], tmp_path, "new"))
    yield database
    database.close()


def nobody(number: int | None = None) -> Subscriber:
    row = Subscriber(domain="example.jp", state="active", every_topic=True, every_area=True, language="ja")
    row.since = row.watch_from = FRIDAY
    if number is not None:
        row.id = number
    return row


def moved(source: Database, target: Database) -> dict[str, int]:
    counts: dict[str, int] = {}
    copy(source, target, at=FRIDAY, actor="command", tell=counts.__setitem__)
    source.close()
    return counts


def held(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for the ledger's line about the copying."""
    with database.read() as session:
        found = {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))]
            for table in METADATA.sorted_tables
        }
    found["ledger"] = [row for row in found["ledger"] if row[3] != "database.copied"]
    database.close()
    return found


def is_empty(database: Database) -> bool:
    return not any(held(database).values())


def test_every_row_of_the_sample_town_arrives_as_it_was(
    source: Database, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_copy, "CHUNK", 50)  # so that tables are longer than a chunk

    counts = moved(source, target)

    before = held(source)
    assert held(target) == before
    assert counts == {name: len(rows) for name, rows in before.items()}
    assert counts["outbox"] > 400
    assert counts["subscribers"] > 100


def test_the_ledger_goes_on_and_names_the_copying(source: Database, target: Database) -> None:
    moved(source, target)

    with target.write() as session:
        ledger.write(session, Deed("staff:1", "staff.signed-in", "staff:1"), at=FRIDAY)
    with target.read() as session:
        actions = session.scalars(select(LedgerLine.action).order_by(LedgerLine.id.desc()).limit(2)).all()
        assert actions == ["staff.signed-in", "database.copied"]
        assert ledger.first_broken(session) is None


def test_a_number_whose_row_was_erased_is_not_given_out_again(source: Database, target: Database) -> None:
    moved(source, target)

    with target.write() as session:
        row = nobody()
        session.add(row)
        session.flush()
        assert row.id == ERASED + 1


def test_a_database_in_use_is_not_copied(source: Database, target: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_copy, "BUSY_SECONDS", 0.3)
    service = Database(source.url)

    with service.read() as session:
        session.scalar(select(func.count()).select_from(OutboxRow))
        session.rollback()  # it rests, as an idle service does
        with pytest.raises(CopyRefused, match="stop the service"):
            moved(source, target)

    service.close()
    assert is_empty(target)


def test_nothing_goes_into_a_database_that_holds_something(source: Database, target: Database) -> None:
    with target.write() as session:
        ledger.write(session, Deed("staff:1", "staff.signed-in", "staff:1"), at=FRIDAY)
    before = held(target)

    with pytest.raises(CopyRefused, match="not empty: there are rows in ledger"):
        moved(source, target)

    assert held(target) == before


@pytest.mark.parametrize("which", ["source", "target"])
def test_both_stand_at_the_newest_migration(which: str, target: Database, tmp_path: Path) -> None:
    other = Database(new_url("sqlite", tmp_path, "other"))
    other.engine.connect().close()  # a file without a table
    pair = {"source": (other, target), "target": (target, other)}

    with pytest.raises(CopyRefused, match=f"the {which} is not at the newest migration"):
        moved(*pair[which])

    other.close()


def test_a_copy_that_is_not_like_its_source_is_not_kept(
    source: Database, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = iter([None, 7])
    monkeypatch.setattr(ledger, "first_broken", lambda _: next(broken))

    with pytest.raises(CopyRefused, match="line 7"):
        moved(source, target)

    source.close()
    assert is_empty(target)


def test_a_source_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.db"
    target = migrated(f"sqlite:///{tmp_path / 'new.db'}")

    with pytest.raises(CopyRefused, match="no file"):
        moved(Database(f"sqlite:///{nowhere}"), target)

    target.close()
    assert not nowhere.exists()


def test_the_command_counts_each_table(source: Database, target: Database, tmp_path: Path) -> None:
    house = Home(load({"HANSHO_DATA": str(tmp_path / "var"), "HANSHO_DATABASE_URL": target.url}), HandClock(FRIDAY))

    first = CliRunner().invoke(copy_database, ["--from", source.url], obj=house)
    second = CliRunner().invoke(copy_database, ["--from", source.url], obj=house)

    house.database.close()
    assert first.exit_code == 0
    assert [line for line in first.stdout.splitlines() if line.endswith(" subscribers")]
    assert second.exit_code == 1
    assert "nothing was copied: the target is not empty" in second.stderr


@pytest.mark.parametrize("url", ["", "sqlite://", "mysql://a/b"])
def test_a_source_must_be_named_as_in_the_settings(url: str, tmp_path: Path) -> None:
    house = Home(load({"HANSHO_DATA": str(tmp_path)}), HandClock(FRIDAY))

    result = CliRunner().invoke(copy_database, ["--from", url], obj=house)

    assert result.exit_code == 2
    assert "allowed: sqlite:///path" in result.stderr
