"""The post-room with what stands around it."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from foundation.database import Database
from mailer import claims, inbound, records
from mailer.bounce_facts import BounceFactRow
from mailer.claims import Wish
from mailer.courier import Delivered
from mailer.inbound import InboundRow, Incoming
from mailer.outbox_tables import Lane, LetterRow, OutboxRow
from mailer.records import Result
from service.home import Home
from service.post_room import PostRoom
from subscribers.tables import Subscriber
from tests.support.clock import HandClock
from tests.support.mail_engine import AT, DOMAIN, put

RESIDENT = "a..b@docomo.ne.jp"
BLANK = "From: <{sender}>\r\nMessage-ID: <1@docomo.ne.jp>\r\n\r\n"


def report(*, action: str = "failed", status: str = "5.1.1", said: str = "550 5.1.1 <x@dead.jp>: User unknown") -> str:
    return (
        "From: MAILER-DAEMON@relay.example.jp (Mail Delivery System)\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example.jp\r\n\r\n"
        f"Final-Recipient: rfc822; x@dead.jp\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Remote-MTA: dns; mx.dead.jp\r\nDiagnostic-Code: smtp; {said}\r\n\r\n"
        "--x--\r\n"
    )


@dataclass(frozen=True)
class Reception:
    """Mail comes in, is worked off, and what came of it is looked at."""

    home: Home
    database: Database
    clock: HandClock

    @property
    def room(self) -> PostRoom:
        return self.home.post_room

    def receive(self, raw: str, to: str = "touroku", *, sender: str = RESIDENT) -> None:
        with self.database.write() as session:
            mail = Incoming(sender, (f"{to}@{DOMAIN}",), raw.format(sender=sender).encode())
            inbound.store(session, mail, at=self.clock.now())

    def work(self) -> InboundRow:
        """Works everything off and returns the last mail as it stands then."""
        while self.room.work():
            pass
        with self.database.read() as session:
            return session.scalars(select(InboundRow).order_by(InboundRow.id.desc())).first() or pytest.fail("no mail")

    def letters(self, address: str = RESIDENT) -> list[LetterRow]:
        with self.database.read() as session:
            rows = select(LetterRow).join(OutboxRow, OutboxRow.letter_id == LetterRow.id)
            return list(session.scalars(rows.where(OutboxRow.address == address).order_by(OutboxRow.id)))

    def facts(self) -> list[BounceFactRow]:
        with self.database.read() as session:
            return list(session.scalars(select(BounceFactRow)))

    def sent(self, addresses: list[str]) -> list[int]:
        """Letters that were handed over; returns their numbers."""
        numbers = put(self.database, addresses)
        with self.database.write() as session:
            rows = claims.claim(session, "s1", Wish(dict.fromkeys(Lane, len(addresses))), at=AT).rows
            records.record(session, "s1", [Result(row, Delivered("250"), AT) for row in rows], at=AT)
        return numbers

    def bounce_address(self, number: int) -> str:
        return self.home.composer.return_path(number).partition("@")[0]

    def resident(self, address: str = RESIDENT) -> int:
        with self.database.write() as session:
            one = Subscriber(
                address=address, domain=address.rpartition("@")[2], state="active", since=AT, watch_from=AT
            )
            session.add(one)
            session.flush()
            return one.id

    def state_of(self, number: int) -> str:
        with self.database.read() as session:
            return session.get_one(Subscriber, number).state
