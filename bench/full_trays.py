"""Letters of a service that has been at work for years: counts of every bulletin, rows of the last ones, refusals."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.full_desk import Numbers

LATELY = 80  # bulletins, of which rows are left
_AFTER = "state IN ('sent', 'sending', 'halted')"
_BATCHES = f"""
    INSERT INTO batches
        (batch, once_key, state, swept, changed_at, ended_at, folded_sent, folded_suppressed, spared)
    SELECT 'bulletin:' || id, 'bulletin:' || id, CASE WHEN state = 'halted' THEN 'halted' ELSE 'open' END, (1 = 1),
        started_at, finished_at, 0, 0, (1 = 0)
    FROM bulletins WHERE {_AFTER}
"""  # noqa: S608 -- our own words
_LETTERS = f"""
    INSERT INTO letters (batch, subject, body, tail, links, unsubscribe, created_at)
    SELECT 'bulletin:' || id, subject, text, '', '', (1 = 1), started_at FROM bulletins WHERE {_AFTER}
"""  # noqa: S608 -- our own words
_ORDERS = f"""
    INSERT INTO publishing_orders (bulletin_id, urgent, held, starts_at, opened_at, cursor, audience, closed_at)
    SELECT id, urgent, (1 = 0), starts_at, started_at,
        CASE WHEN state = 'waiting' THEN 0 ELSE (SELECT max(id) FROM subscribers) END,
        CASE WHEN state = 'waiting' THEN 0
            ELSE (SELECT count(*) FROM subscribers WHERE state = 'active' AND in_city_list) END,
        CASE WHEN state = 'waiting' THEN NULL ELSE coalesce(finished_at, started_at) END
    FROM bulletins WHERE {_AFTER} OR state = 'waiting'
"""  # noqa: S608 -- our own words
_TALLIES = f"""
    INSERT INTO tallies (batch, domain, sender, sent, failed, suppressed, expired, deferred, bounced, audience)
    SELECT 'bulletin:' || b.id, d.domain, 'merged', CASE WHEN b.state = 'sent' THEN d.number ELSE d.number / 2 END,
        0, 0, 0, 0, 0, d.number
    FROM bulletins b,
        (SELECT domain, count(*) AS number FROM subscribers
            WHERE state = 'active' AND in_city_list GROUP BY domain) AS d
    WHERE b.{_AFTER}
"""  # noqa: S608 -- our own words
_LOST = """
    UPDATE subscribers SET state = 'stopped', reason = 'unreachable', evidence = '10月1日、10月5日、10月9日',
        stopped_at = (SELECT created_at FROM bulletins WHERE id = :newest - (subscribers.id / 300) % :many)
    WHERE id % 300 = 0
"""
OUTBOX_COLUMNS = (
    "letter_id, batch, once_key, address, domain, recipient_ref, lane, state, unwanted, parked, paced, attempts,"
    " created_at, due_at, expires_at, handed_at, ended_at, bounced_as"
)
# One letter in two hundred failed.
_TO_ALL = f"""
    INSERT INTO outbox ({OUTBOX_COLUMNS})
    SELECT 1, 'bulletin:' || b.id, 'bulletin:' || b.id, s.address, s.domain, s.id, 2,
        CASE WHEN s.id % 200 = 0 THEN 'failed' ELSE 'sent' END, (1 = 0), (1 = 0), (1 = 0), 1,
        b.started_at, b.started_at, b.started_at, b.started_at, b.finished_at, NULL
    FROM subscribers s, bulletins b WHERE s.state = 'active' AND s.in_city_list AND b.id = :number ORDER BY s.address
"""  # noqa: S608 -- our own words
_TO_THOSE = f"""
    INSERT INTO outbox ({OUTBOX_COLUMNS})
    SELECT 1, 'bulletin:' || b.id, 'bulletin:' || b.id, o.address, o.domain, o.recipient_ref, 2,
        CASE WHEN o.recipient_ref % 333 = 0 THEN 'failed' ELSE 'sent' END, (1 = 0), (1 = 0), (1 = 0), 1,
        b.started_at, b.started_at, b.started_at, b.started_at, b.finished_at, NULL
    FROM outbox o, bulletins b
    WHERE o.once_key = :mended AND o.state = 'sent' AND b.id = :number ORDER BY o.address
"""  # noqa: S608 -- our own words
# Two addresses in ten thousand fail with each; half of them are told of by a report.
_LATELY = f"""
    INSERT INTO outbox ({OUTBOX_COLUMNS})
    SELECT 1, 'bulletin:' || b.id, 'bulletin:' || b.id, s.address, s.domain, s.id, 2,
        CASE WHEN b.id % 2 = 0 THEN 'failed' ELSE 'sent' END, (1 = 0), (1 = 0), (1 = 0), 1,
        b.started_at, b.started_at, b.started_at, b.started_at, b.finished_at,
        CASE WHEN b.id % 2 = 0 THEN NULL ELSE 'gone' END
    FROM subscribers s JOIN bulletins b ON (b.id % 40) * 100 = s.id % 4000
    WHERE s.id % 100 = 0 AND b.state = 'sent' AND b.id > :from AND b.id < :to
"""  # noqa: S608 -- our own words
FACTS = """
    INSERT INTO bounce_facts
        (outbox_id, batch, domain, recipient_ref, bounce_class, counted, handed_at, known_at, evidence, source)
    SELECT id, batch, domain, recipient_ref,
        CASE id % 6 WHEN 0 THEN 'filtered' WHEN 1 THEN 'full' WHEN 2 THEN 'blocked' ELSE 'gone' END,
        id % 6 IN (1, 3, 4, 5), handed_at, handed_at, '550 5.1.1 no such user',
        CASE WHEN state = 'failed' THEN 'smtp' ELSE 'report' END
    FROM outbox WHERE (state = 'failed' OR bounced_as IS NOT NULL)
"""
# A batch whose rows are there is recounted from them; of the others the rows that did not go are there.
_RECOUNTED = """
    SELECT batch, domain, sum(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) AS failed,
        sum(CASE WHEN bounced_as IS NULL THEN 0 ELSE 1 END) AS bounced, count(*) AS number
    FROM outbox GROUP BY batch, domain
"""


def lose(session: Session, bulletins: int) -> None:
    """One address in three hundred was stopped after it had failed, over the last months."""
    session.execute(text(_LOST), {"newest": bulletins, "many": min(120, bulletins - 1)})


def deliver(session: Session, numbers: Numbers, newest: int) -> None:
    """The newest bulletin to everybody, its correction to those who had it; of some before it those who failed."""
    for statement in (_BATCHES, _LETTERS, _ORDERS, _TALLIES):
        session.execute(text(statement))
    session.execute(text(_TO_ALL), {"number": numbers.sent})
    session.execute(text(_TO_THOSE), {"mended": f"bulletin:{numbers.sent}", "number": numbers.correction})
    session.execute(text(_LATELY), {"from": newest - LATELY, "to": numbers.sent})
    session.execute(text(FACTS))
    _recount(session, whole={f"bulletin:{numbers.sent}", f"bulletin:{numbers.correction}"})


def _recount(session: Session, *, whole: set[str]) -> None:
    mine = "WHERE batch = :batch AND domain = :domain"
    for batch, domain, failed, bounced, number in session.execute(text(_RECOUNTED)).all():
        values = {"batch": batch, "domain": domain, "failed": int(failed), "bounced": int(bounced), "number": number}
        audience = ", audience = :number, sent = :number - :failed" if batch in whole else ", sent = audience - :failed"
        session.execute(text(f"UPDATE tallies SET failed = :failed, bounced = :bounced{audience} {mine}"), values)  # noqa: S608 -- our own words
    sums = "(SELECT sum(audience) FROM tallies WHERE batch = 'bulletin:' || bulletin_id)"
    session.execute(text(f"UPDATE publishing_orders SET audience = {sums} WHERE audience > 0"))  # noqa: S608 -- our own words
