"""The post-room: the one place that joins a kind of inbound mail to its handler.

Each mail is worked off in one transaction with its effects, so that a crash leaves it either untouched or done.
"""

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from foundation.addresses import Address, AddressInvalid
from foundation.clock import Clock
from foundation.database import OUTAGES, Database
from mailer import domain_pauses, inbound, outbox
from mailer.answer_caps import Leave, Road, may_answer
from mailer.bounce_facts import Fact, Source, keep_fact
from mailer.bounce_report.auto_reply import is_daemon, is_no_reply, is_null_sender, may_be_answered
from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.kind import Kind
from mailer.bounce_report.reading import SUCCESS, Reading, read_mail
from mailer.inbound import InboundRow, InboundState
from mailer.mail_text import header_text, parse_mail
from mailer.outbox import To
from mailer.outbox_tables import OutboxRow
from service.recipients import OwnAddress, Purpose, Recipients
from subscribers import leaving
from subscribers.registration import Registration, Request
from subscribers.stationery import as_reply
from subscribers.tables import StopReason

log = logging.getLogger(__name__)

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,198}>")


PUT_OFF = "put off: too many ask at once"
PUT_OFF_FOR = timedelta(minutes=1)


class Unreadable(Exception):
    """The mail is damaged so that nothing sure can be said of it; a person looks at it."""


@dataclass(frozen=True)
class PostRoom:
    """Works off stored mail, the oldest first."""

    database: Database
    clock: Clock
    domain: str
    recipients: Recipients
    registration: Registration

    def work(self) -> bool:
        """One mail; False when none is waiting. A mail that cannot be worked off is set aside, and the next served.

        Raises one of OUTAGES when the database does not answer: then nothing was done.
        """
        number = None
        try:
            with self.database.write() as session:
                at = self.clock.now()
                row = inbound.next_new(session, at=at)
                if row is None:
                    return False
                number = row.id
                row.note = self._handle(session, row, at=at)
                if row.note == PUT_OFF:
                    row.not_before = at + PUT_OFF_FOR
                else:
                    row.state = InboundState.DONE.value
        except OUTAGES:
            raise
        except Exception as problem:
            if number is None:
                raise
            log.error("mail %d was set aside: %s", number, type(problem).__name__)
            with self.database.write() as session:
                reason = str(problem) if isinstance(problem, Unreadable) else type(problem).__name__
                inbound.set_aside(session, number, reason)
        return True

    def _handle(self, session: Session, row: InboundRow, *, at: datetime) -> str:
        """Returns the note that says what was done."""
        own = self.recipients.read(row.recipient.rpartition("@")[0])
        if own is None:
            row.kind = Kind.OTHER.value
            return "no longer an address of ours"
        letter = session.get(OutboxRow, own.number) if own.purpose is Purpose.BOUNCE else None
        about = letter.address if letter else None
        reading = read_mail(row.raw, envelope_from=row.envelope_from, recipient=row.recipient, about=about)
        row.kind = reading.kind.value
        match own.purpose:
            case Purpose.ENTRY:
                return self._entry(session, row, own, at=at)
            case Purpose.BOUNCE:
                return self._bounce(session, row, own, reading, at=at)
            case Purpose.STOP:
                return self._stop(session, row, own, at=at)
            case Purpose.POSTMASTER | Purpose.FEEDBACK | Purpose.ANNOUNCED:
                return self._for_people(reading, own)

    def _entry(self, session: Session, row: InboundRow, own: OwnAddress, *, at: datetime) -> str:
        """The content does not matter; the envelope sender is who asks."""
        message = parse_mail(row.raw)
        refusal = may_be_answered(message, envelope_from=row.envelope_from, own_domains=(self.domain,))
        if refusal is not None:
            row.kind = Kind.OTHER.value if row.kind == Kind.BLANK_MAIL else row.kind
            return f"not answered: {refusal}"
        try:
            address = Address.parse(row.envelope_from)
        except AddressInvalid:
            return "not answered: the sender's address cannot exist"
        row.kind = Kind.BLANK_MAIL.value
        request = Request(address, place=own.place, language=own.language, in_reply_to=_message_id(message))
        leave = self.registration.invite(session, request, at=at)
        return {Leave.YES: "invited", Leave.LATER: PUT_OFF, Leave.NO: "not answered: enough answers for now"}[leave]

    def _bounce(self, session: Session, row: InboundRow, own: OwnAddress, reading: Reading, *, at: datetime) -> str:
        """The token names delivery and recipient, whatever the report says."""
        if own.number is None or reading.kind is not Kind.BOUNCE:
            # A mail server wrote, and we do not understand it: somebody should look, rather than nobody.
            if reading.kind is Kind.OTHER and is_null_sender(row.envelope_from) and reading.evidence != SUCCESS:
                raise Unreadable(reading.evidence or "a report that is not understood")
            return "not counted: no bounce"
        if reading.delayed or reading.bounce_class is None:
            return "not counted: only delayed"
        fact = Fact(
            outbox_id=own.number,
            bounce_class=reading.bounce_class,
            # A report comes from a machine's null sender; what a person's address sends proves nothing.
            counted=reading.counted and _from_a_machine(row.envelope_from),
            evidence=reading.evidence,
            source=Source.REPORT,
            status=reading.status,
        )
        if not keep_fact(session, fact, handed_at=None, at=at):
            return "known already"
        letter = session.get_one(OutboxRow, own.number)
        if reading.bounce_class is not BounceClass.FILTERED:
            for domain in domain_pauses.look(session, [(letter.batch, letter.domain)], at=at):
                log.error("bounces from %s rose suddenly: paused until someone has looked at the console", domain)
        return f"bounce: {reading.bounce_class}"

    def _stop(self, session: Session, row: InboundRow, own: OwnAddress, *, at: datetime) -> str:
        """The token is the authority; a machine's answer to it is not a wish."""
        refusal = may_be_answered(parse_mail(row.raw), envelope_from=row.envelope_from, own_domains=(self.domain,))
        if own.number is None or refusal is not None:
            return f"not stopped: {refusal}"
        subscriber = leaving.stop(session, own.number, StopReason.LEFT, by="resident", at=at)
        if subscriber is None or subscriber.address is None:
            return "not stopped: erased already"
        leave = may_answer(session, self.registration.keyring, subscriber.address, road=Road.MAIL, at=at)
        if leave is Leave.YES:
            letter = self.registration.stationery.letter("stopped", {})
            to = To(subscriber.address, subscriber.domain, None)
            outbox.reply(session, letter, as_reply(f"stopped:{row.id}", at=at), to)
        return "stopped"

    def _for_people(self, reading: Reading, own: OwnAddress) -> str:
        """A mail that nobody's machine wrote, to postmaster or as a complaint, is left where staff see it."""
        wants_a_person = own.purpose in (Purpose.POSTMASTER, Purpose.FEEDBACK)
        if wants_a_person and reading.kind in (Kind.OTHER, Kind.FEEDBACK, Kind.BLANK_MAIL):
            raise Unreadable(f"{own.purpose}: to be read by a person")
        return f"kept: {own.purpose}"


def _message_id(message: object) -> str | None:
    """For In-Reply-To; anything but one plain identifier is left out."""
    found = header_text(message, "Message-ID").strip()  # type: ignore[arg-type]  # parse_mail gave the message
    return found if _MESSAGE_ID.fullmatch(found) else None


def _from_a_machine(envelope_from: str) -> bool:
    """The null sender, or the names that mail servers which know no better give themselves."""
    return is_null_sender(envelope_from) or is_daemon(envelope_from) or is_no_reply(envelope_from)
