"""Reading the ledger: the newest lines that answer a question, and all of them for export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from foundation.ledger import LedgerLine

NEAR = (5000, 50_000)  # lines, of which those of a busy room are many


@dataclass(frozen=True)
class Question:
    """What is looked for; what is empty does not narrow. `room` is the first word of an action (`bulletin`), `since`
    belongs to the span, `until` does not."""

    actor: str = ""
    room: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def newest(session: Session, question: Question, *, before: int | None = None, limit: int) -> Sequence[LedgerLine]:
    """At most `limit` lines, the newest first; with `before`, those older than that line.

    By the index of actions a database would sort all lines of a room, of which there may be a million: first those near
    the end are looked at one by one.
    """
    query = select(LedgerLine).order_by(LedgerLine.id.desc()).limit(limit)
    if before is not None:
        query = query.where(LedgerLine.id < before)
    if question.room and not question.actor and not question.subject:
        end = before if before is not None else session.scalar(select(func.max(LedgerLine.id))) or 0
        for lines in NEAR:
            found = session.scalars(_near(query, question, since=end - lines)).all()
            if len(found) == limit:
                return found
    return session.scalars(query.where(*_narrowed(question))).all()


def _near(query: Select[tuple[LedgerLine]], question: Question, *, since: int) -> Select[tuple[LedgerLine]]:
    in_time = Question(since=question.since, until=question.until)
    # With something added, so that no database goes by the index of actions.
    in_room = LedgerLine.action.concat("").startswith(f"{question.room}.", autoescape=True)
    return query.where(LedgerLine.id >= since, in_room, *_narrowed(in_time))


def lines(session: Session, question: Question) -> Iterator[LedgerLine]:
    """Every line that answers, oldest first, read in portions."""
    query = select(LedgerLine).where(*_narrowed(question)).order_by(LedgerLine.id)
    yield from session.scalars(query.execution_options(yield_per=500))


def _narrowed(question: Question) -> Iterator[ColumnElement[bool]]:
    if question.actor:
        yield LedgerLine.actor == question.actor
    if question.room:
        # A range rather than LIKE, so that the index of actions serves on both databases.
        yield LedgerLine.action >= f"{question.room}."
        yield LedgerLine.action < f"{question.room}/"
    if question.subject:
        yield LedgerLine.subject == question.subject
    if question.since is not None:
        yield LedgerLine.at >= question.since
    if question.until is not None:
        yield LedgerLine.at < question.until
