"""The sums of tallies that are kept for batches of the past: never anything but what adding up would give."""

from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import select, update

from foundation.database import Database
from mailer import outbox, tallies
from mailer.bounce_facts import Fact, Source, keep_fact
from mailer.bounce_report.bounce_class import BounceClass
from mailer.outbox_tables import BatchRow, OutboxRow, State, TallySumRow
from mailer.tallies import Change, Counts
from tests.support.mail_engine import AT, many, put

LATER = AT + timedelta(days=2)


@pytest.fixture
def ended(database: Database) -> Database:
    """A batch of four, two domains and two senders, that ended long ago; one letter failed."""
    put(database, many(4))
    with database.write() as session:
        session.execute(update(OutboxRow).values(state=State.SENT.value, ended_at=AT, handed_at=AT))
        failed = session.scalars(select(OutboxRow.id)).first()
        session.execute(update(OutboxRow).where(OutboxRow.id == failed).values(state=State.FAILED.value))
        tallies.add(session, "s1", [Change("b", "x.jp", {State.SENT: 1}), Change("b", "y.jp", {State.FAILED: 1})])
        tallies.add(session, "s2", [Change("b", "x.jp", {State.SENT: 2})])
        session.execute(update(BatchRow).values(ended_at=AT))
    return database


def sum_up(database: Database, *, at: datetime = LATER) -> int:
    with database.write() as session:
        return tallies.sum_up(session, ended_before=at - timedelta(days=1), limit=10)


def told(database: Database) -> Counts:
    with database.read() as session:
        found = tallies.of_each(session, select(BatchRow.batch))["b"]
        assert found == tallies.of(session, "b")
    return found


def test_sums_are_kept_once_and_only_of_what_ended_long_ago(ended: Database) -> None:
    assert sum_up(ended, at=AT) == 0
    assert [sum_up(ended), sum_up(ended)] == [1, 0]

    assert (told(ended).sent, told(ended).failed) == (3, 1)


def test_a_kept_sum_is_what_is_told(ended: Database) -> None:
    sum_up(ended)
    with ended.write() as session:
        session.execute(update(TallySumRow).values(sent=77))

    with ended.read() as session:
        assert tallies.of_each(session, select(BatchRow.batch))["b"].sent == 77


def test_a_report_that_comes_after_the_sums_were_kept_is_in_them(ended: Database) -> None:
    sum_up(ended)
    with ended.write() as session:
        number = session.scalars(select(OutboxRow.id).where(OutboxRow.state == State.SENT.value)).first()
        assert number is not None
        fact = Fact(number, BounceClass.GONE, counted=True, evidence="550", source=Source.REPORT)
        assert keep_fact(session, fact, handed_at=None, at=LATER)

    assert told(ended).bounced == 1


def test_what_is_sent_again_after_the_sums_were_kept_is_taken_out_of_them(ended: Database) -> None:
    sum_up(ended)
    with ended.write() as session:
        assert outbox.send_again(session, "b", at=LATER, expires_at=LATER + timedelta(hours=1)) == 1

    assert told(ended).failed == 0


def test_several_changes_of_several_domains_at_once_are_all_in_the_sums(ended: Database) -> None:
    sum_up(ended)
    before = told(ended)
    with ended.write() as session:
        more = [Change("b", name, {State.SENT: 2, tallies.AUDIENCE: 3}) for name in ("x.jp", "y.jp", "z.jp")]
        tallies.add(session, "s3", [*more, Change("other", "x.jp", {State.SENT: 50})])

    assert (told(ended).sent, told(ended).audience) == (before.sent + 6, before.audience + 9)
    with ended.read() as session:
        assert tallies.of_each(session, select(TallySumRow.batch).where(TallySumRow.batch == "other")) == {}


def test_what_is_being_added_while_sums_are_made_is_in_them(ended: Database) -> None:
    making = Thread(target=sum_up, args=(ended,))
    with ended.write() as session:
        tallies.add(session, "s3", [Change("b", "x.jp", {State.SENT: 5})])
        making.start()
        making.join(0.3)
    making.join()

    assert told(ended).sent == 8


def test_merging_rows_leaves_the_sums_as_they_are(ended: Database) -> None:
    sum_up(ended)
    before = told(ended)
    with ended.write() as session:
        tallies.merge(session, "b")

    assert told(ended) == before


def test_a_batch_without_any_letter_has_sums_of_nothing(database: Database) -> None:
    with database.write() as session:
        session.add(BatchRow(batch="b", once_key="b", state="open", changed_at=AT, ended_at=AT))

    assert sum_up(database) == 1
    assert told(database) == Counts()
