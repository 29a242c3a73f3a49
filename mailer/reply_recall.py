"""Recall of the service's own letters: what was not handed over is not sent, and the address goes from all of them."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from foundation import row_sets
from mailer import outbox
from mailer.outbox_tables import IS_REPLY, OPEN, OutboxRow


def recall(session: Session, address: str, replacement: str) -> None:
    """For an address that belongs to nobody who gets mail. A letter that is with a sender just now may still leave."""
    which = (IS_REPLY, OutboxRow.address == address, OutboxRow.state.in_(OPEN))
    row_sets.changed(session, update(OutboxRow).where(*which).values(unwanted=True))
    outbox.forget(session, address, replacement)
