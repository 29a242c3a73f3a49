"""Whatever the statistics say, no statement of a sender reads the letters of the past, or all that are open."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text, update

from foundation.database import Database
from mailer import claims, endings, outbox, records, tallies
from mailer.bounce_facts import acceptances_of
from mailer.bounce_report.bounce_class import BounceClass
from mailer.claims import Wish
from mailer.courier import Deferred, Delivered, Refused
from mailer.folding import fold
from mailer.outbox_tables import BatchRow, BatchState, Lane, OutboxRow, State
from mailer.records import Result
from tests.support.explained import explained
from tests.support.mail_engine import AT, many, put
from tests.support.old_letters import OLD, SPANS, strides

OUTCOMES = (Delivered("250"), Refused("550", BounceClass.GONE, counted=True), Deferred("451", None))
WISH = Wish(dict.fromkeys(Lane, 60))

# The table from its beginning to its end, or all of an index that many rows stand in: no column of it is compared.
WHOLE = (
    re.compile(r"Seq Scan on outbox\b"),
    re.compile(r"SCAN outbox(?! USING (?:COVERING )?INDEX ix_outbox_(?:unwanted|parked))"),
    re.compile(
        r"Scan using (?:ix_outbox_open|ix_outbox_due|uq_\w+) on outbox .*\n(?!\s*Index Cond: .*(?:batch|lane|address))"
    ),
)

# All of a given set, looked through once for each row of the outbox.
EACH_BY_EACH = re.compile(r"Join Filter: .*\boutbox\.id\b")


@pytest.fixture
def past(database: Database) -> Database:
    """Forty thousand letters of forty bulletins, all sent, and statistics of a moment at which nothing was open."""
    put(database, many(1000), batch="old:0")
    end = {"state": State.SENT.value, "handed_at": AT, "ended_at": AT}
    copied = [column for column in OutboxRow.__table__.columns if column.name not in ("id", "batch", "once_key")]
    with database.write() as session:
        session.execute(update(OutboxRow).values(**end))
        for number in range(40):
            name = f"old:{number}"
            outbox.set_batch(session, name, BatchState.OPEN, at=AT)
            session.execute(update(BatchRow).where(BatchRow.batch == name).values(once_key=name, ended_at=AT))
        others = (
            select(BatchRow.batch, BatchRow.batch, *copied)
            .select_from(BatchRow)
            .join(OutboxRow, BatchRow.batch != OutboxRow.batch)
        )
        names = ["batch", "once_key", *(column.name for column in copied)]
        session.execute(insert(OutboxRow).from_select(names, others.order_by(OutboxRow.id), include_defaults=False))
    _analyze(database)
    return database


def test_no_statement_of_a_sender_reads_letters_that_it_does_not_need(past: Database) -> None:
    put(past, many(300), batch="new", at=OLD)
    put(past, many(9), batch="replies", lane=Lane.REPLY, at=OLD)

    with explained(past, "outbox") as plans, past.write() as session:
        assert claims.anything_due(session, WISH, at=OLD)
        rows = claims.claim(session, "s1", WISH, at=OLD).rows
        assert len(claims.keep(session, "s1", [row.id for row in rows], at=OLD)) == len(rows)
        results = [Result(row, OUTCOMES[number % 3], OLD) for number, row in enumerate(rows)]
        records.record(session, "s1", results, at=OLD)
        records.record(session, "s2", results, at=OLD)
        outbox.set_batch(session, "new", BatchState.HALTED, at=OLD)
        claims.claim(session, "s1", WISH, at=OLD)
        assert claims.any_parked(session)
        outbox.set_batch(session, "new", BatchState.OPEN, at=OLD)
        assert claims.unpark(session, limit=100)
        outbox.suppress(session, "r299@example.jp")
        assert endings.anything_to_end(session, at=OLD)
        endings.settle(session, "s1", at=OLD)
        outbox.set_batch(session, "new", BatchState.WITHDRAWN, at=OLD)
        endings.settle(session, "s1", at=OLD + timedelta(minutes=2))
        endings.settle(session, "s1", at=OLD + timedelta(hours=9))
        assert not outbox.open_rows(session, "new")

    assert len(plans.seen) > 15
    assert plans.offenders(*WHOLE) == []


def test_what_is_in_hand_is_found_by_number_when_a_large_bulletin_comes_after_a_quiet_day(database: Database) -> None:
    put(database, many(10), batch="old", at=AT)
    with database.write() as session:
        session.execute(update(OutboxRow).values(state=State.SENT.value, handed_at=AT, ended_at=AT))
    _analyze(database)
    put(database, many(4000), batch="new", at=OLD)

    with explained(database, "outbox") as plans, database.write() as session:
        rows = claims.claim(session, "s1", Wish({Lane.BULK: 2000}), at=OLD).rows
        assert len(claims.keep(session, "s1", [row.id for row in rows], at=OLD)) == 2000
        results = [Result(row, Delivered("250"), OLD) for row in rows]
        records.record(session, "s2", results[:1000], at=OLD)
        records.record(session, "s1", results[1000:], at=OLD)

    assert len([each for each in plans.seen if each.startswith("UPDATE outbox")]) > 3
    assert plans.offenders(EACH_BY_EACH) == []


def test_neither_does_what_others_ask_of_it(past: Database) -> None:
    with past.write() as session:
        tallies.add(session, "s1", [tallies.Change("old:7", "example.jp", {"sent": 1000})])

    with explained(past, "outbox") as plans:
        with past.write() as session:
            assert len(acceptances_of(session, "r5@example.jp")) == 40
            outbox.forget(session, "r5@example.jp", "erased:5")
            outbox.recount(session, "old:7")
        assert fold(strides(past, until=lambda: True), SPANS, at=OLD) == 1000

    assert len(plans.seen) > 8
    assert plans.offenders(*WHOLE) == []


def _analyze(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
