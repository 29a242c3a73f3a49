"""The post-room: the one place that joins a kind of inbound mail to its handler.

Each mail is worked off in one transaction with its effects, so that a crash leaves it either untouched or done. Several
share a transaction: what a disk takes to be sure of one (milliseconds, or more) is waited for once a group.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database import OUTAGES, Database
from mailer import inbound
from mailer.bounce_report.kind import Kind
from mailer.bounce_report.reading import LONGEST_READ, Reading, read_mail
from mailer.inbound import InboundRow, InboundState
from mailer.mail_text import parse_mail
from mailer.outbox_tables import OutboxRow
from mailer.quiet import is_quiet
from service.arrival import Arrival, Unreadable
from service.bounce_mails import keep_bounce
from service.complaints import Complaints
from service.recipients import OwnAddress, Purpose, Recipients
from service.resident_mails import PUT_OFF, ResidentMails
from service.voice_mails import VoiceMails

log = logging.getLogger(__name__)

PUT_OFF_FOR = timedelta(minutes=1)
A_GROUP = 10  # mails; the door waits meanwhile, some 50 ms


@dataclass(frozen=True)
class _Read:
    """A mail that waits, as it was read; `own` is None where it came to no address of ours. What came back from a quiet
    letter leaves nothing that anybody could see or count."""

    number: int
    own: OwnAddress | None
    message: Message
    reading: Reading
    quiet: bool


@dataclass(frozen=True)
class PostRoom:
    """Works off stored mail, the oldest first."""

    database: Database
    clock: Clock
    recipients: Recipients
    residents: ResidentMails
    complaints: Complaints
    voices: VoiceMails

    def work(self) -> bool:
        """A group of mails; False when none is waiting. A mail that cannot be worked off is set aside alone, and the
        next served.

        Raises one of OUTAGES when the database does not answer: then nothing was done.
        """
        at = self.clock.now()
        with self.database.read() as session:
            waiting = [self._read(session, row) for row in inbound.next_new(session, at=at, most=A_GROUP)]
        if not waiting:
            return False
        # What strangers wrote is read before anybody is kept from writing.
        with self.database.write() as session:
            for mail in waiting:
                self._work_off(session, mail, at=at)
        return True

    def _read(self, session: Session, row: InboundRow) -> _Read:
        own = self.recipients.read(row.recipient.rpartition("@")[0])
        letter = session.get(OutboxRow, own.number) if own and own.purpose is Purpose.BOUNCE else None
        about = letter.address if letter else None
        reading = read_mail(row.raw, envelope_from=row.envelope_from, recipient=row.recipient, about=about)
        message = parse_mail(row.raw[:LONGEST_READ])
        complains = reading.kind is Kind.FEEDBACK and self.complaints.is_about_quiet(session, message)
        return _Read(row.id, own, message, reading, complains or (letter is not None and is_quiet(letter.batch)))

    def _work_off(self, session: Session, mail: _Read, *, at: datetime) -> None:
        row = inbound.take(session, mail.number)
        if row is None:
            return
        try:
            with session.begin_nested():
                row.note = self._handle(session, row, mail, at=at)
                if row.note == PUT_OFF:
                    row.not_before = at + PUT_OFF_FOR
                else:
                    row.state = InboundState.DONE.value
        except OUTAGES:
            raise
        except Exception as problem:  # noqa: BLE001 -- whatever it is, one mail must not stop the rest
            if not mail.quiet:
                log.error("mail %d was set aside: %s", mail.number, type(problem).__name__)
            reason = str(problem) if isinstance(problem, Unreadable) else type(problem).__name__
            inbound.set_aside(session, mail.number, reason)
        if mail.quiet and row.note != PUT_OFF:
            inbound.drop(session, mail.number)

    def _handle(self, session: Session, row: InboundRow, mail: _Read, *, at: datetime) -> str:
        """Returns the note that says what was done."""
        row.kind = mail.reading.kind.value if mail.own else Kind.OTHER.value
        if mail.own is None:
            return "no longer an address of ours"
        return self._handed_to(Arrival(session, row, mail.own, mail.message, mail.reading, at))

    def _handed_to(self, mail: Arrival) -> str:
        match mail.own.purpose:
            case Purpose.ENTRY:
                return self.residents.ask(mail)
            case Purpose.STOP:
                return self.residents.stop(mail)
            case Purpose.VOICE:
                return self.voices.hear(mail)
            case Purpose.BOUNCE | Purpose.FEEDBACK | Purpose.ANNOUNCED if mail.reading.kind is Kind.FEEDBACK:
                return self.complaints.heed(mail)
            case Purpose.BOUNCE:
                return keep_bounce(mail)
            case Purpose.ANNOUNCED:
                return self.residents.answer_to_us(mail)
            case Purpose.POSTMASTER | Purpose.FEEDBACK:
                return _for_people(mail)


def _for_people(mail: Arrival) -> str:
    """A mail that nobody's machine wrote, to postmaster or as a complaint, is left where staff see it."""
    if mail.reading.kind in (Kind.OTHER, Kind.FEEDBACK, Kind.BLANK_MAIL):
        raise Unreadable(f"{mail.own.purpose}: to be read by a person")
    return f"kept: {mail.own.purpose}"
