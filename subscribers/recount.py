"""The recount: once a night the register itself is counted, and the headcounts are set right by the difference."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.orm import Session

from foundation.database import Database, insert_into, is_sqlite
from foundation.strides import Strides
from subscribers.headcount import HEADCOUNTS, CountingRow, Head, HeadcountRow, add

log = logging.getLogger(__name__)

NIGHT_HOUR = 3  # of the town's clock
LATEST = timedelta(hours=36)

# Whoever wants all of something has no word for it, also where rows of an earlier choice are left.
_REGISTER = """
    SELECT standing, topics, areas, count(*) FROM (
        SELECT
            CASE WHEN s.state <> 'active' THEN coalesce(s.reason, 'stopped')
                WHEN s.paused_until IS NOT NULL THEN 'paused:' || {until} ELSE 'active' END AS standing,
            CASE WHEN s.state <> 'active' OR s.every_topic THEN '' ELSE '|' || coalesce(c.topics || '|', '') END
                AS topics,
            CASE WHEN s.state <> 'active' OR s.every_area THEN '' ELSE '|' || coalesce(c.areas || '|', '') END AS areas
        FROM subscribers s LEFT JOIN ({choices}) c ON c.subscriber_id = s.id
        WHERE s.address IS NOT NULL AND s.in_city_list
    ) AS heads GROUP BY standing, topics, areas
"""
_SQLITE = """
    SELECT subscriber_id,
        group_concat(CASE WHEN kind = 'topic' THEN value END, '|') AS topics,
        group_concat(CASE WHEN kind = 'area' THEN value END, '|') AS areas
    FROM (SELECT subscriber_id, kind, value FROM choices ORDER BY subscriber_id, kind, value) GROUP BY subscriber_id
"""
_POSTGRESQL = """
    SELECT subscriber_id,
        string_agg(value, '|' ORDER BY value COLLATE "C") FILTER (WHERE kind = 'topic') AS topics,
        string_agg(value, '|' ORDER BY value COLLATE "C") FILTER (WHERE kind = 'area') AS areas
    FROM choices GROUP BY subscriber_id
"""

# As the headcounts write the moment at which a pause ends.
_UNTIL_SQLITE = "strftime('%Y-%m-%dT%H:%M:%SZ', s.paused_until)"
_UNTIL_POSTGRESQL = """to_char(s.paused_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


def is_due(session: Session, zone: ZoneInfo, *, at: datetime) -> bool:
    """At once where nothing was counted yet, then every night."""
    last = session.get(CountingRow, HEADCOUNTS)
    if last is None or at - last.at > LATEST:
        return True
    here = at.astimezone(zone)
    return here.hour >= NIGHT_HOUR and last.at.astimezone(zone).date() < here.date()


def recount(database: Database, *, at: datetime) -> int:
    """Returns by how many the counts were off. Nobody is kept waiting: register and counts are read as they stood at
    one moment, and what changes meanwhile adds its own rows."""
    with database.read() as session:
        hold_still(session)
        truth = _register(session)
        kept = _kept(session)
    off = {head: truth.get(head, 0) - kept.get(head, 0) for head in truth.keys() | kept.keys()}
    with database.write() as session:
        is_first = session.get(CountingRow, HEADCOUNTS) is None
        add(session, off)
        note_counting(session, HEADCOUNTS, at=at)
    wrong = sum(abs(by) for by in off.values())
    if wrong and not is_first:
        log.error("the counts of subscribers were off by %d and were set right", wrong)
    return wrong


def merge(strides: Strides) -> None:
    """Makes one row of the many that changes have left."""
    while strides.write(lambda session: _merge_some(session, limit=strides.limit)):
        if not strides.go_on():
            return


def hold_still(session: Session) -> None:
    """All that a new session reads is of one moment, as it always is on SQLite."""
    if not is_sqlite(session):
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def note_counting(session: Session, name: str, *, at: datetime, reached: int = 0) -> None:
    values = {"reached": reached, "at": at}
    statement = insert_into(session, CountingRow).values(name=name, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def _merge_some(session: Session, *, limit: int) -> int:
    columns = (HeadcountRow.standing, HeadcountRow.topics, HeadcountRow.areas)
    many = or_(func.count() > 1, func.sum(HeadcountRow.number) == 0)
    heads = session.execute(select(*columns).group_by(*columns).having(many).limit(min(limit, 200))).all()
    for standing, topics, areas in heads:
        of_head = (HeadcountRow.standing == standing, HeadcountRow.topics == topics, HeadcountRow.areas == areas)
        # What is deleted is what is added up, so that a row that comes meanwhile is not lost.
        numbers = session.execute(delete(HeadcountRow).where(*of_head).returning(HeadcountRow.number)).scalars().all()
        add(session, {Head(standing, topics, areas): sum(numbers)})
    return len(heads)


def _register(session: Session) -> dict[Head, int]:
    choices, until = (_SQLITE, _UNTIL_SQLITE) if is_sqlite(session) else (_POSTGRESQL, _UNTIL_POSTGRESQL)
    statement = _REGISTER.format(choices=choices, until=until)
    return {Head(*row[:3]): int(row[3]) for row in session.execute(text(statement))}


def _kept(session: Session) -> dict[Head, int]:
    columns = (HeadcountRow.standing, HeadcountRow.topics, HeadcountRow.areas)
    rows = session.execute(select(*columns, func.sum(HeadcountRow.number)).group_by(*columns))
    return {Head(*row[:3]): int(row[3]) for row in rows}
