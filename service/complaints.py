"""Feedback reports (RFC 5965): whoever complains of our mail gets no more of it, and is told once how to come back.

Most reports leave the complainer's address out; the tokens in the letter that they give back name the resident.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from foundation.tokens import Keyring
from mailer import outbox
from mailer.letter import BOUNCE_PURPOSE, MESSAGE_PURPOSE
from mailer.mail_text import decode_header_text, part_text
from mailer.outbox import To
from mailer.outbox_tables import OutboxRow
from service.arrival import Arrival, Unreadable
from subscribers import leaving
from subscribers.links import PREFERENCES, STOP, STOP_MAIL_PREFIX
from subscribers.stationery import Stationery, as_reply
from subscribers.tables import StopReason, Subscriber, SubscriberState

ACTOR = "rule:feedback"
# A wish not to get this mail; the other types (auth-failure, fraud, virus, not-spam, other) are counted by their kind.
WISHES = frozenset({"abuse", "opt-out", "opt-out-list"})

_MOST_PARTS = 50
_MOST_TOKENS = 50
_MARK = rf"(?<![a-z2-7])(?:b-|{STOP_MAIL_PREFIX})|/{STOP}/|/{PREFERENCES}/|<"
_TOKEN = re.compile(rf"({_MARK})([a-z2-7]{{18,30}})(?![a-z2-7])")
_PURPOSES = {
    "b-": BOUNCE_PURPOSE,
    "<": MESSAGE_PURPOSE,
    STOP_MAIL_PREFIX: STOP,
    f"/{STOP}/": STOP,
    f"/{PREFERENCES}/": PREFERENCES,
}
_NAMES_A_LETTER = frozenset({BOUNCE_PURPOSE, MESSAGE_PURPOSE})


@dataclass(frozen=True)
class Complaints:
    """Works in the caller's transaction."""

    keyring: Keyring
    stationery: Stationery

    def heed(self, mail: Arrival) -> str:
        """Returns what was done. Raises Unreadable for a wish that names nobody."""
        kind = mail.reading.feedback_type
        if kind not in WISHES:
            return f"feedback: {kind}"
        subscriber = self._complainer(mail)
        if subscriber is None or subscriber.address is None:
            raise Unreadable(f"feedback: {kind}, which names nobody")
        if subscriber.state != SubscriberState.ACTIVE:
            return f"feedback: {kind}, stopped already"
        leaving.stop(mail.session, subscriber.id, StopReason.COMPLAINT, by=ACTOR, at=mail.at)
        to = To(subscriber.address, subscriber.domain, None)
        post = as_reply(f"complained:{mail.row.id}", at=mail.at)
        outbox.reply(mail.session, self.stationery.letter("complained", {}), post, to)
        return f"feedback: {kind}, stopped"

    def _complainer(self, mail: Arrival) -> Subscriber | None:
        if mail.own.number is not None:
            return _of_letter(mail, mail.own.number)
        for mark, token in islice(_tokens(mail.message), _MOST_TOKENS):
            purpose = _PURPOSES[mark]
            number = self.keyring.read(purpose, token)
            if number is not None:
                if purpose in _NAMES_A_LETTER:
                    return _of_letter(mail, number)
                return mail.session.get(Subscriber, number)
        return None


def _of_letter(mail: Arrival, number: int) -> Subscriber | None:
    """A reply has no recipient but its address."""
    letter = mail.session.get(OutboxRow, number)
    if letter is None or letter.recipient_ref is None:
        return None
    return mail.session.get(Subscriber, letter.recipient_ref)


def _tokens(message: Message) -> Iterator[tuple[str, str]]:
    for part in islice(message.walk(), _MOST_PARTS):
        for text in _texts(part):
            for found in _TOKEN.finditer(text.lower()):
                yield found[1], found[2]


def _texts(part: Message) -> Iterator[str]:
    for _, value in part.raw_items():
        yield decode_header_text(value if isinstance(value, str) else str(value))
    if not isinstance(part.get_payload(), list):
        yield part_text(part)
