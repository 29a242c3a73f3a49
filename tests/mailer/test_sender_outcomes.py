"""What a sender makes of the outcomes of its courier."""

import asyncio
from collections.abc import Collection, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from foundation.database import Database
from mailer import outbox, tallies
from mailer.bounce_report.bounce_class import BounceClass
from mailer.courier import Deferred, Delivered, Envelope, NotTried, Outcome, Refused
from mailer.flight_log import FlightLog
from mailer.letter import Letter
from mailer.letter_shelf import LetterShelf
from mailer.outbox_tables import OutboxRow, State
from tests.support.clock import HandClock
from tests.support.killed_sender import relay_courier
from tests.support.mail_engine import (
    AT,
    KEYRING,
    ScriptedCourier,
    balanced,
    counts,
    many,
    pace,
    put,
    row_of,
    run_until,
    sender,
    states,
    until,
)
from tests.support.smtp_relay import SmtpRelay

OFFICE = "mon-fri 09:00-17:00"
CLOSED = AT + timedelta(hours=7)  # Friday, 17:00 in Japan
pytestmark = pytest.mark.usefixtures("quick_rounds")


async def test_a_letter_that_cannot_be_read_for_now_fails_nobody(
    sqlite: Database, flights: FlightLog, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(sqlite, many(3))
    fill, troubles = LetterShelf.fill, iter([True, True])

    def read(shelf: LetterShelf, session: Session, numbers: Collection[int]) -> None:
        if next(troubles, False):
            raise OperationalError("the database", {}, Exception("is locked"))
        fill(shelf, session, numbers)

    monkeypatch.setattr(LetterShelf, "fill", read)
    monkeypatch.setattr("mailer.sender.LONGEST_WAIT_SECONDS", 0.01)
    courier = ScriptedCourier(connections=1)
    await run_until(sender(sqlite, courier, flights, clock=clock), courier.was_offered(3))

    assert states(sqlite) == {State.SENT: 3}


async def test_a_letter_that_cannot_be_written_fails_alone(
    sqlite: Database, flights: FlightLog, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    put(sqlite, ["a@example.jp"], batch="bad", letter=Letter("two\nlines", ""))
    put(sqlite, many(3))
    courier = ScriptedCourier()

    await run_until(sender(sqlite, courier, flights, clock=clock), courier.was_offered(3))

    assert states(sqlite) == {State.SENT: 3, State.FAILED: 1}
    assert counts(sqlite, "bad") == tallies.Counts(failed=1)
    assert "a@example.jp" not in caplog.text


async def test_a_letter_that_was_not_tried_goes_on_another_line_and_costs_nothing(
    sqlite: Database, flights: FlightLog, clock: HandClock
) -> None:
    [number, *_] = put(sqlite, many(4))

    async def down_for_a_while(envelope: Envelope) -> Outcome:
        early = len(courier.offered) <= 20
        await pace(0.001)
        return NotTried("connection refused") if early else Delivered("250 OK")

    courier = ScriptedCourier(down_for_a_while, connections=3)
    await run_until(sender(sqlite, courier, flights, clock=clock), until(sqlite, State.SENT, 4))

    assert len(courier.offered) == 24
    assert row_of(sqlite, number).attempts == 1
    assert counts(sqlite) == tallies.Counts(sent=4)


async def test_each_outcome_of_a_real_relay_ends_where_it_belongs(
    database: Database, flights: FlightLog, clock: HandClock
) -> None:
    addresses = ["ok@example.jp", "gone@docomo.ne.jp", "wait@example.jp", "a..b@docomo.ne.jp", "spam@docomo.ne.jp"]
    numbers = dict(zip(addresses, put(database, addresses), strict=True))

    async with SmtpRelay() as relay:
        relay.misbehave("rcpt", "550 Unknown user gone@docomo.ne.jp", recipient="gone@docomo.ne.jp")
        relay.misbehave("rcpt", "450 4.2.0 try again in 5 minutes", recipient="wait@example.jp")
        relay.misbehave("end", "550 Unknown user spam@docomo.ne.jp", recipient="spam@docomo.ne.jp")
        await run_until(
            sender(database, relay_courier(relay.port), flights, clock=clock),
            relay.has_accepted(2),
            until(database, State.FAILED, 2),
            until(database, State.DEFERRED, 1),
        )

    ends = {address: row_of(database, number).state for address, number in numbers.items()}
    assert ends == {
        "ok@example.jp": State.SENT,
        "gone@docomo.ne.jp": State.FAILED,
        "wait@example.jp": State.DEFERRED,
        "a..b@docomo.ne.jp": State.SENT,
        "spam@docomo.ne.jp": State.FAILED,
    }
    assert balanced(database)
    assert all(KEYRING.read("bounce", letter.sender.partition("@")[0][2:]) for letter in relay.accepted)


async def test_stopping_finishes_what_is_on_the_wire_and_gives_the_rest_back(
    sqlite: Database, flights: FlightLog, clock: HandClock
) -> None:
    put(sqlite, many(30))
    courier = ScriptedCourier(connections=2)

    async def slow(envelope: Envelope) -> Outcome:
        await pace(0.05)
        return Delivered("250 OK")

    courier.script = slow
    await run_until(sender(sqlite, courier, flights, clock=clock), courier.was_offered(2))

    sent = states(sqlite)[State.SENT]
    assert sent == len(courier.offered) < 30
    with sqlite.read() as session:
        assert session.scalars(select(OutboxRow.lease_by).where(OutboxRow.lease_by.is_not(None))).all() == []


async def test_a_deferred_letter_is_the_same_letter_when_it_goes_again(
    sqlite: Database, flights: FlightLog, clock: HandClock
) -> None:
    [number] = put(sqlite, ["a@example.jp"])
    answers: Iterator[Outcome] = iter(
        [Deferred("451"), Refused("550 5.2.2 full", BounceClass.FULL, counted=False), Delivered("250")]
    )

    async def in_turn(envelope: Envelope) -> Outcome:
        return next(answers)

    courier = ScriptedCourier(in_turn)
    one = sender(sqlite, courier, flights, clock=clock)
    await run_until(one, until(sqlite, State.DEFERRED, 1))
    clock.set(row_of(sqlite, number).due_at)
    await run_until(sender(sqlite, courier, flights, clock=clock), until(sqlite, State.FAILED, 1))
    with sqlite.write() as session:
        outbox.send_again(session, "b", at=clock.now(), expires_at=clock.now() + timedelta(hours=1))
    await run_until(sender(sqlite, courier, flights, clock=clock), until(sqlite, State.SENT, 1))

    assert len(courier.offered) == 3
    assert len({envelope.octets for envelope in courier.offered}) == 1
    assert balanced(sqlite)


async def test_stopping_does_not_wait_for_a_relay_that_does_not_answer(
    sqlite: Database, flights: FlightLog, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.sender.LAST_LETTERS_SECONDS", 0.1)
    [number] = put(sqlite, many(1))
    asked = asyncio.Event()

    async def silent(envelope: Envelope) -> Outcome:
        asked.set()
        await asyncio.Event().wait()
        return Delivered("250 OK")

    one = sender(sqlite, ScriptedCourier(silent, connections=1), flights, clock=clock)
    await run_until(one, asked.wait())

    row = row_of(sqlite, number)
    assert (row.state, row.lease_by) == (State.QUEUED, None)
