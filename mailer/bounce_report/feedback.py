"""Complaints: feedback reports of mail services (RFC 5965) and the two shapes that do not follow it."""

import re
from email.message import Message
from itertools import islice

from mailer.mail_text import decode_header_text, header_text, inner_parts, parameter, part_text

_MOST_PARTS = 200
_FIELD = re.compile(r"^Feedback-Type[ \t]*:[ \t]*([A-Za-z-]{1,40})", re.IGNORECASE | re.MULTILINE)
# Hotmail's junk mail report is a plain mail about a message from an address of ours.
_COMPLAINT_SUBJECT = re.compile(r"^complaint about message from [0-9a-f.:]+", re.IGNORECASE)
# Apple Mail's "unsubscribe" button writes to List-Unsubscribe in its user's name.
_OPT_OUT = re.compile(r"Apple Mail sent this email to unsubscribe", re.IGNORECASE)


def feedback_type(message: Message, text: str) -> str | None:
    """`abuse`, `opt-out`, `auth-failure`, … in lower-case; None where the mail is no feedback report."""
    for part in islice(message.walk(), _MOST_PARTS):
        if part.get_content_type() == "message/feedback-report":
            return _type_of(part)
    if (parameter(message, "report-type") or "").lower() == "feedback-report":
        stated = _FIELD.search(text)
        return stated[1].lower() if stated else "abuse"
    if is_complaint(message):
        return "abuse"
    return "opt-out" if _OPT_OUT.search(text) else None


def is_complaint(message: Message) -> bool:
    """Whether the subject alone says so, whose sender looks like a person's."""
    return bool(_COMPLAINT_SUBJECT.match(header_text(message, "Subject")))


def complainers(message: Message) -> tuple[str, ...]:
    """The recipients that a feedback report names, which most of them do not."""
    named: list[str] = []
    for part in islice(message.walk(), _MOST_PARTS):
        if part.get_content_type() == "message/feedback-report":
            for block in _blocks(part):
                fields = block.get_all("Original-Rcpt-To") or []
                named += [decode_header_text(str(field)).strip("<> ") for field in fields]
    return tuple(dict.fromkeys(filter(None, named)))


def _type_of(part: Message) -> str:
    for block in _blocks(part):
        stated = decode_header_text(str(block.get("Feedback-Type", ""))).lower()
        if stated:
            return stated
    found = _FIELD.search(part_text(part))
    return found[1].lower() if found else "other"


def _blocks(part: Message) -> list[Message]:
    return inner_parts(part) or []
