"""The tallies: what became of each batch, by domain and sender, added up as it happens."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Select, String, TextClause, delete, func, insert, select, text
from sqlalchemy.orm import Session

from foundation import row_sets
from foundation.database import is_sqlite
from mailer.outbox_tables import BatchRow, State, TallyRow, TallySumRow

BOUNCED = "bounced"
AUDIENCE = "audience"
# In place of a sender's name: what took ends back, what set counts right, and what was merged.
AGAIN, REPAIR, MERGED = "again", "repair", "merged"
_COLUMNS = ("sent", "failed", "suppressed", "expired", "deferred", BOUNCED, AUDIENCE)


_NOTHING = dict.fromkeys(_COLUMNS, 0)
_PLACE = ("batch", "domain")
_MOVED = row_sets.RowSet("moved", {**dict.fromkeys(_PLACE, String()), **dict.fromkeys(_COLUMNS, BigInteger())})


@row_sets.Prepared
def _added(*, sqlite: bool) -> TextClause:
    # Without a condition SQLite misreads ON CONFLICT after a SELECT.
    return text(f"""
        INSERT INTO tallies (sender, {", ".join((*_PLACE, *_COLUMNS))})
        SELECT CAST(:sender AS VARCHAR), {", ".join(f"moved.{name}" for name in (*_PLACE, *_COLUMNS))}
        FROM {_MOVED.written_out(sqlite=sqlite)} WHERE true
        ON CONFLICT (batch, domain, sender)
        DO UPDATE SET {", ".join(f"{name} = tallies.{name} + excluded.{name}" for name in _COLUMNS)}
    """)  # noqa: S608 -- our own names


@row_sets.Prepared
def _added_to_sums(*, sqlite: bool) -> TextClause:
    told = ", ".join(f"CAST(sum(moved.{name}) AS BIGINT) AS {name}" for name in _COLUMNS)
    return text(f"""
        UPDATE tally_sums SET {", ".join(f"{name} = tally_sums.{name} + told.{name}" for name in _COLUMNS)}
        FROM (
            SELECT moved.batch AS batch, {told} FROM {_MOVED.written_out(sqlite=sqlite)} GROUP BY moved.batch
        ) AS told WHERE tally_sums.batch = told.batch
    """)  # noqa: S608 -- our own names


@dataclass(frozen=True)
class Change:
    """By how much the counts of one domain in one batch move; queued rows are nobody's count."""

    batch: str
    domain: str
    by: Mapping[str, int]


@dataclass(frozen=True)
class Counts:
    """The sums of a batch. `bounced` is a part of sent; `deferred` is how many wait for another try now; `audience` is
    how many letters were made, where whoever made them told."""

    sent: int = 0
    failed: int = 0
    suppressed: int = 0
    expired: int = 0
    deferred: int = 0
    bounced: int = 0
    audience: int = 0

    @property
    def queued(self) -> int:
        return max(0, self.audience - self.ended - self.deferred)

    @property
    def ended(self) -> int:
        return self.sent + self.failed + self.suppressed + self.expired

    @property
    def not_reached(self) -> int:
        return self.failed + self.expired + self.bounced


def add(session: Session, sender: str, changes: Iterable[Change]) -> None:
    """Adds in the caller's transaction, all places in one statement, and what changes sums that are kept in another."""
    moved = _moved(changes)
    if moved is not None:
        _added.changed(session, {"sender": sender, **moved})
        _added_to_sums.changed(session, moved)


def _moved(changes: Iterable[Change]) -> Mapping[str, str] | None:
    """None where nothing moves."""
    sums: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(_COLUMNS, 0))
    for change in changes:
        for name, by in change.by.items():
            if name != State.QUEUED:
                sums[(change.batch, change.domain)][name] += by
    rows = [(*place, *(by[name] for name in _COLUMNS)) for place, by in sorted(sums.items())]
    return _MOVED.values(rows) if rows else None


def of(session: Session, batch: str) -> Counts:
    """The sums over all domains and senders."""
    columns = [func.coalesce(func.sum(TallyRow.__table__.c[name]), 0) for name in _COLUMNS]
    row = session.execute(select(*columns).where(TallyRow.batch == batch)).one()
    return Counts(*(int(n) for n in row))


def of_each(session: Session, batches: Select[tuple[str]]) -> dict[str, Counts]:
    """The sums of many batches at once; one that has none yet is missing."""
    kept = select(TallySumRow.batch, *(TallySumRow.__table__.c[name] for name in _COLUMNS))
    known = row_sets.fetched(session, kept.where(TallySumRow.batch.in_(batches)))
    # Left out of the batches that are asked for, not row by row.
    rest = batches.except_(select(TallySumRow.batch))
    added = row_sets.fetched(session, _summed().where(TallyRow.batch.in_(rest)))
    return {row[0]: Counts(*(int(number) for number in row[1:])) for row in (*added, *known)}


def sum_up(session: Session, *, ended_before: datetime, limit: int) -> int:
    """Keeps the sums of some batches that had ended by then, and returns of how many; 0 is the end."""
    old = select(BatchRow.batch).where(
        BatchRow.ended_at < ended_before, BatchRow.batch.not_in(select(TallySumRow.batch))
    )
    batches = session.scalars(old.order_by(BatchRow.ended_at, BatchRow.batch).limit(limit)).all()
    if not batches:
        return 0
    if not is_sqlite(session):
        # Whoever adds meanwhile waits, and finds the sums then; whoever has added is done before this goes on.
        session.execute(text("LOCK TABLE tallies IN SHARE ROW EXCLUSIVE MODE"))
    found = session.execute(_summed().where(TallyRow.batch.in_(batches)))
    sums = {row[0]: dict(zip(_COLUMNS, map(int, row[1:]), strict=True)) for row in found}
    session.execute(insert(TallySumRow), [{"batch": each, **sums.get(each, _NOTHING)} for each in batches])
    return len(batches)


def _summed() -> Select[tuple[str]]:
    columns = [func.sum(TallyRow.__table__.c[name]).label(name) for name in _COLUMNS]
    return select(TallyRow.batch, *columns).group_by(TallyRow.batch)


def by_domain(session: Session, batch: str) -> dict[str, Counts]:
    """The sums of each recipient domain, the largest first."""
    columns = [func.sum(TallyRow.__table__.c[name]) for name in _COLUMNS]
    rows = session.execute(
        select(TallyRow.domain, *columns).where(TallyRow.batch == batch).group_by(TallyRow.domain)
    ).all()
    counted = {row[0]: Counts(*(int(n) for n in row[1:])) for row in rows}
    return dict(
        sorted(counted.items(), key=lambda item: (-max(item[1].audience, item[1].ended + item[1].deferred), item[0]))
    )


def many_rows(session: Session, batch: str, *, beyond: int = 1) -> bool:
    """Whether there are more than so many rows a domain on average: each life of a sender leaves its own."""
    counts = select(func.count(), func.count(TallyRow.domain.distinct())).where(*_mergeable(batch))
    rows, domains = session.execute(counts).one()
    return int(rows) > beyond * int(domains)


def merge(session: Session, batch: str) -> None:
    """Makes one row of a domain's many; the sums stay, those that are kept too."""
    columns = [TallyRow.__table__.c[name] for name in _COLUMNS]
    gone = session.execute(delete(TallyRow).where(*_mergeable(batch)).returning(TallyRow.domain, *columns)).all()
    moved = _moved(Change(batch, row[0], dict(zip(_COLUMNS, row[1:], strict=True))) for row in gone)
    if moved is not None:
        _added.changed(session, {"sender": MERGED, **moved})


def _mergeable(batch: str) -> tuple[ColumnElement[bool], ...]:
    """What took something back is left apart: counters that are shown without it must not fall."""
    return TallyRow.batch == batch, TallyRow.sender.not_in((AGAIN, REPAIR))
