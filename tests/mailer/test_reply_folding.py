"""Old replies: address and text go after their time, whoever they were written to."""

from datetime import datetime, timedelta

from sqlalchemy import select

from foundation.database import Database
from mailer import claims, outbox, records, tallies
from mailer.bounce_facts import acceptances_of, facts_about
from mailer.claims import Wish
from mailer.courier import Delivered, Outcome
from mailer.outbox import Post, To
from mailer.outbox_tables import REPLIES, Lane, LetterRow, OutboxRow, TallyRow
from mailer.records import Result
from mailer.reply_folding import fold_replies
from tests.support.mail_engine import AT, LETTER, put
from tests.support.old_letters import GONE, but_r1, sent, strides

KEPT = timedelta(days=7)
MEMORY = timedelta(days=400)
LATER = AT + timedelta(days=8)
OK = Delivered("250 ok")


def replied(
    database: Database, address: str, outcome: Outcome | None = OK, *, key: str = "1", at: datetime = AT
) -> None:
    """One letter of the service itself; without an outcome it has yet to go."""
    post = Post(REPLIES, f"reply:{address}:{key}", Lane.REPLY, at, at + timedelta(hours=1))
    with database.write() as session:
        outbox.reply(session, LETTER, post, To(address, address.rpartition("@")[2], None))
    if outcome is not None:
        with database.write() as session:
            rows = claims.claim(session, "s1", Wish({Lane.REPLY: 9}), at=at).rows
            records.record(session, "s1", [Result(row, outcome, at) for row in rows], at=at)


def folded(database: Database, *, at: datetime = LATER, limit: int = 2000) -> int:
    return fold_replies(strides(database, limit=limit), before=at - KEPT, watched_since=at - MEMORY)


def rows(database: Database) -> list[OutboxRow]:
    with database.read() as session:
        return list(session.scalars(select(OutboxRow).where(OutboxRow.batch == REPLIES)))


def letters(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(LetterRow.batch)))


def test_old_replies_and_their_letters_are_dropped_and_younger_ones_stay(database: Database) -> None:
    replied(database, "old@example.jp")
    replied(database, "young@example.jp", at=AT + timedelta(days=2))

    assert folded(database) == 1

    assert [row.address for row in rows(database)] == ["young@example.jp"]
    assert letters(database) == [REPLIES]
    with database.read() as session:
        assert tallies.of(session, REPLIES).sent == 2


def test_a_reply_with_a_bounce_fact_loses_address_and_text_but_stays(database: Database) -> None:
    replied(database, "dead@example.jp", GONE)

    assert folded(database) == 0

    [row] = rows(database)
    assert (row.address, row.reply) == (f"forgotten:{row.id}", None)
    assert letters(database) == []


def test_a_reply_that_still_waits_keeps_its_letter(sqlite: Database) -> None:
    replied(sqlite, "later@example.jp", None)

    assert folded(sqlite) == 0
    assert (len(rows(sqlite)), letters(sqlite)) == (1, [REPLIES])


def test_a_reply_that_an_address_under_watch_accepted_still_clears_its_failures(database: Database) -> None:
    sent(database, ["r1@example.jp"], but_r1)
    replied(database, "r1@example.jp", at=AT + timedelta(hours=1))

    assert folded(database) == 0
    with database.read() as session:
        assert acceptances_of(session, "r1@example.jp") == [AT + timedelta(hours=1)]
    assert letters(database) == ["b"], "its text goes"

    assert folded(database, at=AT + MEMORY + timedelta(days=1)) == 1


def test_a_reply_that_came_back_tells_nobodys_address(sqlite: Database) -> None:
    sent(sqlite, ["r1@example.jp"], but_r1)
    replied(sqlite, "r1@example.jp", GONE, at=AT + timedelta(hours=1))

    folded(sqlite)

    assert "r1@example.jp" not in {row.address for row in rows(sqlite)}
    with sqlite.read() as session:
        assert len(facts_about(session, 1)) == 1


def test_many_replies_to_one_address_are_all_found(sqlite: Database) -> None:
    for key in range(7):
        replied(sqlite, "keen@example.jp", key=str(key))
        replied(sqlite, "watched@example.jp", key=str(key))
    sent(sqlite, ["watched@example.jp"], lambda _address: GONE)

    assert folded(sqlite, limit=3) == 7
    assert {row.address for row in rows(sqlite)} == {"watched@example.jp"}
    assert letters(sqlite) == ["b"]


def test_letters_of_bulletins_stay(sqlite: Database) -> None:
    put(sqlite, ["a@example.jp"])

    folded(sqlite)

    assert letters(sqlite) == ["b"]


def test_a_letter_that_no_reply_ever_named_goes_too(sqlite: Database) -> None:
    with sqlite.write() as session:
        outbox.write_letter(session, LETTER, batch=REPLIES, at=AT)

    folded(sqlite)

    assert letters(sqlite) == []


def test_counts_of_senders_that_are_long_gone_become_one(sqlite: Database) -> None:
    with sqlite.write() as session:
        for life in range(20):
            tallies.add(session, f"s{life}", [tallies.Change(REPLIES, "a.jp", {"sent": 1})])

    folded(sqlite)

    with sqlite.read() as session:
        assert tallies.of(session, REPLIES) == tallies.Counts(sent=20)
        assert session.scalars(select(TallyRow.sender)).all() == ["merged"]
