"""Meetings in each state, both kinds of paper, and materials that were read and written anew, for the full town."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.people.staff import Colleague
from bulletins.life import BulletinState
from bulletins.redaction import Redaction
from bulletins.tables import Bulletin
from liaisons import meetings
from liaisons.meeting_tables import Meeting
from liaisons.meetings import Facts
from liaisons.paper_fit import Look
from liaisons.paper_source import PaperSource, Span
from liaisons.papers import Choice, Papers
from liaisons.starter_materials import Words
from service.home import Home


def fill(session: Session, home: Home, drafter: Colleague, approver: Colleague) -> None:
    _meet(session, home, drafter, approver)
    _print(session, home, drafter)
    at, materials = home.clock.now(), home.network.materials
    materials.check(session, "first", drafter, seen=0, at=at - timedelta(days=400))
    old = materials.starters["calls"]
    note = {"north": "丘の上町の集会所でも、月に一度お話をうかがっています。\n・第二火曜日の午後"}
    materials.save(session, "calls", Words(old.title, old.text, old.topics, note), drafter, seen=0, at=at)


def _meet(session: Session, home: Home, drafter: Colleague, approver: Colleague) -> None:
    """Planned, asked for, told, told and changed since, to be noted, held, called off."""
    at, letters = home.clock.now(), home.network.meeting_letters
    for number in range(7):
        meeting = _planned(session, home, drafter, days=10 + number)
        if number in (2, 3, 6):
            letters.ask(session, meeting, drafter, at=at)
            letters.confirm(session, meeting, approver, revision=meeting.revision, at=at)
        if number == 1:
            letters.ask(session, meeting, drafter, at=at)
        elif number == 3:
            meetings.change(session, meeting, _facts(home, days=20), (), drafter, at=at)
        elif number in (4, 5):
            meeting.starts_at, meeting.ends_at = at - timedelta(days=2), None
        if number == 5:
            meetings.hold(session, meeting, "・駐輪場に札を下げることにした。\n・次は若葉野で。", 14, drafter, at=at)
        elif number == 6:
            letters.call_off(session, meeting, drafter, at=at)


def _planned(session: Session, home: Home, drafter: Colleague, *, days: int) -> Meeting:
    return meetings.plan(session, _facts(home, days=days), (), drafter, at=home.clock.now())


def _facts(home: Home, *, days: int) -> Facts:
    starts = home.clock.now() + timedelta(days=days, hours=4)
    joint, agenda = "南栗林町自治会 12月定例会", "・秋からの市内の犯罪の様子\n・年末の見回りの日どりと道順"
    return Facts(starts, starts + timedelta(minutes=90), "中央公民館 3階 和室", joint, agenda)


def _print(session: Session, home: Home, drafter: Colleague) -> None:
    made = Papers(PaperSource(home.town, Redaction(home.settings.redact_after)))
    today = home.clock.now().astimezone(home.town.zone).date()
    sent = select(Bulletin.id).where(Bulletin.state == BulletinState.SENT, Bulletin.redact.is_(False))
    numbers = tuple(session.scalars(sent.order_by(Bulletin.id.desc()).limit(3)))
    for look, few in ((Look.ROUND_UP, numbers), (Look.ONE, numbers[:1])):
        choice = Choice(look, Span(today - timedelta(days=60), today), "", few)
        made.begin(session, choice, drafter, once=look.value, at=home.clock.now())
