"""Inbound mail: stored once, worked off once, in its order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from foundation.database import Database
from mailer import inbound
from mailer.inbound import InboundRow, InboundState, Incoming
from tests.support.mail_engine import AT

RAW = b"Message-ID: <1@example.jp>\r\nSubject: x\r\n\r\ntext\r\n"


def store(
    database: Database, raw: bytes = RAW, *, to: tuple[str, ...] = ("touroku@d",), sender: str = "a@x.jp"
) -> None:
    with database.write() as session:
        inbound.store(session, Incoming(sender, to, raw), at=AT)


def rows(database: Database) -> list[InboundRow]:
    with database.read() as session:
        return list(session.scalars(select(InboundRow).order_by(InboundRow.id)))


def test_a_mail_is_one_row_a_recipient_as_it_came(database: Database) -> None:
    store(database, to=("touroku@d", "b-x@d"))

    assert [(row.recipient, row.raw, row.state, row.received_at) for row in rows(database)] == [
        ("touroku@d", RAW, "new", AT),
        ("b-x@d", RAW, "new", AT),
    ]


def test_the_same_mail_by_two_roads_is_one_mail(database: Database) -> None:
    for _ in range(2):
        store(database)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: store(database), range(4)))

    assert len(rows(database)) == 1


@pytest.mark.parametrize(
    ("raw", "sender", "to"),
    [
        (RAW, "b@x.jp", "touroku@d"),
        (RAW, "a@x.jp", "touroku-en@d"),
        (RAW.replace(b"<1@", b"<2@"), "a@x.jp", "touroku@d"),
    ],
)
def test_another_sender_recipient_or_identity_is_another_mail(
    database: Database, raw: bytes, sender: str, to: str
) -> None:
    store(database)
    store(database, raw, sender=sender, to=(to,))

    assert len(rows(database)) == 2


def test_a_mail_without_an_identity_is_always_a_new_one(database: Database) -> None:
    for _ in range(2):
        store(database, b"Subject: x\r\n\r\n")

    assert len(rows(database)) == 2


@pytest.mark.parametrize(("raw", "number"), [(b"Subject: x\r\n\r\n", 2), (RAW, 1)])
def test_a_copy_without_an_identity_is_known_by_where_it_lies(database: Database, raw: bytes, number: int) -> None:
    for origin in ("a mailbox 1 1", "a mailbox 1 1", "a mailbox 1 2"):
        with database.write() as session:
            inbound.store(session, Incoming("a@x.jp", ("touroku@d",), raw, origin=origin), at=AT)

    assert len(rows(database)) == number


def test_no_message_id_passes_for_the_place_of_another_mail(database: Database) -> None:
    store(database, b"Message-ID: a mailbox 1 1\r\n\r\n")
    with database.write() as session:
        inbound.store(session, Incoming("a@x.jp", ("touroku@d",), b"\r\n", origin="a mailbox 1 1"), at=AT)

    assert len(rows(database)) == 2


@given(st.binary(max_size=300))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_comes_is_stored(sqlite: Database, raw: bytes) -> None:
    before = len(rows(sqlite))

    store(sqlite, b"Message-ID: " + raw)

    assert raw in rows(sqlite)[-1].raw or len(rows(sqlite)) == before


def test_mail_is_worked_off_in_its_order(database: Database) -> None:
    for number in range(3):
        store(database, b"%d" % number)

    served = []
    for _ in range(3):
        with database.write() as session:
            [row] = inbound.next_new(session, at=AT)
            served.append(row.raw)
            row.state = InboundState.DONE.value

    with database.write() as session:
        assert inbound.next_new(session, at=AT) == []
    assert served == [b"0", b"1", b"2"]


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_of_two_who_work_at_once_one_has_the_mail(database: Database) -> None:
    store(database, b"0")

    with database.write() as one, database.write() as other:
        [first], [second] = inbound.next_new(one, at=AT), inbound.next_new(other, at=AT)
        mine = inbound.take(one, first.id)
        assert mine is not None
        assert inbound.take(other, second.id) is None
        mine.state = InboundState.DONE.value
    with database.write() as later:
        assert inbound.take(later, first.id) is None


def test_what_was_put_off_comes_after_all_others_however_much_it_is(database: Database) -> None:
    for number in range(5):
        store(database, b"%d" % number)
    with database.write() as session:
        for row in inbound.next_new(session, at=AT, most=3):
            row.not_before = AT

    with database.write() as session:
        order = [row.raw for row in inbound.next_new(session, at=AT, most=9)]

    assert order == [b"3", b"4", b"0", b"1", b"2"]


def test_what_is_done_is_forgotten_long_before_what_was_set_aside(database: Database) -> None:
    for number in range(3):
        store(database, b"%d" % number)
    done, aside, _ = (row.id for row in rows(database))
    with database.write() as session:
        session.get_one(InboundRow, done).state = InboundState.DONE.value
        inbound.set_aside(session, aside, "x" * 900)
        inbound.set_aside(session, 999, "nobody")

    with database.write() as session:
        later = AT + timedelta(seconds=1)
        assert inbound.forget(session, done_before=AT, aside_before=AT) == 0
        assert inbound.forget(session, done_before=later, aside_before=AT) == 1

    with database.read() as session:
        [kept] = inbound.those_set_aside(session)
        assert (kept.id, len(kept.note or "")) == (aside, 500)
        assert inbound.counts_by_kind(session) == {"new": 1, "set-aside": 1}
    with database.write() as session:
        assert inbound.forget(session, done_before=later, aside_before=later) == 1
