"""A town with circles for the tests: residents' and liaisons' rooms and pages, put together as the service does."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import select

from foundation.addresses import Address
from foundation.database import Base, Database
from foundation.routes import take_in
from foundation.tokens import Keyring
from liaisons import circles
from liaisons.circles import LiaisonCircles
from liaisons.page_circle import CircleDesk
from liaisons.personal_link import LIAISON
from liaisons.tables import Circle, Liaison
from mailer.answer_caps import Leave, Road
from subscribers.audience import Residents, Scope
from subscribers.choices import Choices
from subscribers.joining import join
from subscribers.links import PREFERENCES, STOP
from subscribers.page_personal import Terms
from subscribers.pages import ResidentPages
from subscribers.registration import LinkState, Registration, Request
from subscribers.stationery import Stationery
from subscribers.tables import Subscriber
from subscribers.town import load_town
from tests.liaisons.network import enter
from tests.subscribers.people import letters_to, subscriber_of
from tests.support.clock import HandClock
from tests.support.page_reader import PageReader
from tests.support.spoken import pages_in

PROJECT = Path(__file__).parents[2]
PUBLIC_URL = "https://anzen.example.jp"
TOWN = load_town(PROJECT / "service" / "komorebi.toml")
KEYRING = Keyring(["a secret of the tests"])
STATIONERY = Stationery.read(PROJECT / "templates" / "letters", TOWN, PUBLIC_URL)
TARO = "taro@example.jp"


@dataclass(frozen=True)
class CircleTown:
    """Each method is a transaction of its own at the clock's moment."""

    database: Database
    clock: HandClock
    registration: Registration

    @classmethod
    def opened(cls, database: Database, clock: HandClock) -> "CircleTown":
        return cls(database, clock, Registration(STATIONERY, KEYRING, LiaisonCircles()))

    @cached_property
    def client(self) -> PageReader:
        pages, terms = pages_in(TOWN), Terms("平日", 3, 28)
        parts = (self.database, self.clock, pages, self.registration, KEYRING, TOWN)
        app = FastAPI()
        residents = ResidentPages(*parts, mail_domain="mail.example.jp", terms=terms)
        desk = CircleDesk(self.database, self.clock, pages, KEYRING, "mail.example.jp", PUBLIC_URL)
        take_in(app.router, residents.router(), desk.router())
        return PageReader(app)

    def liaison(self, name: str = "wakaba") -> int:
        with self.database.write() as session:
            return enter(session, name, at=self.clock.now()).id

    def circle(self, name: str = "wakaba") -> Circle:
        liaison = self.liaison(name)
        with self.database.write() as session:
            circle = circles.open_circle(session, liaison, at=self.clock.now())
            assert circle is not None
            return circle

    def invite(self, address: str, code: str, *, language: str | None = None) -> str:
        """The token of the link in the letter."""
        with self.database.write() as session:
            request = Request(Address.parse(address), circle=code, language=language, road=Road.WEB)
            assert self.registration.invite(session, request, at=self.clock.now()) is Leave.YES
        return self.token_to(address)

    def token_to(self, address: str) -> str:
        found = re.search(r"/r/([a-z2-7]+)", letters_to(self.database, address)[-1].body)
        assert found is not None
        return found[1]

    def confirm(self, token: str, *, with_the_towns: bool = False) -> LinkState:
        with self.database.write() as session:
            return join(self.registration, session, token, with_the_towns=with_the_towns, at=self.clock.now())

    def join(self, address: str, code: str, *, with_the_towns: bool = False) -> int:
        assert self.confirm(self.invite(address, code), with_the_towns=with_the_towns) is LinkState.OPEN
        return subscriber_of(self.database, address).id

    def register(self, address: str, choices: Choices | None = None) -> int:
        """For the town's own bulletins."""
        with self.database.write() as session:
            self.registration.invite(session, Request(Address.parse(address)), at=self.clock.now())
        with self.database.write() as session:
            at = self.clock.now()
            self.registration.confirm(session, self.token_to(address), choices or Choices(), at=at)
        return subscriber_of(self.database, address).id

    def number_in(self, circle: Circle) -> int:
        with self.database.read() as session:
            return circles.how_many(session, circle.id)

    def joined_by(self, number: int) -> list[str]:
        with self.database.read() as session:
            return [each.organisation for each in self.registration.circles.of(session, number)]

    def reached(self) -> list[str]:
        """Whom a bulletin to everybody goes to."""
        with self.database.read() as session:
            page = Residents().page(Scope(to_all=True), after=0, limit=99, at=self.clock.now())
            return [row.address for row in session.execute(page)]

    def close(self, circle: Circle) -> bool:
        with self.database.write() as session:
            return circles.close(session, circle.liaison_id, at=self.clock.now())

    def tidy(self) -> int:
        with self.database.write() as session:
            return circles.tidy(session, at=self.clock.now())

    def me(self, number: int) -> str:
        return f"/me/{KEYRING.sign(PREFERENCES, number)}"

    def stop(self, number: int) -> str:
        return f"/stop/{KEYRING.sign(STOP, number)}"

    def desk(self, liaison: int) -> str:
        with self.database.read() as session:
            number = session.scalar(select(Liaison.subscriber_id).where(Liaison.id == liaison))
            assert number is not None
            return f"/liaison/{KEYRING.sign(LIAISON, number)}/circle"

    def everything(self) -> dict[str, list[object]]:
        """Every row of every table."""
        with self.database.read() as session:
            tables = Base.metadata.sorted_tables
            return {table.name: [tuple(row) for row in session.execute(select(table))] for table in tables}

    def state_of(self, address: str) -> str:
        with self.database.read() as session:
            return str(session.scalar(select(Subscriber.state).where(Subscriber.address == address)))
