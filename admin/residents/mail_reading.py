"""A stranger's mail as staff read it: the headers that matter, the text, and the names of what is attached.

All of it is text, and nothing a sender writes can turn the page's own words around or hide them.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import islice

from mailer import mail_text
from mailer.bounce_report.auto_reply import is_null_sender
from mailer.mail_attachments import Attachment, attachments, is_attached

LONGEST_SHOWN = 20_000  # characters; what is said is said by then
LONGEST_LINE = 300
MOST_ATTACHED = 20

# Control characters, and those that turn the direction of writing: `exe.txt` can be written to look like `txt.exe`.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_ADDRESS = re.compile(r"[^<>\s\",;:]+@[^<>\s\",;:]+")


@dataclass(frozen=True)
class MailReading:
    """`cut` says that more text followed, `unlisted` how many more attachments; `reply_to` is the envelope's sender,
    empty for a mail that nobody may answer; `differs` says that From names somebody else."""

    date: datetime | None
    date_text: str
    sender: str
    to: str
    subject: str
    auto_submitted: str
    by_machine: bool
    reply_to: str
    differs: bool
    text: str
    cut: bool
    attached: tuple[Attachment, ...]
    unlisted: int


def read(raw: bytes, *, envelope_from: str) -> MailReading:
    message = mail_text.parse_mail(raw)
    text = legible(mail_text.body_text(message, leave_out=is_attached))
    attached = list(attachments(message))
    sender, auto = _line(message, "From"), _line(message, "Auto-Submitted")
    reply_to = "" if is_null_sender(envelope_from) else legible(envelope_from)
    named = _ADDRESS.findall(sender)
    return MailReading(
        date=sent_at(message),
        date_text=_line(message, "Date"),
        sender=sender,
        to=_line(message, "To"),
        subject=_line(message, "Subject"),
        auto_submitted=auto,
        by_machine=bool(auto) and not auto.lower().startswith("no"),
        reply_to=reply_to,
        differs=bool(reply_to and named) and reply_to.lower() not in {each.lower() for each in named},
        text=text[:LONGEST_SHOWN],
        cut=len(text) > LONGEST_SHOWN,
        attached=tuple(_shown(each) for each in islice(attached, MOST_ATTACHED)),
        unlisted=max(0, len(attached) - MOST_ATTACHED),
    )


def legible(text: str) -> str:
    """Line breaks and tabs stay; each character that would not be seen, but do something, is seen."""
    return _UNSEEN.sub("\ufffd", text)


def sent_at(message: Message) -> datetime | None:
    """As the sender's clock said; None where that is no date."""
    try:
        at = parsedate_to_datetime(mail_text.header_text(message, "Date"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _line(message: Message, name: str) -> str:
    return legible(mail_text.header_text(message, name))[:LONGEST_LINE]


def _shown(attachment: Attachment) -> Attachment:
    return Attachment(legible(attachment.name)[:LONGEST_LINE], legible(attachment.kind)[:80])
