"""An office at work for the tests of the bulletin rooms: its people, its residents, its letters."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bulletins import on_its_way
from bulletins.approval import Decision
from bulletins.drafting import Sheet
from bulletins.progress import Progress, progress
from bulletins.publishing import Publisher
from bulletins.signatory import Signatory
from bulletins.tables import Bulletin, PublishingOrder
from foundation import ledger
from foundation.database import Database
from foundation.ledger import LedgerLine
from foundation.settings import load
from mailer import claims, endings, records
from mailer.bounce_report.bounce_class import BounceClass
from mailer.claims import Wish
from mailer.courier import Deferred, Delivered, Outcome, Refused
from mailer.outbox_tables import Lane, OutboxRow
from mailer.records import Result
from service.home import Home
from subscribers.choices import Choices, choose
from subscribers.tables import Subscriber, SubscriberState
from tests.bulletins.samples import komorebi, shelf
from tests.support.clock import HandClock

SUBJECT = "市役所からのお知らせ"
TEXT = "くわしいことは、地域安全課の窓口でおたずねください。お待ちしています。"
SHEET = Sheet(notice="plain", fields={"subject": SUBJECT, "text": TEXT})

ANNA = Signatory(101, "担当 花子", drafts=True, approves=False)
BEN = Signatory(102, "責任 太郎", drafts=True, approves=True)
CHIE = Signatory(103, "責任 千恵", drafts=True, approves=True)
VIEWER = Signatory(104, "閲覧 四郎", drafts=False, approves=False)

OK = Delivered("250 ok")
GONE = Refused("550 5.1.1 no such user", BounceClass.GONE, counted=True)
LATER = Deferred("451 4.7.1 try later", timedelta(minutes=5))
SILENCE = Deferred("it closed the connection", timedelta(minutes=5), unanswered=True)
SENDER = "sender-1"


@dataclass
class Office:
    """Every method is a transaction of its own at the clock's moment, as in the running service."""

    database: Database
    clock: HandClock
    home: Home
    publisher: Publisher

    @classmethod
    def open(cls, database: Database, clock: HandClock, folder: Path) -> "Office":
        settings = {
            "HANSHO_DATABASE_URL": database.url,
            "HANSHO_DATA": str(folder / "var"),
            "HANSHO_SECRET": "a secret of the tests",
        }
        home = Home(load(settings), clock)
        # One pool of connections, which the fixture closes; and reading the town file and all notice templates takes
        # longer than most tests.
        vars(home).update(database=database, town=komorebi(), shipped_shelf=shelf(komorebi()))
        return cls(database, clock, home, home.publisher)

    def residents(self, *names: str, choices: Choices | None = None) -> None:
        with self.database.write() as session:
            for name in names:
                subscriber = Subscriber(
                    address=f"{name}@example.jp",
                    domain="example.jp",
                    state=SubscriberState.ACTIVE.value,
                    since=self.clock.now(),
                    watch_from=self.clock.now(),
                )
                session.add(subscriber)
                session.flush()
                choose(session, subscriber, choices or Choices())

    def draft(self, sheet: Sheet = SHEET, who: Signatory = ANNA) -> int:
        with self.database.write() as session:
            return self.home.drafting.begin(session, sheet, who, at=self.clock.now()).id

    def change(self, number: int, sheet: Sheet, who: Signatory = ANNA) -> None:
        with self.database.write() as session:
            self.home.drafting.change(session, number, sheet, who, at=self.clock.now())

    def submit(self, number: int, who: Signatory = ANNA) -> None:
        with self.database.write() as session:
            self.home.approval.submit(session, number, who, at=self.clock.now())

    def approve(self, number: int, decision: Decision | None = None, who: Signatory = BEN) -> None:
        with self.database.write() as session:
            self.home.approval.approve(session, number, decision or Decision(), who, at=self.clock.now())

    def give_back(self, number: int, reason: str, who: Signatory = BEN) -> None:
        with self.database.write() as session:
            self.home.approval.give_back(session, number, reason, who, at=self.clock.now())

    def withdraw(self, number: int, who: Signatory = ANNA) -> None:
        with self.database.write() as session:
            self.home.approval.withdraw(session, number, who, at=self.clock.now())

    def halt(self, number: int, who: Signatory = ANNA) -> None:
        with self.database.write() as session:
            on_its_way.halt(session, number, who, at=self.clock.now())

    def resume(self, number: int, who: Signatory = BEN) -> None:
        with self.database.write() as session:
            on_its_way.resume(session, number, who, at=self.clock.now())

    def send_again(self, number: int, who: Signatory = BEN) -> int:
        with self.database.write() as session:
            hours = self.home.hours
            return on_its_way.send_again(session, number, who, hours=hours, at=self.clock.now())

    def submitted(self, sheet: Sheet = SHEET) -> int:
        number = self.draft(sheet)
        self.submit(number)
        return number

    def waiting(self, sheet: Sheet = SHEET, decision: Decision | None = None) -> int:
        number = self.submitted(sheet)
        self.approve(number, decision)
        return number

    def begun(self, sheet: Sheet = SHEET) -> int:
        """Approved and opened; nobody is in the outbox yet."""
        number = self.waiting(sheet, Decision(no_hold=True))
        assert self.open_due() == 1
        return number

    def sending(self, sheet: Sheet = SHEET) -> int:
        """Begun, and everybody is in the outbox."""
        number = self.begun(sheet)
        self.fan_out()
        return number

    def crash(self, work: Callable[[Session], object]) -> None:
        """Does the work, and dies before it is committed."""

        def die() -> None:
            with self.database.write() as session:
                work(session)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            die()

    def open_due(self) -> int:
        with self.database.write() as session:
            return self.publisher.open_due(session, at=self.clock.now())

    def fan_out_once(self) -> bool:
        with self.database.write() as session:
            return self.publisher.fan_out(session, at=self.clock.now())

    def fan_out(self) -> None:
        while self.fan_out_once():
            pass

    def finish(self) -> int:
        with self.database.write() as session:
            return self.publisher.finish(session, at=self.clock.now())

    def post(self, outcome: Callable[[str], Outcome] = lambda _name: OK, *, limit: int = 1000) -> list[str]:
        """Sends what is due and records what came of it; returns the names that were tried."""
        at = self.clock.now()
        with self.database.write() as session:
            endings.settle(session, SENDER, at=at)
            claims.unpark(session, limit=1000)
            rows = claims.claim(session, SENDER, Wish(dict.fromkeys(Lane, limit)), at=at).rows
        with self.database.write() as session:
            results = [Result(row, outcome(row.address.partition("@")[0]), at) for row in rows]
            records.record(session, SENDER, results, at=at)
        return [row.address.partition("@")[0] for row in rows]

    def bulletin(self, number: int) -> Bulletin:
        with self.database.read() as session:
            return session.get_one(Bulletin, number)

    def order(self, number: int) -> PublishingOrder | None:
        with self.database.read() as session:
            return session.get(PublishingOrder, number)

    def progress(self, number: int) -> Progress:
        with self.database.read() as session:
            return progress(session, session.get_one(Bulletin, number))

    def rows(self) -> Sequence[OutboxRow]:
        with self.database.read() as session:
            return session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()

    def received(self) -> Counter[str]:
        """How many letters the outbox holds for each resident."""
        return Counter(row.address.partition("@")[0] for row in self.rows())

    def history(self, number: int) -> list[LedgerLine]:
        with self.database.read() as session:
            return list(ledger.lines_about(session, f"bulletin:{number}"))

    def deeds(self, number: int) -> list[str]:
        return [line.action for line in self.history(number)]

    def meddle(self, work: Callable[[Session], object]) -> None:
        """Changes the database behind the rooms' back, as a fault or a hand in it would."""
        with self.database.write() as session:
            work(session)


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")
