"""Mail to a return path: the token in it names delivery and recipient, whatever the report says."""

import logging

from mailer import domain_pauses
from mailer.bounce_facts import Fact, Source, keep_fact
from mailer.bounce_report.auto_reply import is_daemon, is_no_reply, is_null_sender
from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.kind import Kind
from mailer.bounce_report.reading import SUCCESS
from mailer.outbox_tables import OutboxRow
from service.arrival import Arrival, Unreadable

log = logging.getLogger(__name__)


def keep_bounce(mail: Arrival) -> str:
    """Returns what was done. Raises Unreadable for what a mail server wrote and we do not understand."""
    reading, number = mail.reading, mail.own.number
    if number is None or reading.kind is not Kind.BOUNCE:
        if reading.kind is Kind.OTHER and is_null_sender(mail.row.envelope_from) and reading.evidence != SUCCESS:
            raise Unreadable(reading.evidence or "a report that is not understood")
        return "not counted: no bounce"
    if reading.delayed or reading.bounce_class is None:
        return "not counted: only delayed"
    fact = Fact(
        outbox_id=number,
        bounce_class=reading.bounce_class,
        # A report comes from a machine's null sender; what a person's address sends proves nothing.
        counted=reading.counted and _from_a_machine(mail.row.envelope_from),
        evidence=reading.evidence,
        source=Source.REPORT,
        status=reading.status,
    )
    if not keep_fact(mail.session, fact, handed_at=None, at=mail.at):
        return "known already"
    letter = mail.session.get_one(OutboxRow, number)
    if reading.bounce_class is not BounceClass.FILTERED:
        for domain in domain_pauses.look(mail.session, [(letter.batch, letter.domain)], at=mail.at):
            log.error("bounces from %s rose suddenly: paused until someone has looked at the console", domain)
    return f"bounce: {reading.bounce_class}"


def _from_a_machine(envelope_from: str) -> bool:
    """The null sender, or the names that mail servers which know no better give themselves."""
    return is_null_sender(envelope_from) or is_daemon(envelope_from) or is_no_reply(envelope_from)
