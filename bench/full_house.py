"""A service that has been at work for years: what the residents chose, two thousand bulletins, the ledger, growth.

Where rows are many they are written by the database itself; the statements are such as both kinds of it understand.
"""

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from bench import full_cabinet, full_desk, full_network, full_passing_on, full_trays
from bench.full_desk import Numbers
from bench.pieces import pieces
from bench.telling import say
from bulletins import search_index
from bulletins.life import BulletinState
from bulletins.notice_templates import NoticeTemplate
from bulletins.tables import Bulletin
from foundation.ledger import LedgerLine
from mailer import tallies
from service.home import Home
from service.timetable import SUMMED_AFTER
from subscribers import growth, recount
from subscribers.growth import Event
from subscribers.tables import Choice
from subscribers.town import Town

BULLETINS = 2000
SPAN = timedelta(days=4 * 365)  # of all bulletins: at full size five hundred a year
NARROWED = 5  # one in so many chose some topics or areas
MORE_AREAS = 56  # beside the sample town's few, as a prefecture has them
UNSENT = (BulletinState.DRAFT, BulletinState.SUBMITTED, BulletinState.RETURNED, BulletinState.WITHDRAWN)
NEWEST = 20  # so many are not sent yet
NOTICES = ("suspicious-person", "fraud-call", "crime", "missing-person", "weather", "plain")
PLACES = 20
_GO_ON_NUMBERING = "SELECT setval(pg_get_serial_sequence('bulletins', 'id'), (SELECT max(id) FROM bulletins))"


def fill(home: Home, *, residents: int, bulletins: int, at: datetime) -> Numbers:
    """The residents are there; everything else is added, and counted as the timetable does."""
    database = home.database
    with database.write() as session:
        _choose(session, home.town, residents)
        full_network.join(session, home.town, residents, at=at)
    say("choices and circles")
    with database.write() as session:
        numbers = _publish(session, home, bulletins, at=at)
    say("bulletins")
    with database.write() as session:
        full_trays.lose(session, bulletins)
        full_trays.deliver(session, numbers, bulletins - NEWEST)
        full_passing_on.pass_on(session, newest=bulletins - NEWEST, fresh=numbers.fresh)
        full_cabinet.fill(session, home, newest=numbers.sent, at=at)
        _tell(session, bulletins)
        _grow(session, at=at)
    say("letters and ledger")
    recount.recount(database, at=at)
    with database.write() as session:
        while tallies.sum_up(session, ended_before=at - SUMMED_AFTER, limit=bulletins):
            pass
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    say("counted")
    return numbers


def _choose(session: Session, town: Town, residents: int) -> None:
    """One in five narrowed topics, areas or both."""
    dice = random.Random(5)
    areas = [*(area.key for area in town.areas), *(f"a{number}" for number in range(MORE_AREAS))]
    rows: list[dict[str, Any]] = []
    for kind, values, among in (("topic", [topic.key for topic in town.topics], (0, 1)), ("area", areas, (1, 2))):
        column = f"every_{kind}"
        which = f"id % {NARROWED} = 0 AND (id / {NARROWED}) % 3 IN {among}"
        session.execute(text(f"UPDATE subscribers SET {column} = (1 = 0) WHERE {which}"))  # noqa: S608 -- our own words
        for number in range(NARROWED, residents + 1, NARROWED):
            if number // NARROWED % 3 in among:
                chosen = _chosen(dice, kind, values)
                rows += ({"subscriber_id": number, "kind": kind, "value": value} for value in chosen)
    for piece in pieces(rows):
        session.execute(insert(Choice), piece)


def _publish(session: Session, home: Home, bulletins: int, *, at: datetime) -> Numbers:
    classes = home.bulletin_desk.drafting.categories.statistic_classes()
    notices = {each.name: each for each in home.shelf.all()}
    rows = [
        _bulletin(number, bulletins, notices[NOTICES[number % len(NOTICES)]], at=at)
        | {"statistic_class": classes[number % len(classes)]}
        for number in range(1, bulletins + 1)
    ]
    numbers, more = full_desk.on_the_desk(rows, at=at)
    for piece in pieces(rows):
        session.execute(insert(Bulletin), piece)
    for row in more:
        session.execute(insert(Bulletin), row)
    for bulletin in session.scalars(select(Bulletin).where(Bulletin.started_at.is_not(None))).all():
        search_index.shelve(session, bulletin)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(_GO_ON_NUMBERING))
    return numbers


def _bulletin(number: int, of: int, notice: NoticeTemplate, *, at: datetime) -> dict[str, Any]:
    """The newest are not sent yet; what is sent has begun some hours one after the other."""
    state = UNSENT[number % len(UNSENT)] if number > of - NEWEST else BulletinState.SENT
    begun = at - SPAN * (of - number + 1) / of
    is_sent = state is BulletinState.SENT
    some = ["crime", "suspicious"] if number % 2 else []
    near = ["north"] if number % 3 == 0 or state is not BulletinState.SENT else []
    happened = {"happened_at": f"{begun - timedelta(hours=2):%Y-%m-%d %H:%M}"}
    fields = {**notice.example, **(happened if "happened_at" in notice.example else {})}
    return {
        "id": number,
        "state": state.value,
        "version": 1,
        "notice": notice.name,
        "kind": notice.kind.value,
        "category": notice.default_category,
        "topics": json.dumps(some),
        "areas": json.dumps(near),
        "to_all": False,
        "to_liaisons": "none" if number % 4 == 1 else "with",
        "redact": notice.redact,
        "fields": json.dumps(fields, ensure_ascii=False),
        "subject": f"お知らせ その{number}",
        "text": "市内で、不審な電話がかかってきています。お金の話が出たら、すぐに切ってください。\n" * 6,
        "expires_seconds": 86_400,
        "created_at": begun,
        "drafter_id": 1,
        "drafter_name": "担当",
        "submitted_at": begun,
        "submitter_id": 1,
        "submitter_name": "担当",
        "return_reason": "直してください。" if state is BulletinState.RETURNED else None,
        "approved_at": begun if is_sent else None,
        "approver_id": 2 if is_sent else None,
        "approver_name": "責任者" if is_sent else None,
        "approved_version": 1 if is_sent else None,
        "approved_by_road": "console" if is_sent else None,
        "approved_as_deputy": False,
        "urgent": is_sent and number % 25 == 0,
        "urgent_reason": "人命にかかわるため。" if is_sent and number % 25 == 0 else None,
        "starts_at": begun if is_sent else None,
        "started_at": begun if is_sent else None,
        "finished_at": begun + timedelta(minutes=1) if is_sent else None,
    }


def _tell(session: Session, bulletins: int) -> None:
    """Three lines for each ten residents, spread over the years of the bulletins, and five for each bulletin. The chain
    is not the pages' affair; that the lines do not follow each other in time is not, either."""
    places = "CASE s.id % 4 WHEN 0 THEN 'library' WHEN 1 THEN 'school' WHEN 2 THEN 'hall' ELSE 'kiosk' END"
    kinds = (
        ("0", "resident", "subscriber.registered", f"'{{\"place\": \"' || {places} || '\"}}'"),
        ("1", "staff:2", "subscriber.viewed", "'{}'"),
        ("2", "rule:three-days", "subscriber.stopped", '\'{"reason": "unreachable"}\''),
    )
    begun = f"b.id = 1 + (s.id / 10) % {bulletins}"
    for rest, actor, action, details in kinds:
        _tell_some(
            session,
            f"b.created_at, '{actor}', '{action}', 'subscriber:' || s.id, {details}, '', '', 'bench:' || s.id",
            f"subscribers s JOIN bulletins b ON {begun} WHERE s.id % 10 = {rest} ORDER BY b.created_at, s.id",
        )
    for action in ("drafted", "submitted", "approved", "started", "sent"):
        line = f"created_at, 'staff:1', 'bulletin.{action}', 'bulletin:' || id, '{{}}', '', '', '{action}:' || id"
        _tell_some(session, line, "bulletins ORDER BY id")


def _tell_some(session: Session, columns: str, rows: str) -> None:
    into = "INSERT INTO ledger (at, actor, action, subject, details, origin, link, hash)"
    session.execute(text(f"{into} SELECT {columns} FROM {rows}"))  # noqa: S608 -- our own words


def _grow(session: Session, *, at: datetime) -> None:
    """Of two years, by twenty places a day; as if every line of the ledger had been read."""
    days = [f"{at - timedelta(days=back):%Y-%m-%d}" for back in range(730)]
    ticks = {(day, Event.REGISTERED.value, f"place{place}"): 1 + place for day in days for place in range(PLACES)}
    ticks |= {(day, event.value, ""): 3 for day in days for event in (Event.LEFT, Event.UNREACHABLE)}
    growth.add(session, ticks)
    recount.note_counting(session, growth.IMPORTS, at=at)
    newest = session.scalar(select(func.max(LedgerLine.id))) or 0
    recount.note_counting(session, growth.GROWTH, at=at, reached=newest)


def _chosen(dice: random.Random, kind: str, values: Sequence[str]) -> Sequence[str]:
    """Topics at will; of the areas those about one's home."""
    if kind == "topic":
        return dice.sample(values, dice.randint(1, len(values) - 1))
    home = dice.randrange(len(values))
    return values[home : home + dice.choice((1, 1, 1, 2, 2, 3))]
