"""Claims: leases, lanes, and ends that need no wire."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from foundation.database import Database
from mailer import claims, endings, outbox, records, tallies
from mailer.bounce_facts import facts_about
from mailer.bounce_report.bounce_class import BounceClass
from mailer.claims import LEASE, Claimed, Wish
from mailer.courier import Deferred
from mailer.domain_pauses import Cause, DomainPauseRow, resolve
from mailer.gate import Rest
from mailer.outbox_tables import BatchState, Lane, OutboxRow, State
from mailer.records import Result
from tests.support.mail_engine import AT, many, put, row_of, states

SECOND = timedelta(seconds=1)
URGENT_AND_REPLY = (Lane.URGENT, Lane.REPLY)


def claim(
    database: Database, *, sender: str = "s1", at: datetime = AT, lanes: Sequence[Lane] = tuple(Lane), limit: int = 100
) -> list[Claimed]:
    with database.write() as session:
        return claims.claim(session, sender, Wish(dict.fromkeys(lanes, limit)), at=at).rows[:limit]


def keep(database: Database, rows: Sequence[Claimed], *, sender: str = "s1", at: datetime = AT) -> set[int]:
    with database.write() as session:
        return claims.keep(session, sender, [row.id for row in rows], at=at)


def settle(database: Database, *, at: datetime = AT) -> int:
    with database.write() as session:
        return endings.settle(session, "s1", at=at)


def counts(database: Database, batch: str = "b") -> tallies.Counts:
    with database.read() as session:
        return tallies.of(session, batch)


def test_a_claimed_row_is_nobody_elses_until_its_lease_runs_out(database: Database) -> None:
    put(database, many(3))

    first = claim(database)

    assert len(first) == 3
    assert claim(database, sender="s2", at=AT + LEASE) == []
    again = claim(database, sender="s2", at=AT + LEASE + SECOND)
    assert [(row.id, row.attempt) for row in again] == [(row.id, 2) for row in first]


def test_a_claim_takes_no_more_than_it_asked_for(database: Database) -> None:
    put(database, many(50))

    assert [len(claim(database, sender=f"s{n}", limit=20)) for n in range(4)] == [20, 20, 10, 0]


def test_many_senders_at_once_share_a_run_without_a_double(database: Database) -> None:
    put(database, many(300))

    def take_some(number: int) -> list[int]:
        return [row.id for _ in range(4) for row in claim(database, sender=f"s{number}", limit=20)]

    with ThreadPoolExecutor(4) as pool:
        taken = [number for some in pool.map(take_some, range(4)) for number in some]

    assert len(taken) == len(set(taken)) == 300


def test_a_kept_lease_does_not_run_out(database: Database) -> None:
    put(database, many(2))
    rows = claim(database)

    kept = keep(database, rows, at=AT + LEASE)

    assert kept == {row.id for row in rows}
    assert claim(database, sender="s2", at=AT + LEASE + LEASE) == []


def test_keep_tells_what_was_halted_withdrawn_paused_left_or_taken_over(database: Database) -> None:
    put(database, ["a@example.jp"], batch="halted")
    put(database, ["b@example.jp"], batch="withdrawn")
    put(database, ["c@paused.jp"], batch="paused")
    put(database, ["left@example.jp"], batch="left")
    put(database, ["d@example.jp"], batch="stays")
    [reply] = put(database, ["e@paused.jp"], batch="replies", lane=Lane.REPLY)
    rows = claim(database)
    [taken] = put(database, ["f@example.jp"], batch="taken")
    others = claim(database, sender="s2")

    with database.write() as session:
        outbox.set_batch(session, "halted", BatchState.HALTED, at=AT)
        outbox.set_batch(session, "withdrawn", BatchState.WITHDRAWN, at=AT)
        outbox.suppress(session, "left@example.jp")
        session.add(DomainPauseRow(domain="paused.jp", batch="x", opened_at=AT, attempts=50, refused=50))
    wanted = keep(database, [*rows, *others])

    assert taken not in wanted
    assert wanted == {row.id for row in rows if row.batch == "stays"} | {reply}


def test_keep_serves_a_hand_of_thousands(sqlite: Database) -> None:
    numbers = put(sqlite, many(1200))
    rows = claim(sqlite, limit=1200)

    assert keep(sqlite, rows) == set(numbers)


def test_urgent_goes_before_reply_before_bulk(database: Database) -> None:
    for lane in (Lane.BULK, Lane.REPLY, Lane.URGENT):
        put(database, many(2), batch=lane.name, lane=lane)

    assert [row.lane for row in claim(database, limit=5)] == [0, 0, 1, 1, 2]


def test_a_reply_is_claimed_while_bulk_must_wait(database: Database) -> None:
    put(database, many(5))
    put(database, many(1), batch="replies", lane=Lane.REPLY)

    assert [row.batch for row in claim(database, lanes=URGENT_AND_REPLY)] == ["replies"]


def test_a_row_is_not_claimed_before_it_is_due_nor_from_its_expiry_on(database: Database) -> None:
    put(database, many(1), life=timedelta(hours=1))

    assert claim(database, at=AT - SECOND) == []
    assert claim(database, at=AT + timedelta(hours=1)) == []


def test_a_paused_domain_gets_no_bulk_until_a_person_has_judged_but_urgent_letters_and_replies(
    database: Database,
) -> None:
    put(database, ["a@paused.jp", "a@example.jp"])
    put(database, ["b@paused.jp"], batch="urgent", lane=Lane.URGENT)
    put(database, ["c@paused.jp"], batch="replies", lane=Lane.REPLY)
    with database.write() as session:
        session.add(DomainPauseRow(domain="paused.jp", batch="x", opened_at=AT, attempts=50, refused=50))

    first = {row.address for row in claim(database)}
    with database.write() as session:
        assert claims.unpark(session, limit=100) == 0
        resolve(session, session.scalars(select(DomainPauseRow.id)).one(), Cause.OURS, by="staff:1", at=AT)
        assert claims.unpark(session, limit=100) == 1
    second = {row.address for row in claim(database)}

    assert first == {"a@example.jp", "b@paused.jp", "c@paused.jp"}
    assert second == {"a@paused.jp"}


def test_an_unwanted_row_in_a_senders_hand_is_left_to_that_sender(database: Database) -> None:
    put(database, ["a@example.jp"])
    claim(database)
    with database.write() as session:
        outbox.suppress(session, "a@example.jp")

    assert settle(database) == 0
    assert settle(database, at=AT + LEASE + SECOND) == 1
    assert counts(database) == tallies.Counts(suppressed=1)


def test_an_expired_row_ends_as_expired_also_while_halted(database: Database) -> None:
    put(database, many(2), life=timedelta(hours=1))
    with database.write() as session:
        outbox.set_batch(session, "b", BatchState.HALTED, at=AT)

    assert settle(database, at=AT + timedelta(hours=1) - SECOND) == 0
    assert settle(database, at=AT + timedelta(hours=1)) == 2
    assert settle(database, at=AT + timedelta(hours=1)) == 0
    assert states(database) == {State.EXPIRED: 2}
    assert counts(database) == tallies.Counts(expired=2)


@pytest.mark.parametrize(("failing_as", "facts"), [(BounceClass.FULL, 1), (BounceClass.UNKNOWN, 0)])
def test_a_full_mailbox_counts_once_its_tries_have_ended_on_the_day_it_was_last_offered(
    database: Database, failing_as: BounceClass, facts: int
) -> None:
    put(database, ["a@example.jp"], life=timedelta(minutes=10))
    rows = claim(database)
    offered = AT + SECOND
    with database.write() as session:
        full = Deferred("552 5.2.2 <a@example.jp> mailbox full", bounce_class=failing_as)
        records.record(session, "s1", [Result(rows[0], full, offered)], at=offered)
        assert facts_about(session, 1) == []

    settle(database, at=AT + timedelta(days=1))

    with database.read() as session:
        found = facts_about(session, 1)
    assert [(fact.bounce_class, fact.counted, fact.handed_at) for fact in found] == [("full", True, offered)] * facts
    assert not [fact for fact in found if "a@example.jp" in fact.evidence]


def test_nothing_to_do_is_seen_without_writing(database: Database) -> None:
    def anything(at: datetime, lanes: Sequence[Lane] = tuple(Lane)) -> bool:
        with database.read() as session:
            return claims.anything_due(session, Wish(dict.fromkeys(lanes, 1)), at=at)

    assert not anything(AT)
    put(database, many(1), life=timedelta(hours=1))
    assert anything(AT)
    assert not anything(AT, URGENT_AND_REPLY)
    claim(database)
    assert not anything(AT)
    with database.read() as session:
        assert not endings.anything_to_end(session, at=AT)
        assert endings.anything_to_end(session, at=AT + timedelta(hours=2))


def test_a_sender_that_comes_back_frees_what_it_held(database: Database) -> None:
    [number] = put(database, many(1))
    claim(database)

    with database.write() as session:
        claims.give_back(session, "s2")
    assert claim(database, sender="s2") == []
    with database.write() as session:
        claims.give_back(session, "s1")

    assert [row.id for row in claim(database, sender="s2")] == [number]
    assert row_of(database, number).lease_by == "s2"


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_row_claimed_on_postgresql_does_not_make_others_wait(database: Database) -> None:
    put(database, many(4))

    with database.write() as one:
        first = claims.claim(one, "s1", Wish({Lane.BULK: 2}), at=AT).rows
        # The first transaction is still open.
        second = claim(database, sender="s2")

    assert len(first) == len(second) == 2
    assert not {row.id for row in first} & {row.id for row in second}


def test_order_within_a_lane_is_by_due_moment(database: Database) -> None:
    [late] = put(database, ["a@example.jp"], batch="late", at=AT)
    [early] = put(database, ["b@example.jp"], batch="early", at=AT - timedelta(minutes=1))

    assert claim(database, limit=1)[0].id == early
    assert claim(database, limit=1)[0].id == late
    with database.read() as session:
        assert session.scalars(select(OutboxRow.attempts)).all() == [1, 1]


def test_after_the_closing_bulk_goes_only_for_what_began_in_the_hours_just_ended(database: Database) -> None:
    opening, closing = AT - timedelta(hours=8), AT - timedelta(minutes=30)
    begun = {"before": opening - timedelta(hours=1), "within": opening, "resumed": closing}
    for batch, changed in begun.items():
        put(database, many(1), batch=batch)
        with database.write() as session:
            outbox.set_batch(session, batch, BatchState.OPEN, at=changed)
    put(database, ["urgent@example.jp"], batch="urgent", lane=Lane.URGENT)

    rest = Rest(opening, closing, until=AT + timedelta(days=3))
    with database.write() as session:
        rows = claims.claim(session, "s1", Wish(dict.fromkeys(Lane, 9), rest=rest), at=AT).rows

    assert [row.batch for row in rows] == ["urgent", "within"]
    assert {row.batch for row in claim(database, at=rest.until - SECOND)} == set()
    assert {row.batch for row in claim(database, at=rest.until + timedelta(hours=9))} == set()
