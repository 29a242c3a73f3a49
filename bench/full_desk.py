"""What lies on the desk beside all that is done: bulletins in each state, corrections, colleagues, open links."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from admin.desk.bulletin_desk import signatory
from admin.frame import kept_forms
from admin.frame.kept_forms import FormKeeper
from admin.people import one_time_codes, passwords, sign_in, staff
from admin.people.invitations import StaffInvitation
from admin.people.one_time_codes import StaffCodes
from admin.people.password_links import PasswordLink
from admin.people.roles import Role
from admin.people.sign_in import HalfOpenSitting
from admin.people.staff import Colleague
from bulletins import notice_versions
from bulletins.life import BulletinState
from bulletins.notice_source import BODY, DATA, SUBJECT
from bulletins.notice_versions import Words
from foundation.addresses import Address
from foundation.spreadsheet import csv_line
from foundation.tokens import fingerprint
from mailer import inbound
from mailer.inbound import Incoming
from service.home import TEMPLATES, Home
from subscribers import register_imports

COLLEAGUES = 30
PASSWORD = "correct horse battery 9"  # noqa: S105 -- of people who exist for a minute
SOLO = "evacuation"
VERSIONED = "plain"
LETTER = "000000000001.practice"
_HOUR = timedelta(hours=1)
_STATES = {name: BulletinState(name) for name in ("draft", "submitted", "returned", "withdrawn")}


@dataclass(frozen=True)
class Numbers:
    """Bulletins by what is asked about them: `sent` went to everybody, `correction` to those who had it, and `anew` is
    a draft that puts the correction right. `solo` may go out alone, and `fresh` is in force."""

    sent: int
    correction: int
    anew: int
    mending: int
    waiting: int
    sending: int
    halted: int
    fresh: int
    solo: int
    draft: int
    submitted: int
    returned: int
    withdrawn: int


@dataclass(frozen=True)
class Desk:
    """The tokens of open doors by their names, and the manager's own."""

    tokens: Mapping[str, str]
    manager: str


def on_the_desk(rows: Sequence[dict[str, Any]], *, at: datetime) -> tuple[Numbers, list[dict[str, Any]]]:
    """The numbers, and the bulletins that come after those of the years."""
    newest = {name: max(row["id"] for row in rows if row["state"] == state) for name, state in _STATES.items()}
    sent = next(row for row in reversed(rows) if row["state"] == BulletinState.SENT)
    drafted = next(row for row in reversed(rows) if row["state"] == BulletinState.DRAFT)
    first = rows[-1]["id"] + 1
    begun = sent["started_at"] + _HOUR
    mends = {"notice": "correction", "kind": "correction", "topics": "[]", "areas": "[]", "follows_id": sent["id"]}
    under_way = {"finished_at": None, "started_at": begun, "starts_at": begun, "urgent": False, "urgent_reason": None}
    correction = {**sent, **mends, "started_at": begun, "starts_at": begun, "finished_at": begun + _HOUR}
    lately = {"started_at": at - 2 * _HOUR, "finished_at": at - _HOUR, "urgent": False}
    fresh = {**lately, "topics": "[]", "areas": "[]", "to_liaisons": "with"}
    more: dict[str, dict[str, Any]] = {
        "correction": {**correction, "mends_id": sent["id"], "to_recipients_of": sent["id"]},
        "anew": {**drafted, **mends, "mends_id": first, "to_recipients_of": first},
        "mending": {**drafted, **mends, "state": "submitted", "mends_id": sent["id"], "to_recipients_of": sent["id"]},
        "waiting": {**sent, **under_way, "state": "waiting", "started_at": None, "starts_at": begun + 1000 * _HOUR},
        "sending": {**sent, **under_way, "state": "sending"},
        "halted": {**sent, **under_way, "state": "halted"},
        "fresh": {**sent, **fresh},
        "solo": {**drafted, "notice": SOLO, "fields": json.dumps({})},
    }
    for place, row in enumerate(more.values()):
        row["id"] = first + place
    placed = {name: row["id"] for name, row in more.items()}
    return Numbers(sent=sent["id"], **placed, **newest), list(more.values())


def lay(home: Home, manager: str, *, at: datetime) -> Desk:
    """Colleagues, an invitation, a forgotten password, two halves of a sign-in, a kept form, a proposed version, a mail
    that nobody could read, an uploaded list, and a practice letter."""
    tokens = {name: f"benchmarks-{name}" for name in ("welcome", "new-password", "code", "set-up")}
    with home.database.write() as session:
        me = _colleagues(session, manager, at=at)
        _propose(session, me, at=at)
        inbound.store(session, Incoming("x@example.net", ("b-x@mail.example.jp",), b"Subject: x\n\nx\n"), at=at)
        inbound.set_aside(session, 1, "it could not be read")
        _open_links(session, me, home, tokens, at=at)
        signed_in = sign_in.open_session(session, me, at=at, with_code=True)
    _upload(home, at=at)
    forms = FormKeeper(home.database, home.clock, home.keyring)
    typed = (("notice", VERSIONED), ("field-subject", "試験"), ("field-text", "試験です。"))
    key = forms.keep([(kept_forms.MARK, forms.mark(me)), *typed])
    _put_letter(home)
    return Desk({**tokens, "kept": key or ""}, signed_in.token)


def _colleagues(session: Session, manager: str, *, at: datetime) -> Colleague:
    hashed = passwords.make_hash(PASSWORD)
    roles = [*Role]
    for number in range(COLLEAGUES):
        address = Address.parse(f"colleague{number}@city.example.jp")
        role = roles[number % len(roles)]
        staff.add(session, address, f"職員{number}", role=role, password_hash=hashed, at=at, actor="command")
    address = Address.parse(manager)
    return staff.add(session, address, "管理者", role=Role.MANAGER, password_hash=hashed, at=at, actor="command")


def _propose(session: Session, me: Colleague, *, at: datetime) -> None:
    folder = TEMPLATES / "notices" / VERSIONED
    toml, subject, body = ((folder / name).read_text(encoding="utf-8") for name in (DATA, SUBJECT, BODY))
    notice_versions.propose(session, VERSIONED, Words(toml, subject, body), signatory(me), base=0, at=at)


def _open_links(session: Session, me: Colleague, home: Home, tokens: Mapping[str, str], *, at: datetime) -> None:
    ends = at + 24 * _HOUR
    hashed = {name: fingerprint(token) for name, token in tokens.items()}
    invited = {"address": "new@city.example.jp", "name": "新しい職員", "role": "drafter", "created_at": at}
    session.execute(insert(StaffInvitation), {**invited, "token_hash": hashed["welcome"], "expires_at": ends})
    link = {"token_hash": hashed["new-password"], "staff_id": me.id, "created_at": at, "expires_at": ends}
    session.execute(insert(PasswordLink), link)
    one_time_codes.begin(session, home.keyring, 1)
    session.add(StaffCodes(staff_id=2, sealed="sealed", confirmed_at=at))
    for name, number in (("set-up", 1), ("code", 2)):
        half = {"fingerprint": hashed[name], "staff_id": number, "created_at": at, "expires_at": ends}
        session.execute(insert(HalfOpenSitting), half)


def _upload(home: Home, *, at: datetime) -> None:
    key = home.imports.put(io.BytesIO("メールアドレス,カテゴリ\nr1@mail1.example.com,犯罪情報\n".encode()))
    with home.imports.begin_rejected(key) as file:
        file.write(csv_line(("行", "取り込めなかった理由")))
    with home.database.write() as session:
        row = register_imports.begin(session, key, register_imports.Wish(), size=80, by="staff:1", at=at, file=key)
        row.state = register_imports.ImportState.CHECKED.value


def _put_letter(home: Home) -> None:
    folder = home.mailbox / "new"
    folder.mkdir(parents=True)
    (folder / LETTER).write_text("Delivered-To: r1@mail1.example.com\nSubject: test\n\ntest\n")
