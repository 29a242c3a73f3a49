"""What the tests of the pages about staff share: letters with their links, and the browser of a second manager."""

import re
from urllib.parse import urlsplit

import httpx
from sqlalchemy import select

from admin.people import staff, staff_changes
from admin.people.roles import Role
from admin.people.staff import Colleague
from foundation import ledger
from mailer.outbox_tables import LetterRow, OutboxRow
from tests.admin.whole_console import Console

NEW_PASSWORD = "seven quiet rivers run"
SAKURA = {"name": "新人 さくら", "address": "sakura@example.jp", "role": "drafter"}


def second_manager(console: Console) -> httpx.Client:
    with console.home.database.write() as session:
        deed = ledger.Deed("command", "staff.role-changed", console.second.actor)
        staff_changes.put_role(session, console.second.id, Role.MANAGER, deed, at=console.clock.now())
    return console.browser(console.second)


def stranger(console: Console) -> httpx.Client:
    return httpx.Client(base_url=console.url, trust_env=False, timeout=30)


def letters_to(console: Console, address: str) -> list[str]:
    with console.home.database.read() as session:
        found = select(LetterRow.body).join(OutboxRow, OutboxRow.letter_id == LetterRow.id)
        return list(session.scalars(found.where(OutboxRow.address == address).order_by(LetterRow.id)))


def link_in(letter: str) -> str:
    found = re.search(r"https?://[!-~]+", letter)
    assert found is not None
    return urlsplit(found[0]).path


def colleague(console: Console, who: Colleague) -> Colleague:
    with console.home.database.read() as session:
        found = staff.numbered(session, who.id)
    assert found is not None
    return found


def password_of(client: httpx.Client, address: str, password: str) -> int:
    return client.post("/admin/sign-in", data={"address": address, "password": password}).status_code
