"""An arrival: one mail that came in, read, with the address of ours it came to."""

from dataclasses import dataclass
from datetime import datetime
from email.message import Message

from sqlalchemy.orm import Session

from mailer.bounce_report.reading import Reading
from mailer.inbound import InboundRow
from service.recipients import OwnAddress


class Unreadable(Exception):
    """The mail is such that nothing sure can be said of it; a person looks at it."""


@dataclass(frozen=True)
class Arrival:
    """What a handler is given; it works in this session, which is the caller's transaction."""

    session: Session
    row: InboundRow
    own: OwnAddress
    message: Message
    reading: Reading
    at: datetime

    def once(self, letter: str) -> str:
        """The key of an answer to this mail; numbers of mails come again once old ones are forgotten."""
        return f"{letter}:{self.row.id}:{self.at.timestamp():.6f}"
