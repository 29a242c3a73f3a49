"""The reading of one inbound mail: its kind, and what a bounce says about an address.

A mail that breaks the reader is `other`, set aside and seen by a person: one stranger's mail must not stop the rest.
"""

import re
from dataclasses import dataclass, replace
from email.message import Message

from mailer.bounce_report.auto_reply import Refusal, automatic, is_daemon, is_null_sender
from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.evidence import reply_code
from mailer.bounce_report.failure import Failure, Scene, all_succeeded, read_failure, scene_of
from mailer.bounce_report.feedback import complainers, feedback_type
from mailer.bounce_report.human_text import report_text
from mailer.bounce_report.kind import Kind
from mailer.bounce_report.notification import Notification, notification_in
from mailer.bounce_report.recipients import addresses_in
from mailer.bounce_report.rules import Rules, shipped_rules
from mailer.mail_text import body_text, header_text, parse_mail

# Octets. What a report says stands before the letter it gives back; a mebibyte of empty status blocks is an attack.
LONGEST_READ = 131_072
SUCCESS = "a report of success"

_ENTRY = re.compile(r"<?touroku(?:-[^@\s]*)?@", re.IGNORECASE)
_REPLY_SUBJECT = re.compile(r"^(?:re|aw|sv|fwd?|wg|tr|返信|転送)\s*[:：]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """`counted` is the last word on whether this speaks against the address; `evidence` is for a person to read."""

    kind: Kind
    bounce_class: BounceClass | None = None
    counted: bool = False
    recipients: tuple[str, ...] = ()
    status: str | None = None
    evidence: str = ""
    feedback_type: str | None = None
    delayed: bool = False


def read_mail(
    raw: bytes,
    *,
    envelope_from: str | None = None,
    recipient: str | None = None,
    about: str | None = None,
    rules: Rules | None = None,
) -> Reading:
    """Never raises; None as `envelope_from` means that it is not known, and Return-Path is asked.

    `recipient` is the address of ours that the mail came to. Of a report about several it is asked what it says of
    `about`, where it names that address, and else of the first that failed.
    """
    try:
        message = parse_mail(raw[:LONGEST_READ])
        mail = Mail(message, envelope_from, recipient, about)
        return read_message(mail, rules or shipped_rules())
    except Exception as error:  # noqa: BLE001  (whatever a stranger's mail does to the reader, the next one is served)
        return Reading(Kind.OTHER, evidence=f"the reader failed: {type(error).__name__}")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it is to be read; see `read_mail`."""

    message: Message
    envelope_from: str | None = None
    recipient: str | None = None
    about: str | None = None


def read_message(mail: Mail, rules: Rules) -> Reading:
    """The same without the fence."""
    message, envelope_from = mail.message, mail.envelope_from
    text = report_text(message)
    notice = notification_in(body_text(message))
    if notice:
        return _of_notice(notice, rules)
    complaint = feedback_type(message, text)
    if complaint:
        named = addresses_in(complainers(message))
        return Reading(Kind.FEEDBACK, recipients=named, feedback_type=complaint, evidence=complaint)
    scene = scene_of(message, text).about(mail.about)
    if all_succeeded(scene.statuses) or (mail.about is not None and scene.has_reached(mail.about)):
        return Reading(Kind.OTHER, recipients=scene.recipients, evidence=SUCCESS)
    sender = header_text(message, "Return-Path") if envelope_from is None else envelope_from
    null = is_null_sender(sender) and (envelope_from is not None or bool(sender))
    if _is_bounce(message, scene, rules, sender="<>" if null else sender):
        found = _of_failure(read_failure(message, scene, rules))
        is_ours = mail.about is None or scene.may_be_about(mail.about)
        return found if is_ours else replace(found, counted=False)
    return _of_other(message, null=null, recipient=mail.recipient)


def _is_bounce(message: Message, scene: Scene, rules: Rules, *, sender: str) -> bool:
    """A machine's report is proof; words prove it only in a mail that a mailer seems to have written."""
    if scene.statuses and scene.chosen and (scene.chosen.action or scene.chosen.status):
        return True
    subject = header_text(message, "Subject")
    writer = header_text(message, "From")
    by_sender = bool(rules.senders.search(f"{writer} {sender}")) or is_daemon(sender.strip("<> "))
    by_subject = bool(rules.subjects.search(subject)) and not _REPLY_SUBJECT.match(subject)
    if not by_sender and not (by_subject and not sender):
        return bool(header_text(message, "X-Failed-Recipients"))
    line = " ".join(scene.text.split())
    return bool(rules.openings.search(line)) or (
        by_subject and (bool(scene.recipients) or reply_code(line) is not None)
    )


def _of_failure(failure: Failure) -> Reading:
    # A full mailbox empties again: it counts only at the end of the sender's tries.
    proved = failure.final or failure.bounce_class is not BounceClass.FULL
    return Reading(
        Kind.BOUNCE,
        bounce_class=None if failure.delayed else failure.bounce_class,
        counted=failure.bounce_class.counted and proved and not failure.delayed,
        recipients=failure.recipients,
        status=failure.status,
        evidence=failure.words,
        delayed=failure.delayed,
    )


def _of_notice(notice: Notification, rules: Rules) -> Reading:
    named = addresses_in(notice.recipients)
    if notice.event == "complaint":
        return Reading(Kind.FEEDBACK, recipients=named, feedback_type="abuse", evidence="a notice of Amazon SES")
    if notice.event != "bounce":
        return Reading(Kind.OTHER, recipients=named, evidence=f"a notice of Amazon SES: {notice.event}")
    return _of_failure(notice.failure(rules, named))


def _of_other(message: Message, *, null: bool, recipient: str | None) -> Reading:
    refusal = automatic(message)
    if refusal in {Refusal.AUTO_SUBMITTED, Refusal.AUTO_REPLY, Refusal.REPORT} or (null and refusal is None):
        return Reading(Kind.AUTO_REPLY, evidence=str(refusal or Refusal.NULL_SENDER))
    if is_daemon(header_text(message, "From").rpartition("<")[2].strip("> ")):
        return Reading(Kind.OTHER, evidence=str(Refusal.DAEMON))
    to = recipient or header_text(message, "To")
    if refusal is None and (_ENTRY.search(to) or not body_text(message)):
        return Reading(Kind.BLANK_MAIL, evidence="to the entry address" if _ENTRY.search(to) else "no text")
    return Reading(Kind.OTHER, evidence=str(refusal or ""))
