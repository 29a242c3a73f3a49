"""What the tests of the register's pages share: a candidate, an entry, and the steps of a clerk."""

import httpx
from sqlalchemy import select

from foundation.ledger import LedgerLine
from liaisons.tables import Liaison
from tests.admin.whole_console import Console, words

LIST = "/admin/liaisons"
CANDIDATES = f"{LIST}/candidates"
CANDIDATE = {
    "name": "田中 一郎",
    "organisation": "若葉野町会 会長",
    "why": "防犯に熱心な方です。\r\n見守りもしています。",
    "reach": "電話 042-000-1111",
    "section": "学校教育課",
}
TANAKA = {
    "name": "田中 一郎",
    "organisation": "若葉野町会",
    "post": "会長",
    "other_posts": "防犯協会理事",
    "way": "mail",
    "address": "ichiro.tanaka@example.jp",
    "phone": "042-000-1111",
    "fax": "",
    "postal": "",
    "areas": "east",
}
MARKUP = "<b onclick=x>{{7*7}}</b>"


def asked(clerk: httpx.Client, **changes: str) -> str:
    """The address of the page of somebody new."""
    answer = clerk.post(f"{LIST}/new", data={**TANAKA, **changes})
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"].partition("?")[0]


def consented(console: Console, clerk: httpx.Client, at: str, **changes: str) -> httpx.Response:
    form = {"way": "phone", "day": "2026-11-24", "read": "1", "version": console.home.network.asking.wording.version}
    return clerk.post(f"{at}/consent", data={**form, **changes})


def active(console: Console, clerk: httpx.Client, **changes: str) -> str:
    at = asked(clerk, **changes)
    assert consented(console, clerk, at).status_code == 303
    assert clerk.post(f"{at}/activate").status_code == 303
    return at


def lines(console: Console) -> list[LedgerLine]:
    with console.home.database.read() as session:
        found = select(LedgerLine).where(LedgerLine.action.regexp_match("^(liaison|candidate)"))
        return list(session.scalars(found.order_by(LedgerLine.id)))


def deeds(console: Console) -> list[str]:
    return [line.action for line in lines(console)]


def liaison(console: Console, at: str) -> Liaison:
    with console.home.database.read() as session:
        return session.get_one(Liaison, int(at.rpartition("/")[2]))
