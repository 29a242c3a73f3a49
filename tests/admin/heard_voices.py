"""What the tests of voices in the console share."""

import re

import httpx
import pytest
from sqlalchemy import select

from liaisons import voices
from liaisons.tables import Liaison
from liaisons.voice_tables import Road, Voice
from liaisons.voices import Heard
from mailer.outbox_tables import LetterRow, OutboxRow
from tests.admin.whole_console import Console, words
from tests.liaisons.network import enter

VOICES = "/admin/voices"
WORDS = "楓町の公園の街灯が切れています。"
MAIL = "saburo@example.com"
PHONE = "042-000-1234"
ANSWER = "11月24日に電球を交換しました。"
MARKUP = "<b onclick=x>{{7*7}}</b>"
SAID = {"road": "visit", "day": "2026-11-24", "text": WORDS}


def heard(console: Console, number: int = 1, *, road: Road = Road.FORM, text: str = WORDS, **more: object) -> str:
    """The address of its page."""
    at, due = console.clock.now(), console.home.voices.due()
    given: dict[str, object] = {"due_on": due, "by": "resident", **more}
    with console.home.database.write() as session:
        one = Heard(road, text, f"test:{number}", **given)  # type: ignore[arg-type]  # as each test names them
        return f"{VOICES}/{voices.hear(session, one, at=at).id}"


def member(console: Console, *, stopped: bool = False) -> Liaison:
    with console.home.database.write() as session:
        return enter(session, "yamada", at=console.clock.now(), stopped=stopped)


def the_voice(console: Console) -> Voice:
    with console.home.database.read() as session:
        return session.scalars(select(Voice).order_by(Voice.id.desc())).first() or pytest.fail("no voice")


def letters_to(console: Console, address: str) -> list[LetterRow]:
    with console.home.database.read() as session:
        rows = select(LetterRow).join(OutboxRow, OutboxRow.letter_id == LetterRow.id)
        return list(session.scalars(rows.where(OutboxRow.address == address).order_by(LetterRow.id)))


def version(client: httpx.Client, at: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', client.get(at).text)
    assert found is not None
    return found[1]


def press(client: httpx.Client, at: str, step: str, **form: str) -> str:
    """As one who has just looked; gives the key of what is said afterwards."""
    answer = client.post(f"{at}/{step}", data={"version": version(client, at), **form})
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"].partition("done=")[2]
