"""An office with its register of liaisons, for the tests: every method is what a page would do."""

from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from foundation.database import Database
from foundation.ledger import Deed, LedgerLine
from foundation.tokens import Keyring
from liaisons import consent, register
from liaisons.asking import Asking
from liaisons.consent import Consent, Wording, load_wording
from liaisons.entry import Entry, EntryForm, read
from liaisons.tables import ConsentWay, Liaison
from subscribers.stationery import Stationery
from subscribers.town import Town, load_town
from tests.support.clock import HandClock

PROJECT = Path(__file__).parents[2]
PUBLIC_URL = "https://anzen.example.jp"
TANAKA = EntryForm(
    name="田中 一郎",
    organisation="若葉野町会",
    post="会長",
    other_posts="防犯協会理事",
    way="mail",
    address="ichiro.tanaka@example.jp",
    phone="042-000-1111",
    fax="042-000-2222",
    postal="若葉野一丁目2番地",
    areas=("east",),
)


@dataclass(frozen=True)
class Clerk:
    """Of the staff, as the rooms know one."""

    id: int = 7
    name: str = "佐藤"

    def deed(self, action: str, subject: str) -> Deed:
        return Deed(f"staff:{self.id}", action, subject)


SATO = Clerk()


@dataclass(frozen=True)
class Office:
    database: Database
    clock: HandClock
    town: Town
    wording: Wording
    asking: Asking
    keyring: Keyring

    @classmethod
    def opened(cls, database: Database, clock: HandClock) -> "Office":
        town = load_town(PROJECT / "service" / "komorebi.toml")
        stationery = Stationery.read(PROJECT / "templates" / "letters", town, PUBLIC_URL)
        wording = load_wording(town)
        return cls(database, clock, town, wording, Asking(stationery, wording, town.zone), Keyring(["a secret"]))

    def entry(self, **changes: object) -> Entry:
        return read(replace(TANAKA, **changes), self.town)  # type: ignore[arg-type]  # the tests name the fields

    def ask(self, **changes: object) -> int:
        with self.database.write() as session:
            return register.ask(session, self.entry(**changes), SATO, at=self.clock.now()).id

    def consent(self, number: int, way: ConsentWay = ConsentWay.PAPER) -> None:
        given = Consent(way, self.clock.now(), self.wording)
        with self.database.write() as session:
            consent.record(session, number, given, SATO, zone=self.town.zone, at=self.clock.now())

    def activate(self, number: int) -> None:
        with self.database.write() as session:
            register.activate(session, number, SATO, zone=self.town.zone, at=self.clock.now())

    def active(self, **changes: object) -> int:
        number = self.ask(**changes)
        self.consent(number)
        self.activate(number)
        return number

    def end(self, number: int) -> None:
        with self.database.write() as session:
            register.end(session, number, SATO, at=self.clock.now())

    def decline(self, number: int) -> None:
        with self.database.write() as session:
            register.decline(session, number, SATO, at=self.clock.now())

    def again(self, number: int, because: str, **changes: object) -> None:
        with self.database.write() as session:
            register.ask_again(session, number, self.entry(**changes), SATO, because=because, at=self.clock.now())

    def liaison(self, number: int) -> Liaison:
        with self.database.read() as session:
            return session.get_one(Liaison, number)

    def ledger(self) -> list[LedgerLine]:
        with self.database.read() as session:
            return list(session.scalars(select(LedgerLine).order_by(LedgerLine.id)))

    def deeds(self, number: int) -> list[str]:
        return [line.action for line in self.ledger() if line.subject == f"liaison:{number}"]
