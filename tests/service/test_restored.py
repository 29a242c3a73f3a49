"""A database that was put back from a backup sends nothing by itself, and gives no number to anybody a second time."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from bulletins.life import BulletinState
from foundation import ledger
from foundation.database import Database
from foundation.settings import load
from mailer import inbound, outbox, roll
from mailer.inbound import InboundRow, Incoming
from mailer.letter import Letter
from mailer.outbox import Post, To
from mailer.outbox_tables import REPLIES, Lane
from service.commands.restored import restored
from service.home import Home
from service.restored import Held, hold_back
from service.schema import ServiceRuns
from subscribers.tables import Subscriber
from tests.bulletins.office import Office
from tests.support.clock import HandClock


@pytest.fixture
def office(database: Database, clock: HandClock, tmp_path: Path) -> Office:
    office = Office.open(database, clock, tmp_path)
    office.residents("taro", "hanako")
    return office


def put_back(office: Office) -> Held:
    with office.database.write() as session:
        return hold_back(session, "command", at=office.clock.now())


def test_what_was_under_way_and_what_waited_is_sent_by_nobody_but_a_person(office: Office) -> None:
    waiting, sending = office.waiting(), office.sending()

    held = put_back(office)

    office.clock.move(timedelta(hours=1))
    office.open_due()
    office.fan_out()
    assert office.post() == []
    assert held.bulletins == (waiting, sending)
    assert office.bulletin(waiting).state == BulletinState.RETURNED
    assert office.bulletin(waiting).approver_id is None
    assert office.bulletin(sending).state == BulletinState.HALTED


def test_what_was_halted_goes_on_when_a_person_resumes_it(office: Office) -> None:
    number = office.sending()
    assert put_back(office).letters == 0

    office.resume(number)

    assert len(office.post()) == 2


def test_answers_that_waited_are_dropped_and_mails_not_worked_off_wait_for_a_person(office: Office) -> None:
    at = office.clock.now()
    with office.database.write() as session:
        post = Post(REPLIES, "a", Lane.REPLY, at, at + timedelta(hours=9))
        outbox.reply(session, Letter("件名", "本文"), post, To("taro@example.jp", "example.jp", None))
        inbound.store(session, Incoming("a@example.jp", ("touroku@mail.example.jp",), b"x"), at=at)

    held = put_back(office)

    assert (held.letters, held.mails) == (1, 1)
    assert office.post() == []
    with office.database.read() as session:
        assert [row.state for row in session.query(InboundRow)] == ["set-aside"]


def test_a_number_given_out_since_the_backup_comes_to_mean_nobody_else(office: Office) -> None:
    with office.database.read() as session:
        last = max(row.id for row in session.query(Subscriber))

    put_back(office)

    office.residents("newcomer")
    with office.database.read() as session:
        assert max(row.id for row in session.query(Subscriber)) > last + 50_000


def test_it_is_refused_beside_a_sender_at_work(office: Office) -> None:
    sending = office.sending()
    with office.database.write() as session:
        roll.beat(session, "one", None, at=office.clock.now())

    with pytest.raises(ServiceRuns):
        put_back(office)

    assert office.bulletin(sending).state == BulletinState.SENDING


def test_the_ledger_knows_and_its_chain_holds(office: Office) -> None:
    number = office.sending()

    put_back(office)

    assert office.deeds(number)[-1] == "bulletin.halted"
    with office.database.read() as session:
        assert ledger.verify(session).holds
        found = session.execute(text("SELECT action, actor FROM ledger ORDER BY id DESC LIMIT 1")).one()
    assert tuple(found) == ("database.restored", "command")


def test_said_twice_it_finds_nothing_more(office: Office, tmp_path: Path) -> None:
    number = office.sending()
    settings = load({"HANSHO_DATA": str(tmp_path), "HANSHO_DATABASE_URL": office.database.url})
    home = Home(settings, office.clock)

    first, second = (CliRunner().invoke(restored, ["--json"], obj=home) for _ in range(2))

    home.database.close()
    assert json.loads(first.output) == {"bulletins": [number], "letters": 0, "mails": 0}
    assert json.loads(second.output) == {"bulletins": [], "letters": 0, "mails": 0}
