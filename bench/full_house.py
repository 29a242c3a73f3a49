"""A service that has been at work for years: what the residents chose, two thousand bulletins, letters, and the ledger.

Where rows are many they are written by the database itself; the statements are such as both kinds of it understand.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bench.telling import say
from bulletins.life import BulletinState
from bulletins.tables import Bulletin
from foundation.database import Database
from foundation.strides import Strides
from mailer import inbound
from mailer.bounce_facts import BounceFactRow
from mailer.inbound import Incoming
from subscribers import growth, recount
from subscribers.growth import Event
from subscribers.tables import Choice
from subscribers.town import Town

BULLETINS = 2000
NARROWED = 5  # one in so many chose some topics or areas
MORE_AREAS = 56  # beside the sample town's few, as a prefecture has them
UNSENT = (BulletinState.DRAFT, BulletinState.SUBMITTED, BulletinState.RETURNED, BulletinState.WITHDRAWN)
STEP = 20_000
FACTS = 5000
PLACES = 20
_GO_ON_NUMBERING = "SELECT setval(pg_get_serial_sequence('bulletins', 'id'), (SELECT max(id) FROM bulletins))"
_BATCHES = """
    INSERT INTO batches
        (batch, once_key, state, swept, changed_at, ended_at, folded_sent, folded_suppressed, spared)
    SELECT 'bulletin:' || id, 'bulletin:' || id, 'open', (1 = 1), started_at, finished_at, 0, 0, (1 = 0)
    FROM bulletins WHERE state = 'sent'
"""
_ORDERS = """
    INSERT INTO publishing_orders (bulletin_id, urgent, starts_at, opened_at, cursor, audience, closed_at)
    SELECT id, (1 = 0), starts_at, started_at, 0, (SELECT count(*) FROM subscribers), finished_at
    FROM bulletins WHERE state = 'sent'
"""
_TALLIES = """
    INSERT INTO tallies (batch, domain, sender, sent, failed, suppressed, expired, deferred, bounced, audience)
    SELECT 'bulletin:' || b.id, d.domain, 'merged', d.number, 0, 0, 0, 0, 0, d.number
    FROM bulletins b, (SELECT domain, count(*) AS number FROM subscribers GROUP BY domain) AS d
    WHERE b.state = 'sent'
"""
_FAILED = "SELECT id, domain, recipient_ref FROM outbox WHERE batch = :batch AND recipient_ref % 200 = 0 LIMIT :most"


@dataclass(frozen=True)
class Numbers:
    """Those by which pages are asked for."""

    sent: int
    draft: int


def fill(database: Database, town: Town, *, residents: int, bulletins: int, at: datetime) -> Numbers:
    """The residents are there; everything else is added, and counted as the timetable does."""
    with database.write() as session:
        _choose(session, town, residents)
    say("choices")
    with database.write() as session:
        found = _publish(session, bulletins, at=at)
    say("bulletins")
    with database.write() as session:
        _deliver(session, found.sent, at=at)
        _refuse(session, found.sent, residents, at=at)
        _tell(session)
        _grow(session, at=at)
        inbound.store(session, Incoming("x@example.net", ("b-x@mail.example.jp",), b"Subject: x\n\nx\n"), at=at)
        inbound.set_aside(session, 1, "it could not be read")
    say("letters and ledger")
    recount.recount(database, at=at)
    growth.count_old_imports(database, town.zone, at=at)
    growth.follow(Strides(database, lambda _: False, seconds=3600), town.zone, at=at)
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    say("counted")
    return found


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
    for piece in _pieces(rows):
        session.execute(insert(Choice), piece)


def _publish(session: Session, bulletins: int, *, at: datetime) -> Numbers:
    rows = [_bulletin(number, bulletins, at=at) for number in range(1, bulletins + 1)]
    for piece in _pieces(rows):
        session.execute(insert(Bulletin), piece)
    sent = max(row["id"] for row in rows if row["state"] == BulletinState.SENT)
    draft = max(row["id"] for row in rows if row["state"] == BulletinState.DRAFT)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(_GO_ON_NUMBERING))
    for statement in (_BATCHES, _ORDERS, _TALLIES):
        session.execute(text(statement))
    return Numbers(sent, draft)


def _bulletin(number: int, of: int, *, at: datetime) -> dict[str, Any]:
    """The last twenty are not sent yet; what is sent has begun some hours one after the other."""
    state = UNSENT[number % len(UNSENT)] if number > of - 20 else BulletinState.SENT
    begun = at - timedelta(hours=17 * (of - number + 1))
    is_sent = state is BulletinState.SENT
    some = ["crime", "suspicious"] if number % 2 else []
    near = ["north"] if number % 3 == 0 or state is not BulletinState.SENT else []
    return {
        "id": number,
        "state": state.value,
        "version": 1,
        "notice": "plain",
        "kind": "new",
        "category": "一般",
        "statistic_class": "その他",
        "topics": json.dumps(some),
        "areas": json.dumps(near),
        "to_all": False,
        "fields": json.dumps({"subject": "試験", "text": "試験です。"}),
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
        "urgent": False,
        "starts_at": begun if is_sent else None,
        "started_at": begun if is_sent else None,
        "finished_at": begun + timedelta(minutes=1) if is_sent else None,
    }


def _deliver(session: Session, number: int, *, at: datetime) -> None:
    """The newest bulletin to everybody; one letter in two hundred failed."""
    postgres = session.get_bind().dialect.name == "postgresql"
    at_once = ", ".join(["CAST(:at AS TIMESTAMPTZ)" if postgres else ":at"] * 5)
    statement = (
        "INSERT INTO outbox (letter_id, batch, once_key, address, domain, recipient_ref, lane, state, unwanted, parked,"  # noqa: S608 -- our own words
        " paced, attempts, created_at, due_at, expires_at, handed_at, ended_at)"
        " SELECT 1, :batch, :batch, address, domain, id, 2, CASE WHEN id % 200 = 0 THEN 'failed' ELSE 'sent' END,"
        f" (1 = 0), (1 = 0), (1 = 0), 1, {at_once} FROM subscribers ORDER BY address"
    )
    moment = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}.000000{'+00' if postgres else ''}"
    session.execute(text(statement), {"batch": f"bulletin:{number}", "at": moment})
    failed = "UPDATE tallies SET failed = sent / 200, sent = sent - sent / 200 WHERE batch = :batch"
    session.execute(text(failed), {"batch": f"bulletin:{number}"})


def _refuse(session: Session, number: int, residents: int, *, at: datetime) -> None:
    """Refusals of the last weeks, for the watch page."""
    rows = session.execute(
        text(_FAILED),
        {"batch": f"bulletin:{number}", "most": min(FACTS, residents)},
    ).all()
    facts = [
        {
            "outbox_id": row.id,
            "batch": f"bulletin:{number}",
            "domain": row.domain,
            "recipient_ref": row.recipient_ref,
            "bounce_class": ("gone", "full", "filtered")[place % 3],
            "counted": place % 3 != 2,
            "handed_at": at - timedelta(hours=place % 1300),
            "known_at": at - timedelta(hours=place % 1300),
            "evidence": "550 5.1.1 no such user",
            "source": "smtp",
        }
        for place, row in enumerate(rows)
    ]
    for piece in _pieces(facts):
        session.execute(insert(BounceFactRow), piece)


def _tell(session: Session) -> None:
    """The ledger's line of one registration in ten: the others came with an old list. The chain is not the pages'
    affair."""
    places = "CASE id % 4 WHEN 0 THEN 'library' WHEN 1 THEN 'school' WHEN 2 THEN 'hall' ELSE 'kiosk' END"
    statement = (
        "INSERT INTO ledger (at, actor, action, subject, details, origin, link, hash)"  # noqa: S608 -- our own words
        " SELECT since, 'resident', 'subscriber.registered', 'subscriber:' || id,"
        f" '{{\"place\": \"' || {places} || '\"}}', '', '', 'bench:' || id FROM subscribers"
        " WHERE id % 10 = 0 ORDER BY id"
    )
    session.execute(text(statement))


def _grow(session: Session, *, at: datetime) -> None:
    """Of two years, by twenty places a day."""
    days = [f"{at - timedelta(days=back):%Y-%m-%d}" for back in range(730)]
    ticks = {(day, Event.REGISTERED.value, f"place{place}"): 1 + place for day in days for place in range(PLACES)}
    ticks |= {(day, event.value, ""): 3 for day in days for event in (Event.LEFT, Event.UNREACHABLE)}
    growth.add(session, ticks)


def _chosen(dice: random.Random, kind: str, values: Sequence[str]) -> Sequence[str]:
    """Topics at will; of the areas those about one's home."""
    if kind == "topic":
        return dice.sample(values, dice.randint(1, len(values) - 1))
    home = dice.randrange(len(values))
    return values[home : home + dice.choice((1, 1, 1, 2, 2, 3))]


def _pieces(rows: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    return (rows[begin : begin + STEP] for begin in range(0, len(rows), STEP))
