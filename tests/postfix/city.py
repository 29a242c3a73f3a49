"""The service, its Postfix and a carrier, with two people at the office."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from sqlalchemy import select

from admin.people.roles import Role
from foundation.addresses import Address
from foundation.database import Database
from mailer.bounce_facts import BounceFactRow
from mailer.inbound import InboundRow, InboundState
from mailer.letter import Recipient
from mailer.letter_shelf import letter_of
from mailer.outbox_tables import Lane, LetterRow, OutboxRow
from tests.support.carrier_server import CarrierServer, Taken
from tests.support.clock import HandClock
from tests.support.house import Colleague, House, eventually, links_of
from tests.support.postfix import DOMAIN, Postfix

BLANK = b"Subject: \r\n\r\n"
SUBJECT = "こもれび市からのお知らせ"
TEXT = "明日、駅前の広場で防犯の催しがあります。どなたでもどうぞ。お気軽にお越しください。"


def house_behind(postfix: Postfix, folder: Path, clock: HandClock) -> House:
    settings = {
        "HANSHO_MODE": "live",
        "HANSHO_RELAYS": f"smtp://127.0.0.1:{postfix.ports.own}?connections=2",
        "HANSHO_LMTP_LISTEN": f"127.0.0.1:{postfix.ports.door}",
    }
    return House(folder / "var", f"sqlite:///{folder / 'hansho.db'}", clock, settings)


@dataclass(frozen=True)
class City:
    """What a test asks of the three. `patience` is in seconds: by the pipe each mail starts a Python of its own."""

    house: House
    postfix: Postfix
    carrier: CarrierServer
    domain: str = DOMAIN
    patience: float = 15

    @cached_property
    def drafter(self) -> Colleague:
        return self.house.colleague("drafter@city.example.jp", Role.DRAFTER)

    @cached_property
    def approver(self) -> Colleague:
        return self.house.colleague("approver@city.example.jp", Role.APPROVER)

    def register(self, address: str) -> None:
        """By a blank mail that Postfix takes, and the link in the answer that Postfix delivers."""
        before = len(self.carrier.mails(address))
        self.postfix.submit(Address.parse(address).envelope, [f"touroku@{self.domain}"], BLANK)
        invitation = eventually(
            lambda: self.carrier.mails(address)[before:], seconds=self.patience, what="the invitation"
        )[0]
        answer = self.house.http.post(links_of(invitation.letter)[0], data={})
        assert answer.status_code in (200, 303), answer.text
        eventually(lambda: self.carrier.mails(address)[before + 1 :], what="the completion letter")

    def deliver(self) -> int:
        """A bulletin written, approved and handed to Postfix to the last letter; returns its number."""
        self.house.clock.move(timedelta(minutes=10))
        draft = self.drafter.post("/bulletins", {"notice": "plain", "fields": {"subject": SUBJECT, "text": TEXT}})
        assert draft.status_code == 201, draft.text
        number = int(draft.json()["id"])
        assert self.drafter.post(f"/bulletins/{number}/submit").status_code == 200
        approved = self.approver.post(f"/bulletins/{number}/approve", {"no_hold": True})
        assert approved.status_code == 200, approved.text

        def is_sent() -> bool:
            self.house.tick()
            return self.approver.bulletin(number)["state"] == "sent"

        eventually(is_sent, what="the end of the bulletin")
        return number

    def bulletins(self, address: str) -> list[Taken]:
        return [mail for mail in self.carrier.mails(address) if mail.letter["Subject"] == SUBJECT]

    def row(self, address: str) -> OutboxRow:
        """The delivery of the last bulletin to this address."""
        with self.house.home.database.read() as session:
            wanted = select(OutboxRow).where(OutboxRow.address == address, OutboxRow.lane == int(Lane.BULK))
            return session.scalars(wanted.order_by(OutboxRow.id.desc())).first() or _none(address)

    def as_handed_over(self, address: str) -> bytes:
        """The octets that the service gave to Postfix."""
        row, home = self.row(address), self.house.home
        with home.database.read() as session:
            letter = letter_of(session.get_one(LetterRow, row.letter_id))
        recipient = Recipient(row.id, Address.parse(address).envelope, row.recipient_ref)
        return home.composer.octets(letter, recipient, at=row.created_at)

    def return_path(self, address: str) -> str:
        return self.house.home.composer.return_path(self.row(address).id)

    def fact(self, address: str) -> BounceFactRow:
        """What a report said of the last bulletin to this address, once it has come."""

        def found() -> BounceFactRow | None:
            with self.house.home.database.read() as session:
                return session.scalar(select(BounceFactRow).where(BounceFactRow.outbox_id == self.row(address).id))

        return eventually(found, seconds=self.patience, what="the report")

    def bounce_days(self, address: str) -> object:
        self.house.tick()
        return self.house.find(self.approver, address)["bounce_days"]

    def received(self, recipient: str) -> list[InboundRow]:
        """What came in for one of our addresses and is worked off."""
        return [row for row in stored(self.house.home.database, recipient) if row.state == InboundState.DONE]


def stored(database: Database, recipient: str) -> list[InboundRow]:
    """What came in for one of our addresses, oldest first."""
    with database.read() as session:
        wanted = select(InboundRow).where(InboundRow.recipient == recipient).order_by(InboundRow.id)
        return list(session.scalars(wanted))


def _none(address: str) -> OutboxRow:
    raise AssertionError(f"no bulletin to {address}")
