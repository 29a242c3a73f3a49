"""Feedback reports (RFC 5965): whoever complains of our mail gets no more of it, and is told once how to come back.

Most reports leave the complainer's address out; the head of the letter that they give back names the resident. Only
fields that are the letter's own are believed: a bulletin that was forwarded or answered carries our tokens in its text
and its References, and who complains of that is somebody else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from sqlalchemy.orm import Session

from foundation.languages import Language
from foundation.tokens import Keyring
from mailer import outbox
from mailer.letter import BOUNCE_PURPOSE, MESSAGE_PURPOSE
from mailer.mail_text import header_text, inner_parts, parse_mail, part_text
from mailer.outbox import To
from mailer.outbox_tables import OutboxRow
from mailer.quiet import is_quiet
from service.arrival import Arrival, Unreadable
from subscribers import leaving
from subscribers.links import STOP, STOP_MAIL_PREFIX
from subscribers.stationery import Stationery, as_reply
from subscribers.tables import StopReason, Subscriber, SubscriberState

ACTOR = "rule:feedback"
# A wish not to get this mail; the other types (auth-failure, fraud, virus, not-spam, other) are counted by their kind.
WISHES = frozenset({"abuse", "opt-out", "opt-out-list"})

_MOST_PARTS = 50
_TOKEN = r"([a-z2-7]{18,30})"  # noqa: S105 -- a pattern
# Which field of a letter of ours holds which token, and whether that names the letter or its recipient.
_IN_FIELDS = (
    ("Message-ID", re.compile(rf"^<{_TOKEN}@"), MESSAGE_PURPOSE),
    ("Return-Path", re.compile(rf"^<?b-{_TOKEN}@"), BOUNCE_PURPOSE),
    ("Original-Mail-From", re.compile(rf"^<?b-{_TOKEN}@"), BOUNCE_PURPOSE),
    ("List-Unsubscribe", re.compile(rf"/{STOP}/{_TOKEN}>"), STOP),
    ("List-Unsubscribe", re.compile(rf"<mailto:{STOP_MAIL_PREFIX}{_TOKEN}@"), STOP),
)
_NAMES_A_LETTER = frozenset({BOUNCE_PURPOSE, MESSAGE_PURPOSE})


@dataclass(frozen=True)
class Complaints:
    """Works in the caller's transaction."""

    keyring: Keyring
    stationery: Stationery

    def heed(self, mail: Arrival) -> str:
        """Returns what was done. Raises Unreadable for a wish that names nobody, several, or somebody else."""
        kind = mail.reading.feedback_type
        if kind not in WISHES:
            return f"feedback: {kind}"
        subscriber = self._complainer(mail)
        if subscriber is None or subscriber.address is None:
            raise Unreadable(f"feedback: {kind}, which names nobody")
        if mail.reading.recipients and subscriber.address not in mail.reading.recipients:
            raise Unreadable(f"feedback: {kind}, which names somebody else")
        if subscriber.state != SubscriberState.ACTIVE:
            return f"feedback: {kind}, stopped already"
        leaving.stop(mail.session, subscriber.id, StopReason.COMPLAINT, by=ACTOR, at=mail.at)
        to = To(subscriber.address, subscriber.domain, None)
        post = as_reply(mail.once("complained"), at=mail.at)
        letter = self.stationery.letter("complained", {}, language=Language.of(subscriber.language))
        outbox.reply(mail.session, letter, post, to)
        return f"feedback: {kind}, stopped"

    def is_about_quiet(self, session: Session, message: Message) -> bool:
        """Whether the letter given back was a quiet one: its text names whoever passed it on."""
        for head in _heads(message):
            for field, token, purpose in _IN_FIELDS:
                for found in token.finditer(header_text(head, field).lower()) if purpose in _NAMES_A_LETTER else ():
                    letter = session.get(OutboxRow, self.keyring.read(purpose, found[1]) or 0)
                    if letter is not None and is_quiet(letter.batch):
                        return True
        return False

    def _complainer(self, mail: Arrival) -> Subscriber | None:
        """None also where the tokens name several."""
        named = {one.id: one for one in self._named(mail) if one is not None}
        return next(iter(named.values())) if len(named) == 1 else None

    def _named(self, mail: Arrival) -> Iterator[Subscriber | None]:
        if mail.own.number is not None:
            yield _whose(mail, BOUNCE_PURPOSE, mail.own.number)
        for head in _heads(mail.message):
            for field, token, purpose in _IN_FIELDS:
                for found in token.finditer(header_text(head, field).lower()):
                    number = self.keyring.read(purpose, found[1])
                    if number is not None:
                        yield _whose(mail, purpose, number)


def _whose(mail: Arrival, purpose: str, number: int) -> Subscriber | None:
    if purpose not in _NAMES_A_LETTER:
        return mail.session.get(Subscriber, number)
    letter = mail.session.get(OutboxRow, number)
    # A reply has no recipient but its address.
    ref = letter.recipient_ref if letter else None
    return None if ref is None else mail.session.get(Subscriber, ref)


def _heads(message: Message) -> Iterator[Message]:
    """Those of the report's own part, and of the letter given back."""
    for part in islice(message.walk(), 1, _MOST_PARTS):
        kind, inner = part.get_content_type(), inner_parts(part)
        if kind in ("message/rfc822", "message/feedback-report"):
            yield from inner[:1] if inner else [parse_mail(part_text(part).encode())]
        elif kind == "text/rfc822-headers":
            yield parse_mail(part_text(part).encode())
        if kind in ("message/rfc822", "text/rfc822-headers"):
            return
