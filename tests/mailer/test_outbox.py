"""The outbox as others use it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from foundation.database import Database
from mailer import claims, endings, outbox, records, tallies
from mailer.bounce_report.bounce_class import BounceClass
from mailer.claims import Wish
from mailer.courier import Delivered, Refused
from mailer.outbox import Post, To
from mailer.outbox_tables import BatchState, Lane, OutboxRow, State
from mailer.records import Result
from tests.support.mail_engine import AT, LETTER, many, put, row_of, states

REFUSED = Refused("550 5.1.1 <r0@example.jp> unknown", BounceClass.GONE, counted=True)


def claim(database: Database, *, sender: str = "s1", limit: int = 100) -> list[claims.Claimed]:
    with database.write() as session:
        endings.settle(session, sender, at=AT)
        claims.unpark(session, limit=100)
        return claims.claim(session, sender, Wish(dict.fromkeys(Lane, limit)), at=AT).rows


def fail_all(database: Database) -> None:
    results = [Result(row, REFUSED, AT) for row in claim(database)]
    with database.write() as session:
        records.record(session, "s1", results, at=AT)


def enqueue(database: Database, once_key: str, addresses: list[str]) -> int:
    post = Post("b", once_key, Lane.BULK, AT, AT + timedelta(hours=1))
    with database.write() as session:
        letter = outbox.write_letter(session, LETTER, batch="b", at=AT)
        return outbox.enqueue(session, letter, post, [To(a, "example.jp", None) for a in addresses])


def test_an_address_gets_a_letter_once_however_often_it_is_put_in(database: Database) -> None:
    added = [enqueue(database, "bulletin:1", many(700)), enqueue(database, "bulletin:1", many(701))]

    assert added == [700, 1]
    assert states(database) == {State.QUEUED: 701}


def test_another_once_key_is_another_letter(database: Database) -> None:
    assert [enqueue(database, key, many(2)) for key in ("bulletin:1", "bulletin:2")] == [2, 2]


def test_two_who_fan_out_the_same_order_at_once_put_each_address_in_once(database: Database) -> None:
    with ThreadPoolExecutor(2) as pool:
        added = list(pool.map(lambda _: enqueue(database, "bulletin:1", many(300)), range(2)))

    assert sum(added) == 300
    assert states(database) == {State.QUEUED: 300}


def test_leaving_suppresses_what_is_open_but_no_reply(database: Database) -> None:
    bulk, stays = put(database, ["a@example.jp", "b@example.jp"])
    [reply] = put(database, ["a@example.jp"], batch="replies", lane=Lane.REPLY)

    with database.write() as session:
        outbox.suppress(session, "a@example.jp")

    assert {row.id for row in claim(database)} == {stays, reply}
    assert row_of(database, bulk).state == State.SUPPRESSED


def test_send_again_does_not_reach_somebody_who_left_meanwhile(database: Database) -> None:
    [number] = put(database, ["a@example.jp"])
    fail_all(database)
    with database.write() as session:
        outbox.suppress(session, "a@example.jp")

    with database.write() as session:
        outbox.send_again(session, "b", at=AT, expires_at=AT + timedelta(hours=1))

    assert claim(database) == []
    assert row_of(database, number).state == State.SUPPRESSED
    with database.read() as session:
        assert tallies.of(session, "b") == tallies.Counts(suppressed=1)


def test_a_halted_batch_is_not_claimed_until_it_is_resumed(database: Database) -> None:
    put(database, many(2))
    put(database, many(1), batch="other")

    claimed = []
    for state in (BatchState.HALTED, BatchState.HALTED, BatchState.OPEN):
        with database.write() as session:
            outbox.set_batch(session, "b", state, at=AT)
        claimed.append({row.batch for row in claim(database)})

    assert claimed == [{"other"}, set(), {"b"}]


def test_what_is_left_of_a_withdrawn_batch_ends_as_suppressed(database: Database) -> None:
    put(database, many(3))
    with database.write() as session:
        outbox.set_batch(session, "b", BatchState.WITHDRAWN, at=AT)

    assert claim(database) == []
    assert states(database) == {State.SUPPRESSED: 3}
    with database.read() as session:
        assert tallies.of(session, "b") == tallies.Counts(suppressed=3)
        assert not outbox.open_rows(session, "b")


def test_halting_at_once_by_two_people_halts(database: Database) -> None:
    def halt(_: int) -> None:
        with database.write() as session:
            outbox.set_batch(session, "b", BatchState.HALTED, at=AT)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(halt, range(8)))

    put(database, many(1))
    assert claim(database) == []


def test_send_again_takes_failed_and_expired_only_and_pressed_twice_counts_once(database: Database) -> None:
    put(database, many(3))
    sent, *others = claim(database)
    outcomes = [Result(sent, Delivered("250"), AT), *(Result(row, REFUSED, AT) for row in others)]
    with database.write() as session:
        records.record(session, "s1", outcomes, at=AT)

    def press(_: int) -> int:
        with database.write() as session:
            return outbox.send_again(session, "b", at=AT, expires_at=AT + timedelta(hours=9))

    with ThreadPoolExecutor(2) as pool:
        pressed = sorted(pool.map(press, range(2)))

    assert pressed == [0, 2]
    assert {row.id for row in claim(database)} == {row.id for row in others}
    with database.read() as session:
        assert tallies.of(session, "b") == tallies.Counts(sent=1)


def test_an_erased_address_is_gone_from_row_and_reply(database: Database) -> None:
    [number] = put(database, ["r0@example.jp"])
    fail_all(database)

    with database.write() as session:
        outbox.forget(session, "r0@example.jp", "erased:1")

    row = row_of(database, number)
    assert (row.address, row.reply) == ("erased:1", None)


@pytest.mark.parametrize("state", list(State))
def test_a_batch_has_open_rows_only_while_something_is_to_be_sent(database: Database, state: State) -> None:
    put(database, many(1))
    with database.write() as session:
        session.execute(update(OutboxRow).values(state=state.value))

    with database.read() as session:
        assert outbox.open_rows(session, "b") == (state in (State.QUEUED, State.DEFERRED))
        assert outbox.recount(session, "b") == {state: 1}
