"""Two accounts of one person are not two people: who let somebody in alone approves nothing of theirs."""

import re

import httpx
import pytest

from admin.people import staff
from admin.people.roles import Role
from admin.people.staff import Colleague
from bulletins.approval import Decision
from bulletins.life import BulletinState
from bulletins.signatory import NotAllowed
from bulletins.tables import Bulletin
from foundation.addresses import Address
from mailer.outbox_tables import LetterRow
from tests.admin.conftest import PASSWORD
from tests.admin.whole_console import Console, words

ADDRESS = "watashi-2@example.jp"


def let_in(console: Console) -> Colleague:
    """As a manager does it alone: a drafter is invited, and the link is opened by whoever reads the mail."""
    manager = console.browser(Role.MANAGER)
    answer = manager.post("/admin/people/invite", data={"name": "わたし", "address": ADDRESS, "role": "drafter"})
    assert answer.status_code == 303, words(answer)
    with console.home.database.read() as session:
        letters = "\n".join(row.body + row.tail for row in session.query(LetterRow))
    link = re.search(r"/admin/welcome/(\w+)", letters)
    assert link is not None
    with httpx.Client(base_url=console.url, trust_env=False, timeout=30) as stranger:
        answer = stranger.post(link[0], data={"password": PASSWORD, "again": PASSWORD})
    assert answer.status_code in (200, 303), words(answer)
    with console.home.database.read() as session:
        found = staff.find(session, Address.parse(ADDRESS))
    assert found is not None
    return found


def state(console: Console, number: int) -> str:
    with console.home.database.read() as session:
        return session.get_one(Bulletin, number).state


def test_who_let_the_submitter_in_alone_cannot_approve(console: Console) -> None:
    number = console.submitted(let_in(console))

    page = console.browser(Role.MANAGER).get(f"/admin/bulletins/{number}")
    with pytest.raises(NotAllowed, match="あなたが一人で招待した職員"):
        console.desk.approve(number, Decision(version=1), console.people[Role.MANAGER])

    assert state(console, number) == BulletinState.SUBMITTED
    assert "あなたが一人で招待した職員なので" in words(page)
    assert ">承認する</button>" not in page.text


def test_anybody_else_who_may_approve_still_can(console: Console) -> None:
    number = console.submitted(let_in(console))

    console.desk.approve(number, Decision(version=1), console.people[Role.APPROVER])

    assert state(console, number) == BulletinState.WAITING


def test_the_command_line_vouches_for_whom_it_enters(console: Console) -> None:
    me = let_in(console)
    with console.home.database.write() as session:
        address, at = Address.parse(ADDRESS), console.clock.now()
        me = staff.add(session, address, me.name, role=Role.DRAFTER, password_hash=None, at=at, actor="command")
    number = console.submitted(me)

    console.desk.approve(number, Decision(version=1), console.people[Role.MANAGER])

    assert state(console, number) == BulletinState.WAITING
