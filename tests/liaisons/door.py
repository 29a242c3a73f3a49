"""The door of the pages behind a liaison's link, as somebody with the link stands before it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
from sqlalchemy import func, select, text

from foundation.database import Database
from liaisons.forward_tables import ForwardOrder
from liaisons.personal_link import LIAISON
from liaisons.tables import Liaison
from mailer.outbox_tables import LetterRow
from service.web import residents_app
from subscribers.town_forwarding import Forwarding
from tests.bulletins.office import Office
from tests.liaisons.neighbourhood import TO_ALL_AND_LIAISONS, Neighbourhood
from tests.support import ready_file
from tests.support.clock import HandClock
from tests.support.served import served

_CODE = re.compile(r"^確認番号：(\d{3} \d{3})$", re.MULTILINE)
_KEY = re.compile(r'name="key" value="([a-z2-7]+)"')


@dataclass
class Door:
    """A liaison `sato` with three members, one of them on the city's list, before a bulletin that went out."""

    town: Neighbourhood
    client: httpx.Client
    number: int
    token: str

    @property
    def here(self) -> str:
        return f"/liaison/{self.token}/{self.number}"

    def ask(self, **fields: str) -> httpx.Response:
        return self.client.post(f"{self.here}/code", data={"sentence": "", **fields})

    def codes(self) -> list[str]:
        with self.town.office.database.read() as session:
            letters = session.scalars(select(LetterRow).order_by(LetterRow.id)).all()
        return [found for letter in letters for found in _CODE.findall(letter.body)]

    def send(self, key: str, code: str) -> httpx.Response:
        return self.client.post(f"{self.here}/send", data={"key": key, "code": code})

    def orders(self) -> int:
        with self.town.office.database.read() as session:
            return session.scalar(select(func.count()).select_from(ForwardOrder)) or 0

    def everything(self) -> list[object]:
        """All rows there are, but what a sender would do by itself."""
        with self.town.office.database.read() as session:
            tables = ("outbox", "letters", "forward_orders", "forward_codes", "ledger", "forward_years", "batches")
            return [session.execute(text(f"SELECT * FROM {name}")).all() for name in tables]  # noqa: S608 -- our own names


def key_of(answer: httpx.Response) -> str:
    found = _KEY.search(answer.text)
    assert found, answer.text
    return found[1]


def opened(folder: Path, clock: HandClock, *, own_line: bool) -> Iterator[Door]:
    ready_file.make(folder / "hansho.db")
    database = Database(f"sqlite:///{folder / 'hansho.db'}")
    office = Office.open(database, clock, folder)
    vars(office.home).update(town=replace(office.home.town, forwarding=Forwarding(own_line=own_line)))
    for made_with_another_town in ("stationery", "network"):
        vars(office.home).pop(made_with_another_town, None)
    town = Neighbourhood(office)
    office.residents("both")
    liaison = town.liaison("sato", "a", "b", "both")
    number = office.sending(replace(TO_ALL_AND_LIAISONS, expires_after=timedelta(days=5)))
    office.post()
    with database.read() as session:
        subscriber = session.get_one(Liaison, liaison).subscriber_id or 0
    with served(residents_app(office.home)) as client:
        yield Door(town, client, number, office.home.keyring.sign(LIAISON, subscriber))
    database.close()
