"""Whatever the statistics say, who had a letter is found by the unique index, page by page."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, event, insert, select, text, update
from sqlalchemy.engine import Connection

from foundation.database import Database
from mailer.outbox_tables import OutboxRow, State
from subscribers.audience import Residents, Scope
from subscribers.tables import Subscriber
from tests.support.mail_engine import AT, many, put

BATCHES = 20


@pytest.fixture
def past(database: Database) -> Database:
    """A thousand subscribers and twenty old bulletins to each, all sent."""
    put(database, many(1000), batch="old:0")
    for number in range(1, BATCHES):
        put(database, many(1), batch=f"old:{number}")
    columns = [column for column in OutboxRow.__table__.columns if column.name not in ("id", "batch", "once_key")]
    people = ("address", "domain", "state", "every_topic", "every_area", "since", "watch_from")
    with database.write() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.batch != "old:0"))
        session.execute(update(OutboxRow).values(state=State.SENT.value, handed_at=AT, ended_at=AT))
        for number in range(1, BATCHES):
            names = ["batch", "once_key", *(column.name for column in columns)]
            name = f"'old:{number}'"
            old = select(text(name), text(name), *columns).where(OutboxRow.once_key == "old:0")
            session.execute(insert(OutboxRow).from_select(names, old, include_defaults=False))
        rows = select(
            OutboxRow.address,
            OutboxRow.domain,
            text("'active'"),
            text("true"),
            text("true"),
            *[OutboxRow.created_at] * 2,
        ).where(OutboxRow.once_key == "old:0")
        session.execute(insert(Subscriber).from_select(list(people), rows, include_defaults=False))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return database


@pytest.fixture
def plans(past: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Connection, cursor: object, statement: str, given: object, *_: object) -> None:
        if "outbox" in statement and not statement.startswith(("INSERT", "EXPLAIN")):
            asking = cursor.connection.cursor()  # type: ignore[attr-defined]  # of either driver
            asking.execute(("EXPLAIN QUERY PLAN " if past.is_sqlite else "EXPLAIN ") + statement, given)
            seen.append("\n".join(str(row[-1]) for row in asking.fetchall()))
            asking.close()

    event.listen(past.engine, "before_cursor_execute", note)
    yield seen
    event.remove(past.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("keys", [("old:3",), ("old:3", "old:7")])
def test_a_page_of_those_who_had_a_letter_reads_no_other_letters(
    past: Database, plans: list[str], keys: tuple[str, ...]
) -> None:
    with past.read() as session:
        found = session.execute(Residents().page(Scope(had=keys), after=0, limit=400, at=AT)).all()
        reach = Residents().reach(session, Scope(had=keys), at=AT)

    assert len(found) == 400
    assert reach.everybody == 1000
    assert len(plans) >= 3
    for plan in plans:
        assert "Seq Scan on outbox" not in plan
        assert "SCAN outbox" not in plan
    assert "once_key" in plans[0]
    assert "Hash" not in plans[0]
