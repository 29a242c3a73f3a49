"""Residents for the tests, and what became of them."""

import re
from dataclasses import dataclass

from sqlalchemy import select

from foundation.addresses import Address
from foundation.database import Database
from mailer.answer_caps import Leave
from mailer.letter import Letter
from mailer.outbox_tables import LetterRow, OutboxRow
from subscribers.choices import Choices
from subscribers.registration import LinkState, Registration, Request
from subscribers.tables import Subscriber
from tests.support.clock import HandClock

HANAKO = "hanako@example.jp"


@dataclass(frozen=True)
class Desk:
    """What a resident's steps need."""

    database: Database
    clock: HandClock
    registration: Registration

    def invite(self, address: str = HANAKO, *, place: str | None = None, language: str | None = None) -> str | None:
        """The token of the link in the letter, or None when no letter was written."""
        with self.database.write() as session:
            request = Request(Address.parse(address), place=place, language=language)
            if self.registration.invite(session, request, at=self.clock.now()) is not Leave.YES:
                return None
        link = re.search(r"/r/([a-z2-7]+)", letters_to(self.database, address)[-1].body)
        assert link is not None
        return link.group(1)

    def confirm(self, token: str, choices: Choices | None = None) -> LinkState:
        with self.database.write() as session:
            return self.registration.confirm(session, token, choices or Choices(), at=self.clock.now())

    def register(self, address: str = HANAKO, choices: Choices | None = None, *, language: str | None = None) -> int:
        token = self.invite(address, language=language)
        assert token is not None
        assert self.confirm(token, choices) is LinkState.OPEN
        return subscriber_of(self.database, address).id


def subscriber_of(database: Database, address: str = HANAKO) -> Subscriber:
    found = find(database, address)
    assert found is not None
    return found


def find(database: Database, address: str = HANAKO) -> Subscriber | None:
    with database.read() as session:
        return session.scalars(select(Subscriber).where(Subscriber.address == address)).first()


def letters_to(database: Database, address: str = HANAKO) -> list[Letter]:
    with database.read() as session:
        rows = session.execute(
            select(LetterRow)
            .join(OutboxRow, OutboxRow.letter_id == LetterRow.id)
            .where(OutboxRow.address == address)
            .order_by(OutboxRow.id)
        ).scalars()
        return [Letter(subject=row.subject, body=row.body, tail=row.tail) for row in rows]
