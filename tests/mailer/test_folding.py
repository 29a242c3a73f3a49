"""Old letters are folded into their counts, and what is still needed stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from foundation.database import Database
from mailer import claims, endings, outbox, records, tallies
from mailer.bounce_facts import acceptances_of
from mailer.claims import Wish
from mailer.courier import Delivered, Refused
from mailer.outbox import LettersFolded
from mailer.outbox_tables import BatchRow, BatchState, Lane, OutboxRow, State, TallyRow
from mailer.records import Result
from tests.support.mail_engine import AT, counts, many, put, row_of
from tests.support.old_letters import (
    FILTERED,
    GONE,
    OLD,
    SPANS,
    but_r1,
    folded,
    left,
    of_batch,
    recounted,
    report,
    sent,
)


def test_letters_of_an_old_batch_are_dropped_and_its_counts_stay(database: Database) -> None:
    sent(database, many(1300), lambda address: GONE if address.startswith("r7") else Delivered("250"))
    before, truth = counts(database), recounted(database)

    dropped = folded(database)

    assert (dropped, before.sent) == (1189, 1189)
    assert left(database) == {address for address in many(1300) if address.startswith("r7")}
    assert (counts(database), recounted(database)) == (before, truth)
    assert of_batch(database).folded_at == OLD


def test_a_batch_is_left_alone_until_its_time(sqlite: Database) -> None:
    sent(sqlite, many(3))

    assert folded(sqlite, at=AT + SPANS.kept) == 0
    assert folded(sqlite, at=AT + SPANS.kept + timedelta(seconds=1)) == 3


def test_a_batch_that_nobody_called_ended_is_left_alone(sqlite: Database) -> None:
    sent(sqlite, many(3))
    with sqlite.write() as session:
        outbox.set_batch(session, "b", BatchState.HALTED, at=AT)

    assert folded(sqlite) == 0


def test_the_rest_of_a_withdrawn_batch_goes_too(sqlite: Database) -> None:
    put(sqlite, many(5))
    with sqlite.write() as session:
        outbox.set_batch(session, "b", BatchState.WITHDRAWN, at=AT)
    for _ in range(2):
        with sqlite.write() as session:
            endings.settle(session, "s1", at=AT)

    assert folded(sqlite) == 5
    assert (left(sqlite), recounted(sqlite), counts(sqlite).suppressed) == (set(), {State.SUPPRESSED: 5}, 5)


def test_whoever_did_not_get_it_can_still_be_named(sqlite: Database) -> None:
    sent(sqlite, many(4))
    with sqlite.write() as session:
        session.execute(update(OutboxRow).where(OutboxRow.address == "r1@example.jp").values(state=State.EXPIRED.value))
        session.execute(update(OutboxRow).where(OutboxRow.address == "r2@example.jp").values(state=State.FAILED.value))

    folded(sqlite)

    assert left(sqlite) == {"r1@example.jp", "r2@example.jp"}


@pytest.mark.parametrize("refused", [GONE, FILTERED])
def test_a_letter_with_a_bounce_fact_stays(database: Database, refused: Refused) -> None:
    rows = sent(database, many(3))
    assert report(database, rows["r1@example.jp"], at=AT + timedelta(days=1))

    folded(database)

    assert left(database) == {"r1@example.jp"}
    assert row_of(database, rows["r1@example.jp"]).bounced_as == "gone"


def test_what_an_address_under_watch_accepted_stays_known(database: Database) -> None:
    later = AT + timedelta(days=7)
    sent(database, many(3), but_r1)
    sent(database, many(3), batch="c", at=later)

    assert folded(database, at=OLD + timedelta(days=9)) == 4

    assert left(database, "c") == {"r1@example.jp"}
    with database.read() as session:
        assert acceptances_of(session, "r1@example.jp") == [later]


def test_a_fact_that_does_not_count_keeps_no_other_letter(sqlite: Database) -> None:
    sent(sqlite, many(3), lambda address: FILTERED if address == "r1@example.jp" else Delivered("250"))
    sent(sqlite, many(3), batch="c")

    folded(sqlite)

    assert left(sqlite, "c") == set()


def test_an_address_is_under_watch_also_where_letters_do_not_name_their_recipient(sqlite: Database) -> None:
    sent(sqlite, many(3), but_r1)
    sent(sqlite, many(3), batch="c")
    with sqlite.write() as session:
        session.execute(update(OutboxRow).where(OutboxRow.batch == "c").values(recipient_ref=None))

    folded(sqlite)

    assert left(sqlite, "c") == {"r1@example.jp"}


def test_when_the_facts_have_fallen_silent_what_was_spared_goes_too(sqlite: Database) -> None:
    sent(sqlite, many(3), but_r1)
    sent(sqlite, many(3), batch="c")
    folded(sqlite)
    assert of_batch(sqlite, "c").spared

    assert folded(sqlite, at=AT + SPANS.memory) == 0
    assert folded(sqlite, at=AT + SPANS.memory + timedelta(days=3)) == 1
    assert left(sqlite, "c") == set()
    assert left(sqlite) == {"r1@example.jp"}, "a letter with a fact stays"
    assert recounted(sqlite, "c") == {State.SENT: 3}


def test_a_report_of_a_letter_that_was_dropped_is_an_unknown_delivery(sqlite: Database) -> None:
    rows = sent(sqlite, many(2))
    folded(sqlite)

    assert not report(sqlite, rows["r0@example.jp"], at=OLD)
    assert counts(sqlite) == tallies.Counts(sent=2)


def test_a_row_number_is_never_given_again(sqlite: Database) -> None:
    rows = sent(sqlite, many(3))
    folded(sqlite)

    assert min(put(sqlite, many(3), batch="c", at=OLD)) > max(rows.values())


def test_nobody_is_put_into_a_batch_of_which_letters_were_dropped(sqlite: Database) -> None:
    sent(sqlite, many(3))
    folded(sqlite)

    with pytest.raises(LettersFolded):
        put(sqlite, many(3), at=OLD)

    with sqlite.write() as session:
        outbox.send_again(session, "b", at=OLD, expires_at=OLD + timedelta(hours=1))
    with pytest.raises(LettersFolded):
        put(sqlite, many(3), at=OLD)


def test_an_old_batch_that_is_sent_again_still_adds_up_and_is_folded_once_more(database: Database) -> None:
    rows = sent(database, many(5))
    with database.write() as session:
        late = update(OutboxRow).where(OutboxRow.address == "r1@example.jp").values(state=State.EXPIRED.value)
        session.execute(late)
        tallies.add(session, "s1", [tallies.Change("b", "example.jp", {"sent": -1, "expired": 1})])
    folded(database)
    with database.write() as session:
        assert outbox.send_again(session, "b", at=OLD, expires_at=OLD + timedelta(hours=1)) == 1
    assert folded(database, at=OLD + timedelta(days=91)) == 0, "it has not ended"
    with database.write() as session:
        [row] = claims.claim(session, "s2", Wish(dict.fromkeys(Lane, 9)), at=OLD).rows
        records.record(session, "s2", [Result(row, Delivered("250"), OLD)], at=OLD)
        outbox.end_batch(session, "b", at=OLD)

    assert row.id == rows["r1@example.jp"]
    assert recounted(database) == {State.SENT: 5}
    assert counts(database) == tallies.Counts(sent=5)
    assert folded(database, at=OLD + timedelta(days=91)) == 1
    assert (recounted(database), counts(database).sent) == ({State.SENT: 5}, 5)


def test_the_many_rows_of_restarted_senders_become_one_a_domain(database: Database) -> None:
    put(database, [*many(30, "a.jp"), *many(30, "b.jp")])
    for life in range(6):
        with database.write() as session:
            rows = claims.claim(session, f"s{life}", Wish({Lane.BULK: 10}), at=AT).rows
            records.record(session, f"s{life}", [Result(row, Delivered("250"), AT) for row in rows], at=AT)
    with database.write() as session:
        tallies.add(session, tallies.AGAIN, [tallies.Change("b", "a.jp", {"failed": -2})])
        outbox.end_batch(session, "b", at=AT)
        before = tallies.by_domain(session, "b")

    folded(database)

    with database.read() as session:
        assert tallies.by_domain(session, "b") == before
        kept = session.execute(select(TallyRow.domain, TallyRow.sender).order_by(TallyRow.domain, TallyRow.sender))
        assert [tuple(row) for row in kept] == [("a.jp", "again"), ("a.jp", "merged"), ("b.jp", "merged")]


def test_an_erased_address_is_found_in_hundreds_of_batches(database: Database) -> None:
    with database.write() as session:
        for number in range(300):
            key = f"old:{number}"
            session.add(BatchRow(batch=key, once_key=key, state=BatchState.OPEN.value, changed_at=AT))
    sent(database, many(3), but_r1)
    sent(database, many(3), batch="c")
    folded(database)

    with database.write() as session:
        outbox.forget(session, "r1@example.jp", "erased:1")

    assert left(database) == {"erased:1"}
    assert left(database, "c") == {"erased:1"}


def test_a_batch_that_never_had_a_letter_is_done_at_once(sqlite: Database) -> None:
    with sqlite.write() as session:
        outbox.set_batch(session, "b", BatchState.WITHDRAWN, at=AT)
        endings.settle(session, "s1", at=AT)

    assert folded(sqlite) == 0
    assert of_batch(sqlite).folded_at == OLD


def test_the_letters_of_others_under_the_same_key_stay(sqlite: Database) -> None:
    sent(sqlite, many(3))
    with sqlite.write() as session:
        session.execute(update(OutboxRow).where(OutboxRow.address == "r1@example.jp").values(batch="other"))

    assert folded(sqlite) == 2
    assert left(sqlite, "other") == {"r1@example.jp"}
