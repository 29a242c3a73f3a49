"""Batches that were sent long ago, and a fold whose rests take no time."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from foundation.database import Database
from foundation.strides import Strides
from mailer import claims, outbox, records
from mailer.bounce_facts import Fact, Source, keep_fact
from mailer.bounce_report.bounce_class import BounceClass
from mailer.claims import Wish
from mailer.courier import Delivered, Outcome, Refused
from mailer.folding import Spans, fold
from mailer.outbox_tables import BatchRow, Lane, OutboxRow, State
from mailer.records import Result
from tests.support.mail_engine import AT, put

SPANS = Spans(kept=timedelta(days=90), memory=timedelta(days=400))
OLD = AT + timedelta(days=91)
GONE = Refused("550 5.1.1 unknown", BounceClass.GONE, counted=True)
FILTERED = Refused("550 5.7.1 spam", BounceClass.FILTERED, counted=False)

Said = Callable[[str], Outcome]


def but_r1(address: str) -> Outcome:
    """r1 is gone."""
    return GONE if address.startswith("r1@") else Delivered("250")


def accept(_address: str) -> Outcome:
    return Delivered("250")


def sent(
    database: Database, addresses: Sequence[str], said: Said = accept, *, batch: str = "b", at: datetime = AT
) -> dict[str, int]:
    """A batch that was sent and has ended; the rows by address."""
    numbers = put(database, addresses, batch=batch, at=at)
    with database.write() as session:
        rows = claims.claim(session, "s1", Wish(dict.fromkeys(Lane, len(addresses))), at=at).rows
        records.record(session, "s1", [Result(row, said(row.address), at) for row in rows], at=at)
        outbox.end_batch(session, batch, at=at)
    return dict(zip(addresses, numbers, strict=True))


def strides(database: Database, *, limit: int = 2000, until: Callable[[], bool] = lambda: False) -> Strides:
    """Rests take no time; `until` tells when the process ends."""
    made = Strides(database, lambda _seconds: until(), seconds=60)
    made.limit = limit
    return made


def folded(database: Database, *, at: datetime = OLD) -> int:
    return fold(strides(database), SPANS, at=at)


def left(database: Database, batch: str = "b") -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(OutboxRow.address).where(OutboxRow.batch == batch)))


def recounted(database: Database, batch: str = "b") -> dict[State, int]:
    with database.read() as session:
        return outbox.recount(session, batch)


def of_batch(database: Database, batch: str = "b") -> BatchRow:
    with database.read() as session:
        return session.get_one(BatchRow, batch)


def report(database: Database, number: int, *, at: datetime) -> bool:
    with database.write() as session:
        fact = Fact(number, BounceClass.GONE, counted=True, evidence="550 5.1.1", source=Source.REPORT)
        return keep_fact(session, fact, handed_at=None, at=at)
