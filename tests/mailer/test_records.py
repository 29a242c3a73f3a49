"""Records: what became of each try, written down once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from foundation.database import Database
from mailer import claims, endings, outbox, records, tallies
from mailer.bounce_facts import Fact, Source, facts_about, keep_fact
from mailer.bounce_report.bounce_class import BounceClass
from mailer.claims import LEASE, Claimed, Wish
from mailer.courier import Deferred, Delivered, NotTried, Outcome, Refused, Unwanted
from mailer.domain_pauses import paused_domains
from mailer.flight_log import Landing
from mailer.outbox_tables import Lane, OutboxRow, State
from mailer.records import Result
from tests.support.mail_engine import AT, balanced, many, put, row_of, states

GONE = Refused("550 5.1.1 <r0@example.jp> User unknown", BounceClass.GONE, counted=True)
LATER = AT + LEASE + timedelta(seconds=1)


def claim(database: Database, *, sender: str = "s1", at: datetime = AT) -> list[Claimed]:
    with database.write() as session:
        return claims.claim(session, sender, Wish(dict.fromkeys(Lane, 100)), at=at).rows


def record(
    database: Database, rows: list[Claimed], outcome: Outcome, *, sender: str = "s1", at: datetime = AT
) -> list[str]:
    with database.write() as session:
        return records.record(session, sender, [Result(row, outcome, at) for row in rows], at=at)


def counts(database: Database) -> tallies.Counts:
    with database.read() as session:
        return tallies.of(session, "b")


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Delivered("250 OK"), tallies.Counts(sent=2)),
        (GONE, tallies.Counts(failed=2)),
        (Deferred("451"), tallies.Counts(deferred=2)),
        (NotTried("no"), tallies.Counts()),
        (Unwanted(), tallies.Counts()),
    ],
)
def test_writing_the_same_group_twice_changes_nothing(
    database: Database, outcome: Outcome, expected: tallies.Counts
) -> None:
    [number, _] = put(database, many(2))
    rows = claim(database)

    record(database, rows, outcome)
    once = (counts(database), states(database), row_of(database, number).due_at)
    record(database, rows, outcome, at=AT + timedelta(minutes=9))
    record(database, rows + rows, outcome, at=AT + timedelta(minutes=9))

    assert once[0] == expected
    assert (counts(database), states(database), row_of(database, number).due_at) == once


def test_a_refusal_by_a_sender_that_lost_the_row_is_passed_over(database: Database) -> None:
    put(database, many(1))
    old = claim(database)
    new = claim(database, sender="s2", at=LATER)

    record(database, old, GONE)
    assert states(database) == {State.QUEUED: 1}
    record(database, new, Delivered("250"), sender="s2")

    assert counts(database) == tallies.Counts(sent=1)


def test_an_acceptance_counts_though_the_row_was_claimed_anew(database: Database) -> None:
    put(database, many(2))
    old = claim(database)
    one, _ = claim(database, sender="s2", at=LATER)
    record(database, [one], Deferred("451"), sender="s2", at=LATER)

    record(database, old, Delivered("250"), at=LATER)

    assert states(database) == {State.SENT: 2}
    assert counts(database) == tallies.Counts(sent=2)
    with database.write() as session:
        assert claims.keep(session, "s2", [row.id for row in old], at=LATER) == set()


def test_an_acceptance_counts_though_we_ourselves_claimed_the_row_anew(database: Database) -> None:
    put(database, many(1))
    old = claim(database)
    claim(database, at=LATER)

    record(database, old, Delivered("250"), at=LATER)

    assert states(database) == {State.SENT: 1}


def test_a_deferred_row_comes_back_later_and_later_and_ends(database: Database) -> None:
    [number] = put(database, many(1), life=timedelta(hours=6))
    at, dues = AT, []

    while rows := claim(database, at=at):
        record(database, rows, Deferred("451 not now"), at=at)
        at = row_of(database, number).due_at
        dues.append(at)
    with database.write() as session:
        endings.settle(session, "s1", at=at)

    gaps = [after - before for before, after in zip([AT, *dues], dues, strict=False)][:-1]
    assert gaps == sorted(gaps)
    assert dues[-1] == AT + timedelta(hours=6)
    assert counts(database) == tallies.Counts(expired=1)


def test_a_servers_wish_for_patience_is_kept(database: Database) -> None:
    [number] = put(database, many(1))

    record(database, claim(database), Deferred("451", hint=timedelta(minutes=30)))

    assert row_of(database, number).due_at >= AT + timedelta(minutes=30)


@pytest.mark.parametrize("outcome", [NotTried("the relay is gone"), Unwanted()])
def test_a_try_that_was_none_costs_no_patience(database: Database, outcome: Outcome) -> None:
    [number] = put(database, many(1))

    record(database, claim(database), outcome)

    row = row_of(database, number)
    assert (row.state, row.attempts, row.due_at, row.lease_by) == (State.QUEUED, 0, AT, None)
    assert [row.attempt for row in claim(database)] == [1]


def test_a_refusal_leaves_a_fact_with_its_day_and_without_the_address(database: Database) -> None:
    put(database, many(1))

    record(database, claim(database), GONE, at=AT)

    with database.read() as session:
        [fact] = facts_about(session, 1)
    assert (fact.bounce_class, fact.counted, fact.handed_at, fact.source) == ("gone", True, AT, "smtp")
    assert fact.evidence == "550 5.1.1 <〔宛先〕> User unknown"


@pytest.mark.parametrize("kind", [Delivered, Deferred])
@pytest.mark.parametrize("reply", ["250 \udc83\udc86", "250 a\x00b", "あ" * 5000])
def test_an_answer_that_is_no_text_can_be_written_down(
    database: Database, kind: type[Delivered] | type[Deferred], reply: str
) -> None:
    put(database, many(1))

    record(database, claim(database), kind(reply))

    assert State.QUEUED not in states(database)


def test_a_refusal_that_is_no_text_can_be_written_down(database: Database) -> None:
    put(database, many(1))

    record(database, claim(database), Refused("550 \udc83\x00", BounceClass.GONE, counted=True))

    assert states(database) == {State.FAILED: 1}


def test_a_report_that_overtook_the_record_is_counted_when_it_is_written(database: Database) -> None:
    [number, _] = put(database, many(2))
    rows = claim(database)
    fact = Fact(number, BounceClass.GONE, counted=True, evidence="550", source=Source.REPORT)
    with database.write() as session:
        assert keep_fact(session, fact, handed_at=None, at=AT)

    record(database, rows, Delivered("250"))

    assert counts(database) == tallies.Counts(sent=2, bounced=1)
    assert row_of(database, number).bounced_as == "gone"


def test_refusals_that_rise_suddenly_pause_their_domain_once(database: Database) -> None:
    put(database, [*many(60, "dead.jp"), *many(60, "example.jp")])
    rows = claim(database) + claim(database)
    dead = [row for row in rows if row.domain == "dead.jp"]
    fine = [row for row in rows if row.domain == "example.jp"]

    record(database, fine, Delivered("250"))
    paused = record(database, dead[:40], GONE) + record(database, dead[40:55], GONE) + record(database, dead[55:], GONE)

    assert paused == ["dead.jp"]
    with database.read() as session:
        assert list(paused_domains(session)) == ["dead.jp"]


def test_a_replayed_acceptance_is_sent_and_counted_once(database: Database) -> None:
    [number, other] = put(database, many(2))
    claim(database)
    landings = [Landing(number, 1, AT), Landing(number, 1, AT), Landing(999, 1, AT)]

    for expected in (1, 0):
        with database.write() as session:
            assert records.replay(session, "s1", landings) == expected

    row = row_of(database, number)
    assert (row.state, row.handed_at, row.lease_by) == (State.SENT, AT, None)
    assert row_of(database, other).state == State.QUEUED
    assert counts(database) == tallies.Counts(sent=1)


def test_a_replayed_acceptance_counts_though_another_sender_took_the_row_over(database: Database) -> None:
    [number] = put(database, many(1))
    claim(database)
    claim(database, sender="s2", at=LATER)

    with database.write() as session:
        records.replay(session, "s1", [Landing(number, 1, AT)])

    assert states(database) == {State.SENT: 1}


@pytest.mark.parametrize("end", [State.EXPIRED, State.SUPPRESSED])
def test_an_acceptance_told_after_others_gave_the_row_up_is_a_fact_and_sent_again_by_nobody(
    database: Database, end: State
) -> None:
    """A host that lost its line to the database for longer than its leases last."""
    first, second, third = put(database, many(3), life=timedelta(seconds=20))
    mine = claim(database)
    with database.write() as session:
        if end is State.SUPPRESSED:
            session.execute(update(OutboxRow).values(unwanted=True))
        endings.settle(session, "s2", at=LATER)
    assert states(database) == {end: 3}

    record(database, mine[:1], Delivered("250"), at=LATER)
    record(database, mine[2:], GONE, at=LATER)
    with database.write() as session:
        assert records.replay(session, "s1", [Landing(second, 1, AT)]) == 1

    assert [row_of(database, number).state for number in (first, second, third)] == [State.SENT, State.SENT, end]
    assert counts(database) == tallies.Counts(**{"sent": 2, end.value: 1})
    assert balanced(database)
    with database.write() as session:
        again = outbox.send_again(session, "b", at=LATER, expires_at=LATER + timedelta(hours=1))
    assert again == (1 if end is State.EXPIRED else 0)


def test_a_flight_log_of_another_database_sends_nothing_to_its_end(database: Database) -> None:
    [number] = put(database, many(1))

    with database.write() as session:
        assert records.replay(session, "s1", [Landing(number, 1, AT)]) == 0

    assert states(database) == {State.QUEUED: 1}
