"""Meetings in the console: one plans, another confirms, the calendar file tells, and what was said is noted."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from admin.people.roles import Role
from foundation.ledger import LedgerLine
from liaisons import meetings
from liaisons.tables import Way
from mailer.outbox_tables import REPLIES, OutboxRow
from tests.admin.whole_console import Console, whole_console, words
from tests.liaisons.network import enter

MEETINGS = "/admin/meetings"
MARKUP = "<b onclick=x>{{7*7}}{page}</b>"
TYPED = {
    "day": "2026-12-10",
    "starts": "14:00",
    "ends": "15:30",
    "place": "中央公民館 3階和室",
    "joint": "1",
    "joint_with": "南栗林町自治会 12月定例会",
    "agenda": f"・年末の見回り\n・{MARKUP}",
    "areas": "north",
}


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with whole_console(tmp_path, residents=True) as console:
        with console.home.database.write() as session:
            at = console.clock.now()
            for name in ("north", "everywhere"):
                enter(session, name, at=at, areas=("north",) if name == "north" else ())
            enter(session, "電話 好子", at=at, way=Way.PHONE, areas=("north",), phone="042-000-0001")
        yield console


def letters(console: Console) -> int:
    """To liaisons; those to staff are replies."""
    with console.home.database.read() as session:
        counted = select(func.count()).select_from(OutboxRow).where(OutboxRow.batch != REPLIES)
        return session.scalar(counted) or 0


def told_staff(console: Console) -> list[str]:
    with console.home.database.read() as session:
        rows = select(OutboxRow.address).where(OutboxRow.once_key.startswith("meeting-asked:"))
        return list(session.scalars(rows.order_by(OutboxRow.address)))


def revision(console: Console, page: httpx.Response) -> str:
    return page.text.partition('name="revision" value="')[2].partition('"')[0]


def test_a_meeting_is_planned_asked_for_confirmed_by_another_and_noted(console: Console) -> None:
    clerk, approver, viewer = (console.browser(role) for role in (Role.DRAFTER, Role.APPROVER, Role.VIEWER))
    planned = clerk.post(f"{MEETINGS}/new", data=TYPED)
    at = planned.headers["location"].partition("?")[0]
    before = viewer.get(at)
    asked = clerk.post(f"{at}/ask")
    waiting, home, own_home = approver.get(at), words(approver.get("/admin")), words(clerk.get("/admin"))
    alone = clerk.post(f"{at}/confirm", data={"revision": "1"})
    none_yet = letters(console)
    confirmed = approver.post(f"{at}/confirm", data={"revision": revision(console, waiting)})
    again = approver.post(f"{at}/confirm", data={"revision": "1"})
    told = viewer.get(at)
    console.clock.set(datetime(2026, 12, 10, 9, 0, tzinfo=UTC))
    clerk, viewer = console.browser(Role.DRAFTER), console.browser(Role.VIEWER)
    unfit = clerk.post(f"{at}/notes", data={"notes": "x", "headcount": "たくさん"})
    noted = clerk.post(f"{at}/notes", data={"notes": "・順番を決めた", "headcount": "14"})
    listed = words(viewer.get(MEETINGS))

    assert [each.status_code for each in (planned, asked, confirmed, noted)] == [303] * 4
    assert "まだ案内していません" in words(before)
    assert "2人に送る" in words(waiting)
    assert "案内を確かめてください" in home
    assert "案内を確かめてください" not in own_home
    assert "案内を確かめてください" not in words(approver.get("/admin"))
    assert MARKUP.replace("<", "&lt;").replace(">", "&gt;").replace("{page}", "（連絡員ごとのリンク）") in waiting.text
    assert (alone.status_code, again.status_code, unfit.status_code) == (403, 409, 422)
    assert (none_yet, letters(console)) == (0, 2)
    assert told_staff(console) == sorted(each.address for each in (console.people[Role.APPROVER], console.second)), (
        "who may confirm is mailed"
    )
    assert "2人に知らせました" in words(told)
    assert "<li>順番を決めた</li>" in viewer.get(at).text
    assert "開いた会 1回（うち、ほかの会合と合わせて 1回）" in listed


def test_the_calendar_file_follows_the_meeting_and_is_there_only_once_it_was_told(console: Console) -> None:
    clerk, approver = console.browser(Role.DRAFTER), console.browser(Role.APPROVER)
    at = clerk.post(f"{MEETINGS}/new", data=TYPED).headers["location"].partition("?")[0]
    with console.home.database.read() as session:
        url = console.home.network.meeting_letters.calendar_address(meetings.find(session, int(at.rpartition("/")[2])))
    with httpx.Client(trust_env=False, timeout=30) as stranger:
        unsent = stranger.get(url)
        clerk.post(f"{at}/ask")
        approver.post(f"{at}/confirm", data={"revision": "1"})
        sent = stranger.get(url)
        called = clerk.post(f"{at}/call-off")
        off = stranger.get(url)
        strange = [
            stranger.get(f"{console.url}/liaison/meeting/{word}").status_code for word in ("1.ics", "%00.ics", "a")
        ]

    assert unsent.status_code == 404
    assert sent.headers["content-type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert b"SEQUENCE:0\r\n" in sent.content
    assert called.headers["location"].endswith("?done=meeting-called-off")
    assert b"METHOD:CANCEL\r\n" in off.content
    assert b"SEQUENCE:1\r\n" in off.content
    assert strange == [404] * 3
    assert letters(console) == 4


def test_the_list_of_who_is_told_by_hand_is_written_down_and_the_notice_names_nobody(console: Console) -> None:
    clerk = console.browser(Role.DRAFTER)
    at = clerk.post(f"{MEETINGS}/new", data=TYPED).headers["location"].partition("?")[0]

    people, paper = clerk.get(f"{at}/list"), clerk.get(f"{at}/print")

    assert "電話 好子" in words(people)
    assert "042-000-0001" in words(people)
    assert "電話 好子" not in words(paper)
    assert "出欠のご連絡はいりません" in words(paper)
    with console.home.database.read() as session:
        looks = list(session.scalars(select(LedgerLine).where(LedgerLine.action == "meeting.list-viewed")))
    assert [(each.actor, each.details) for each in looks] == [
        (f"staff:{console.people[Role.DRAFTER].id}", '{"shown": 1}')
    ]


def test_who_changed_beside_somebody_else_keeps_the_words_and_overwrites_nothing(console: Console) -> None:
    clerk = console.browser(Role.DRAFTER)
    at = clerk.post(f"{MEETINGS}/new", data=TYPED).headers["location"].partition("?")[0]
    clerk.post(f"{at}/edit", data={**TYPED, "place": "先に直した場所", "revision": "1"})

    late = clerk.post(f"{at}/edit", data={**TYPED, "place": "あとから直した場所", "revision": "1"})
    unfit = clerk.post(f"{at}/edit", data={**TYPED, "day": "きょう", "revision": "2"})
    gone = clerk.get(f"{MEETINGS}/999999")

    assert (late.status_code, unfit.status_code, gone.status_code) == (409, 422, 404)
    assert "あとから直した場所" in late.text
    assert "先に直した場所" in words(clerk.get(at))
