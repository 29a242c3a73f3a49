"""Whom a report is about; only what can be an address comes out of here."""

import re
from collections.abc import Collection, Iterable
from email.message import Message
from itertools import islice

from foundation.addresses import Address, AddressInvalid
from mailer.bounce_report.auto_reply import is_daemon
from mailer.mail_text import header_text, header_texts, part_text

MOST_RECIPIENTS = 50

_ADDRESS = re.compile(
    r"\"[^\"@\s]{1,64}\"@[A-Za-z0-9.-]{3,253}|[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{3,253}"
)
_TO = re.compile(r"^To:[ \t]*(.+)$", re.IGNORECASE | re.MULTILINE)


def addresses_in(texts: Iterable[str], *, but: Collection[str] = ()) -> tuple[str, ...]:
    """Normalised, each once, in their order."""
    found: dict[str, None] = {}
    for text in texts:
        for match in _ADDRESS.finditer(text):
            try:
                # A dot before is a carrier's, a dot behind is the end of a sentence.
                address = Address.parse(match[0].lstrip("'`*|/=?{}").rstrip(".-")).text
            except AddressInvalid:
                continue
            if address not in but:
                found[address] = None
            if len(found) == MOST_RECIPIENTS:
                return tuple(found)
    return tuple(found)


def recipients_in_words(message: Message, text: str) -> tuple[str, ...]:
    """From X-Failed-Recipients, else the words of the report, else the letter that was given back."""
    stated = addresses_in(header_texts(message, "X-Failed-Recipients"))
    if stated:
        return stated
    ours = set(addresses_in([*header_texts(message, "To"), *header_texts(message, "Delivered-To")]))
    ours.update(addresses_in([header_text(message, "From"), header_text(message, "Message-ID")]))
    named = [a for a in addresses_in([text], but=ours) if not is_daemon(a)]
    return tuple(named) or addresses_in(_returned_to(message))


def _returned_to(message: Message) -> list[str]:
    fields: list[str] = []
    for part in islice(message.walk(), 1, 20):
        if part.get_content_type() == "text/rfc822-headers":
            fields += _TO.findall(part_text(part))
        elif header_text(part, "To"):
            fields.append(header_text(part, "To"))
    return fields
