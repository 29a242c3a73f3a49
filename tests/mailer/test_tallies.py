"""The tallies: at every moment they say what counting the rows would say."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from foundation.database import Database
from mailer import claims, endings, outbox, records, tallies
from mailer.bounce_facts import Fact, Source, keep_fact
from mailer.bounce_report.bounce_class import BounceClass
from mailer.claims import Claimed, Wish
from mailer.courier import Deferred, Delivered, NotTried, Outcome, Refused, Unwanted
from mailer.flight_log import Landing
from mailer.outbox_tables import BatchState, Lane, OutboxRow, State
from mailer.records import Result
from mailer.tallies import Change, Counts
from tests.support.mail_engine import AT, many, put

OUTCOMES: tuple[Outcome | Unwanted, ...] = (
    Delivered("250"),
    Deferred("451"),
    Deferred("552 full", bounce_class=BounceClass.FULL),
    Refused("550", BounceClass.GONE, counted=True),
    NotTried("no"),
    Unwanted(),
)
SENDERS = ("s1", "s2")


def test_counts_of_many_senders_and_domains_add_up(database: Database) -> None:
    with database.write() as session:
        tallies.add(session, "s1", [Change("b", "x.jp", {State.SENT: 2}), Change("b", "y.jp", {State.FAILED: 1})])
        tallies.add(session, "s2", [Change("b", "x.jp", {State.SENT: 3, tallies.BOUNCED: 1})])
        tallies.add(session, "s1", [Change("b", "x.jp", {State.QUEUED: -1, State.DEFERRED: 1})])
        tallies.add(session, "s1", [Change("other", "x.jp", {State.SENT: 9})])

    with database.read() as session:
        assert tallies.of(session, "b") == Counts(sent=5, failed=1, deferred=1, bounced=1)
        assert tallies.of(session, "nothing") == Counts()
        by_domain = tallies.by_domain(session, "b")
    assert list(by_domain.items()) == [("x.jp", Counts(sent=5, deferred=1, bounced=1)), ("y.jp", Counts(failed=1))]
    assert by_domain["x.jp"].ended == 5
    assert by_domain["x.jp"].not_reached == 1


class Walk:
    """A walk through everything that may happen to a batch, in any order."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database = database
        self.random = random.Random(seed)
        self.at = AT
        self.hands: dict[str, list[Claimed]] = {name: [] for name in SENDERS}
        self.done: list[tuple[str, list[Result]]] = []
        put(database, many(25), life=timedelta(hours=3))

    def step(self) -> None:
        moves = (self.claim, self.claim, self.record, self.record, self.settle, self.keep)
        rare = (self.suppress, self.again, self.replay, self.report, self.restart, self.repeat, self.batch)
        self.random.choice(moves * 2 + rare)()
        self.at += timedelta(seconds=self.random.choice((0, 1, 20, 40, 600)))

    def claim(self) -> None:
        name = self.random.choice(SENDERS)
        with self.database.write() as session:
            claims.unpark(session, limit=100)
            taken = claims.claim(session, name, Wish({Lane.BULK: self.random.randint(1, 8)}), at=self.at).rows
        self.hands[name] += taken

    def record(self) -> None:
        name = self.random.choice(SENDERS)
        self.random.shuffle(self.hands[name])
        some = [self.hands[name].pop() for _ in range(min(4, len(self.hands[name])))]
        results = [Result(row, self.random.choice(OUTCOMES), self.at) for row in some]
        self.done.append((name, results))
        self._write(name, results)

    def repeat(self) -> None:
        if self.done:
            self._write(*self.random.choice(self.done))

    def settle(self) -> None:
        with self.database.write() as session:
            endings.settle(session, self.random.choice(SENDERS), at=self.at)

    def keep(self) -> None:
        name = self.random.choice(SENDERS)
        with self.database.write() as session:
            claims.keep(session, name, [row.id for row in self.hands[name]], at=self.at)

    def suppress(self) -> None:
        with self.database.write() as session:
            outbox.suppress(session, self.random.choice(many(25)))

    def again(self) -> None:
        with self.database.write() as session:
            outbox.send_again(session, "b", at=self.at, expires_at=self.at + timedelta(hours=2))

    def replay(self) -> None:
        for name in SENDERS:
            landings = [Landing(row.id, row.attempt, self.at) for row in self.hands[name][:2]]
            with self.database.write() as session:
                records.replay(session, name, landings)

    def report(self) -> None:
        with self.database.write() as session:
            number = self.random.choice(session.scalars(select(OutboxRow.id)).all())
            fact = Fact(number, BounceClass.GONE, counted=True, evidence="550", source=Source.REPORT)
            keep_fact(session, fact, handed_at=None, at=self.at)

    def restart(self) -> None:
        name = self.random.choice(SENDERS)
        self.hands[name] = []
        with self.database.write() as session:
            claims.give_back(session, name)

    def batch(self) -> None:
        with self.database.write() as session:
            state = self.random.choice((BatchState.HALTED, BatchState.OPEN, BatchState.OPEN))
            outbox.set_batch(session, "b", state, at=self.at)

    def _write(self, name: str, results: list[Result]) -> None:
        with self.database.write() as session:
            records.record(session, name, results, at=self.at)

    def check(self) -> None:
        with self.database.read() as session:
            counted, told = outbox.recount(session, "b"), tallies.of(session, "b")
            bounced = len(session.scalars(select(OutboxRow.id).where(OutboxRow.bounced_as.is_not(None))).all())
        for state in (State.SENT, State.FAILED, State.SUPPRESSED, State.EXPIRED, State.DEFERRED):
            assert getattr(told, state.value) == counted.get(state, 0), state
        assert told.bounced == bounced <= told.sent

    def end(self, at: datetime) -> Counts:
        self.at = at
        for name in SENDERS:
            with self.database.write() as session:
                claims.give_back(session, name)
        self.settle()
        with self.database.read() as session:
            return tallies.of(session, "b")


@pytest.mark.parametrize("seed", range(6))
def test_the_tallies_equal_a_recount_whatever_happens_in_whatever_order(
    tmp_path: Path, sqlite: Database, seed: int
) -> None:
    walk = Walk(sqlite, seed)

    for _ in range(60):
        walk.step()
        walk.check()

    assert walk.end(AT + timedelta(days=3)).ended == 25
    walk.check()
