"""Quiet batches: letters that travel like all others, and of which nothing is shown, counted or told to anybody.

What a person decides for themselves leaves by them: a liaison's forward, and the code that is asked for before it.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, not_
from sqlalchemy.orm import InstrumentedAttribute, Session

from mailer import outbox
from mailer.outbox_tables import BatchRow, BatchState

PREFIX = "quiet:"
CODES = f"{PREFIX}codes"  # letters of the service itself that only somebody who wishes to forward asks for


def quiet(batch: str) -> str:
    """The name of the quiet batch beside this one."""
    return f"{PREFIX}{batch}"


def is_quiet(batch: str) -> bool:
    return batch.startswith(PREFIX)


def aloud(batch: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Rows of all batches but quiet ones."""
    return not_(in_quiet(batch))


def in_quiet(batch: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return batch.startswith(PREFIX, autoescape=True)


def follow(session: Session, batch: str, state: BatchState, *, at: datetime) -> None:
    """What is done to a batch is done to the quiet one beside it, where there is one that was not withdrawn."""
    beside = session.get(BatchRow, quiet(batch), populate_existing=True)
    if beside is not None and beside.state not in (BatchState.WITHDRAWN, state):
        outbox.set_batch(session, beside.batch, state, at=at)
