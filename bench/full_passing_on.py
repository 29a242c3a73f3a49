"""Letters to liaisons, and what they passed on: the editions of the last bulletins, and the quiet batches of years."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.full_trays import FACTS, OUTBOX_COLUMNS

LATELY = 16  # bulletins, of which rows are left
_TOLD = "b.to_liaisons <> 'none' AND b.started_at IS NOT NULL"
_ROW = f"""
    INSERT INTO outbox ({OUTBOX_COLUMNS})
    SELECT 1, {{batch}}, 'bulletin:' || b.id, s.address, s.domain, s.id, 2,
        CASE WHEN s.id % 97 = 0 THEN 'failed' ELSE 'sent' END, (1 = 0), (1 = 0), (1 = 0), 1,
        b.started_at, b.started_at, b.started_at, b.started_at, b.started_at, NULL
"""
# Who is on the town's list has some of them already.
_EDITIONS = f"""
    {_ROW.format(batch="'bulletin:' || b.id")}
    FROM bulletins b, liaisons l JOIN subscribers s ON s.id = l.subscriber_id
    WHERE {_TOLD} AND b.id > :from AND l.state = 'active' AND s.state = 'active' AND NOT EXISTS
        (SELECT 1 FROM outbox o WHERE o.once_key = 'bulletin:' || b.id AND o.address = s.address)
    ORDER BY b.id, s.address
"""  # noqa: S608 -- our own words
_QUIET_BATCHES = f"""
    INSERT INTO batches
        (batch, once_key, state, swept, changed_at, ended_at, folded_sent, folded_suppressed, spared)
    SELECT 'quiet:bulletin:' || b.id, 'bulletin:' || b.id, 'open', (1 = 1), b.started_at, b.finished_at, 0, 0, (1 = 0)
    FROM bulletins b WHERE {_TOLD}
"""  # noqa: S608 -- our own words
_QUIET_TALLIES = f"""
    INSERT INTO tallies (batch, domain, sender, sent, failed, suppressed, expired, deferred, bounced, audience)
    SELECT 'quiet:bulletin:' || b.id, d.domain, 'merged', d.number, 0, 0, 0, 0, 0, d.number
    FROM bulletins b,
        (SELECT domain, count(*) AS number FROM subscribers WHERE NOT in_city_list AND id % 20 = 7 GROUP BY domain) AS d
    WHERE {_TOLD}
"""  # noqa: S608 -- our own words
_QUIET_ROWS = f"""
    {_ROW.format(batch="'quiet:bulletin:' || b.id")}
    FROM subscribers s, bulletins b
    WHERE NOT s.in_city_list AND s.id % 20 = 7 AND s.state = 'active' AND {_TOLD} AND b.id > :from
        AND s.id NOT IN (SELECT subscriber_id FROM liaisons WHERE subscriber_id IS NOT NULL)
    ORDER BY b.id, s.address
"""  # noqa: S608 -- our own words
# By half of the circles that are open.
_ORDERS = """
    INSERT INTO forward_orders
        (bulletin_id, circle_id, sentence, line, placed_at, opened_at, letters, cursor, closed_at)
    SELECT b.id, c.id, '', '', b.started_at, b.started_at, '{}', 0, b.started_at
    FROM bulletins b, circles c WHERE b.id = :fresh AND c.closed_at IS NULL AND c.id % 2 = 0
"""


def pass_on(session: Session, *, newest: int, fresh: int) -> None:
    """`newest` is the last bulletin of the years; `fresh` is in force, so that its orders are still there."""
    for statement in (_QUIET_BATCHES, _QUIET_TALLIES):
        session.execute(text(statement))
    for statement in (_EDITIONS, _QUIET_ROWS):
        session.execute(text(statement), {"from": newest - LATELY})
    session.execute(text(_ORDERS), {"fresh": fresh})
    session.execute(text(f"{FACTS} AND batch LIKE 'quiet:%'"))
