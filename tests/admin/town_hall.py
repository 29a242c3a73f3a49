"""A town hall that approves: proper approvers, deputies, a clerk and a manager, on either kind of database."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from admin.desk.approval_desk import Call
from admin.people import staff
from admin.people.roles import Role
from admin.people.staff import Colleague, StaffRow
from bulletins.approval import Decision
from bulletins.drafting import Sheet
from bulletins.tables import Bulletin
from foundation import ledger
from foundation.addresses import Address
from foundation.database import Database
from foundation.ledger import LedgerLine
from foundation.settings import load
from service.home import Home
from subscribers.tables import Subscriber
from tests.bulletins.samples import komorebi, shelf
from tests.subscribers.people import letters_to
from tests.support.clock import HandClock

TEXT = "本日 午後3時ごろから、楓町の一部で停電しています。復旧の見込みはまだ分かりません。"
PLAIN = Sheet("plain", {"subject": "停電のお知らせ", "text": TEXT})
_CODE = re.compile(r"^\d{4} \d{4}$", re.MULTILINE)

# Deputies came before some of the proper ones, so that the order is not that of the register.
PEOPLE = (
    ("tanto", Role.DRAFTER, None),
    ("dairi2", Role.APPROVER, 2),
    ("kacho", Role.APPROVER, None),
    ("dairi1", Role.APPROVER, 1),
    ("bucho", Role.APPROVER, None),
    ("kanri", Role.MANAGER, None),
)


@dataclass
class Hall:
    """Every method is what a page or the clock would do."""

    home: Home
    clock: HandClock

    def enter(self, name: str, role: Role, rank: int | None = None) -> Colleague:
        with self.home.database.write() as session:
            return staff.add(
                session,
                Address.parse(f"{name}@city.example.jp"),
                name,
                role=role,
                password_hash=None,
                at=self.clock.now(),
                actor="command",
                deputy_rank=rank,
            )

    def who(self, name: str) -> Colleague:
        with self.home.database.read() as session:
            row = session.query(StaffRow).filter_by(name=name).one()
            return staff.colleague(row)

    def resident(self, address: str) -> None:
        with self.home.database.write() as session:
            at, domain = self.clock.now(), address.partition("@")[2]
            session.add(Subscriber(address=address, domain=domain, state="active", since=at, watch_from=at))

    def draft(self, sheet: Sheet = PLAIN, who: str = "tanto") -> int:
        return self.home.bulletin_desk.begin(sheet, self.who(who))

    def submit(self, number: int, who: str = "tanto") -> None:
        self.home.bulletin_desk.submit(number, self.who(who))

    def submitted(self, sheet: Sheet = PLAIN, who: str = "tanto") -> int:
        number = self.draft(sheet, who)
        self.submit(number, who)
        return number

    def approve(self, number: int, who: str = "kacho", decision: Decision | None = None) -> None:
        self.home.bulletin_desk.approve(number, decision or Decision(), self.who(who))

    def give_back(self, number: int, who: str = "kacho") -> None:
        self.home.bulletin_desk.give_back(number, "件名を直してください", self.who(who))

    def code(self, name: str) -> str:
        """Of the newest letter that asks this person."""
        return codes_in(self.letters(name))[-1]

    def letters(self, name: str) -> list[str]:
        return [letter.body for letter in letters_to(self.home.database, f"{name}@city.example.jp")]

    def call(self, number: int, approver: str, code: str, *, clerk: str = "tanto", **said: object) -> None:
        """電話承認; `said` are members of the decision."""
        call = Call(self.who(approver).id, code, Decision(**said))  # type: ignore[arg-type]  # the tests name them
        self.home.approval_desk.telephone(number, call, self.who(clerk))

    def bulletin(self, number: int) -> Bulletin:
        return self.home.bulletin_desk.dossier(number).bulletin

    def history(self, number: int) -> list[LedgerLine]:
        with self.home.database.read() as session:
            return list(ledger.lines_about(session, f"bulletin:{number}"))

    def deeds(self, number: int) -> list[str]:
        return [line.action for line in self.history(number)]

    def open_due(self) -> int:
        with self.home.database.write() as session:
            return self.home.publisher.open_due(session, at=self.clock.now())

    def has_due(self) -> bool:
        with self.home.database.read() as session:
            return self.home.publisher.has_due(session, at=self.clock.now())


@contextmanager
def town_hall(ready_url: str, clock: HandClock, folder: Path, **settings: str) -> Iterator[Hall]:
    """On a database of either kind that has its tables."""
    database = Database(ready_url)
    home = Home(load({"HANSHO_DATABASE_URL": ready_url, "HANSHO_DATA": str(folder / "var"), **settings}), clock)
    vars(home).update(database=database, town=komorebi(), shelf=shelf(komorebi()))
    hall = Hall(home, clock)
    for name, role, rank in PEOPLE:
        hall.enter(name, role, rank)
    yield hall
    database.close()


def codes_in(letters: list[str]) -> list[str]:
    return [found for letter in letters for found in _CODE.findall(letter)]
