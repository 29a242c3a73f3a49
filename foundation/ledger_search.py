"""Reading the ledger: the newest lines that answer a question, and all of them for export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from foundation.ledger import LedgerLine


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
    """At most `limit` lines, the newest first; with `before`, those older than that line."""
    query = select(LedgerLine).where(*_narrowed(question))
    if before is not None:
        query = query.where(LedgerLine.id < before)
    return session.scalars(query.order_by(LedgerLine.id.desc()).limit(limit)).all()


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
