"""Worlds built alike, of which staff look at everything: what is read of them differs only by what was done in them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from sqlalchemy import select

from admin.frame.guard import COOKIE
from admin.people import api_tokens, sign_in, staff
from admin.people.roles import Role
from admin.people.staff import Colleague
from bulletins.tables import Bulletin
from foundation.addresses import Address
from foundation.database import Database
from foundation.ledger import LedgerLine
from liaisons.forward_codes import CodeRefused
from liaisons.forward_orders import ForwardRefused
from liaisons.forward_words import Words
from liaisons.tables import Liaison
from mailer import inbound
from mailer.inbound import Incoming
from mailer.outbox_tables import LetterRow, OutboxRow
from service.commands import run
from service.web import console_app
from subscribers.tables import Subscriber
from tests.admin.role_table import routes
from tests.bulletins.office import GONE, OK, Office
from tests.journeys.carrier import bounce_of
from tests.liaisons.neighbourhood import Neighbourhood
from tests.support import ready_file
from tests.support.clock import HandClock
from tests.support.served import served

MORNING = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")
_CODE = re.compile(r"^確認番号：(\d{3} \d{3})$", re.MULTILINE)
TABLES = ["months", "weeks", "places", "topics", "areas", "leaving", "placements"]
COMMANDS = (
    "subscribers export",
    "subscribers show a@example.jp --json",
    "subscribers show both@example.jp --json",
    "bulletins list --json",
    "bulletins show 1 --json",
)
_ENDLESS = "/events"
_BY_CHANCE = re.compile(r"\b[a-z2-7]{32}\b")  # what a page draws anew each time


@dataclass
class World:
    """One service with its own database and clock, and a manager at the console."""

    town: Neighbourhood
    manager: Colleague
    token: str

    def days_pass(self, number: int) -> None:
        for _ in range(number):
            self.town.office.clock.move(timedelta(days=1))
            self.clockwork()

    def clockwork(self) -> None:
        """What happens by itself."""
        home, at = self.town.office.home, self.town.office.clock.now()
        with home.database.write() as session:
            home.watch.draw(session, at=at)
            home.network.silence.draw(session, at=at)
            home.network.forwarding.tidy(session, at=at)
        self.town.office.finish()

    def send(self, number: int, dead: str = "") -> None:
        """All that wants to leave now leaves; letters to `dead` are refused, or come back afterwards."""
        self.town.office.fan_out()
        self.town.pass_on()
        while self.town.office.post(lambda name: GONE if name == dead else OK):
            pass
        self.clockwork()

    def forward(self, name: str, number: int, *, wrong_first: bool = True) -> None:
        """The whole way of a liaison: a code is asked for, mistyped once, typed, and typed again."""
        office = self.town.office
        codes, at = office.home.network.codes, office.clock.now()
        with office.database.write() as session:
            liaison, bulletin = self._liaison(session, name), session.get_one(Bulletin, number)
            key = codes.mail(session, liaison, bulletin, Words("市からのお知らせです。ご確認ください。"), at=at)
        with office.database.read() as session:
            newest = session.scalars(select(LetterRow).order_by(LetterRow.id.desc())).first()
            assert newest is not None
            found = _CODE.search(newest.body)
            assert found
        office.post()
        for typed in ("000 000x", found[1], found[1]) if wrong_first else (found[1],):
            with office.database.write() as session:
                liaison, bulletin = self._liaison(session, name), session.get_one(Bulletin, number)
                words = codes.try_out(session, liaison, bulletin, key, typed, at=at)
                if not isinstance(words, CodeRefused):
                    office.home.network.desk.place(session, liaison, bulletin, words, at=at)

    def refused(self, name: str, number: int) -> str:
        office = self.town.office
        try:
            with office.database.write() as session:
                liaison, bulletin = self._liaison(session, name), session.get_one(Bulletin, number)
                office.home.network.desk.place(session, liaison, bulletin, Words(), at=office.clock.now())
        except ForwardRefused as refusal:
            return str(refusal)
        return ""

    def comes_back(self, name: str, number: int) -> None:
        """A report of the letter that this name had, if they had one."""
        office = self.town.office
        with office.database.read() as session:
            theirs = (OutboxRow.once_key == f"bulletin:{number}", OutboxRow.address == f"{name}@example.jp")
            row = session.scalars(select(OutboxRow).where(*theirs)).first()
        if row is None:
            return
        to = office.home.composer.return_path(row.id)
        with office.database.write() as session:
            mail = Incoming("", (to,), bounce_of(row.address))
            inbound.store(session, mail, at=office.clock.now())
        office.home.post_room.work()

    def seen(self) -> dict[str, str]:
        """All that a manager can read by the console, the API, the metrics and the ledger."""
        home = self.town.office.home
        with home.database.write() as session:
            sitting = sign_in.open_session(session, self.manager, at=self.town.office.clock.now()).token
        told: dict[str, str] = {}
        app = console_app(home)
        with served(app) as client:
            client.cookies.set(COOKIE, sitting, path="/admin")
            bearer = {"Authorization": f"Bearer {self.token}"}
            gets = sorted(way.path for way in routes(app) if way.method == "GET")
            for way in ("/metrics", *self._ways(gets)):
                answer = client.get(way, headers=bearer if way.startswith("/api") else {})
                told[way] = f"{answer.status_code}\n{_BY_CHANCE.sub('…', answer.text)}"
            for name in ("a", "both", "dead", "sato", "taro"):
                body = {"address": f"{name}@example.jp"}
                told[f"find {name}"] = client.post("/api/v1/subscribers/find", headers=bearer, json=body).text
                told[f"search {name}"] = client.post("/admin/subscribers", data=body).text
        with home.database.read() as session:
            for line in session.scalars(select(LedgerLine)):
                told[f"ledger {line.id}"] = f"{line.at} {line.actor} {line.action} {line.subject} {line.details}"
        # Last, since they go by the clock of the machine.
        return told | self._commands()

    def _commands(self) -> dict[str, str]:
        """What `hansho` prints, of each command that tells of subscribers or bulletins."""
        told: dict[str, str] = {}
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HANSHO_DATABASE_URL", self.town.office.database.url)
            patch.setenv("HANSHO_DATA", str(self.town.office.home.settings.data))
            patch.setenv("HANSHO_SECRET", "a secret of the tests")
            for words in COMMANDS:
                kept = BytesIO()
                with redirect_stdout(TextIOWrapper(kept, "utf-8")) as printed:
                    run(words.split())
                    printed.flush()
                    told[f"hansho {words}"] = kept.getvalue().decode()
        return told

    def _ways(self, paths: list[str]) -> Iterator[str]:
        with self.town.office.database.read() as session:
            bulletins = [str(each) for each in session.scalars(select(Bulletin.id).order_by(Bulletin.id))]
            people = [str(each) for each in session.scalars(select(Subscriber.id).order_by(Subscriber.id))]
        known = {
            "bulletin_id": bulletins,
            "subscriber_id": people,
            "year": ["2026"],
            "notice": ["plain"],
            "table": TABLES,
        }
        for path in dict.fromkeys(paths):
            names = _PARAMETER.findall(path)
            if path.endswith(_ENDLESS) or path.startswith("/style"):
                continue
            for value in known.get(names[0], ["1"]) if names else [""]:
                yield _PARAMETER.sub("1", _PARAMETER.sub(value, path, count=1))

    def _liaison(self, session: object, name: str) -> Liaison:
        mine = select(Liaison).join(Subscriber).where(Subscriber.address == f"{name}@example.jp")
        return session.scalars(mine).one()  # type: ignore[attr-defined,no-any-return]  # a session, as everywhere


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Two liaisons with circles; `both` is on the city's list too, `dead` gets nothing."""
    folder.mkdir()
    ready_file.make(folder / "hansho.db")
    database = Database(f"sqlite:///{folder / 'hansho.db'}")
    office = Office.open(database, HandClock(MORNING), folder)
    town = Neighbourhood(office)
    with database.write() as session:
        manager = staff.add(
            session,
            Address.parse("kanri@city.example.jp"),
            "管理 者",
            role=Role.MANAGER,
            password_hash=None,
            at=MORNING,
            actor="command",
        )
        token = api_tokens.issue(session, manager.id, at=MORNING, actor="command")
    office.residents("taro", "both")
    town.liaison("sato", "a", "both", "dead", "back")
    town.liaison("ito", "b", "c")
    try:
        yield World(town, manager, token)
    finally:
        database.close()


Acts = Callable[[World, int], None]
