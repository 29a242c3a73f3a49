"""The machine's part of a report: every recipient in every delivery-status part (RFC 3464, RFC 6533)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from mailer.mail_text import decode_header_text, inner_parts, part_text

MOST_PARTS = 200  # of a mail, and blocks of a part

_FIELD = re.compile(
    r"^(Reporting-MTA|Final-Recipient|Original-Recipient|Action|Status|Remote-MTA|Diagnostic-Code)[ \t]*:[ \t]*(.*)$",
    re.IGNORECASE,
)
_SHORT_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+")
_RECIPIENT = frozenset({"final-recipient", "original-recipient"})
_TYPES = {"message/delivery-status", "message/global-delivery-status"}


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """What one report says of one recipient; fields that are absent are empty. `action` is lower-case."""

    recipient: str
    action: str
    status: str
    diagnostic: str
    remote_host: str


def delivery_statuses(message: Message) -> tuple[DeliveryStatus, ...]:
    """All recipients of all status parts, in their order; a part that was not parsed is read as text."""
    found: list[DeliveryStatus] = []
    for part in islice(message.walk(), MOST_PARTS):
        if part.get_content_type() in _TYPES:
            found += _of_blocks(_blocks(part))
    return tuple(found)


def statuses_in_text(text: str) -> tuple[DeliveryStatus, ...]:
    """The same fields where a mailer wrote them into plain text, as Amazon WorkMail does."""
    return tuple(_of_blocks(_text_blocks(text)))


def _blocks(part: Message) -> Iterator[Mapping[str, str]]:
    blocks = inner_parts(part)
    if blocks is None:
        yield from _text_blocks(part_text(part))
        return
    for block in blocks[:MOST_PARTS]:
        # Of a field that comes twice the first one stands.
        yield {name.lower(): decode_header_text(str(value)) for name, value in reversed([*block.raw_items()])}
        if part.get_content_type() != "message/delivery-status":
            # The library reads a global report as one enclosed mail: its later blocks are that mail's body.
            yield from _text_blocks(part_text(block))


def _text_blocks(text: str) -> Iterator[Mapping[str, str]]:
    """A recipient's field begins a new block where the last block has one and something stood between."""
    fields: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        field = _FIELD.match(line.strip())
        if field:
            name = field[1].lower()
            if name in _RECIPIENT and fields.keys() & _RECIPIENT and (not last or name in fields):
                yield fields
                fields = {}
            fields.setdefault(name, field[2].strip())
            last = name
        elif last == "diagnostic-code" and line[:1] in {" ", "\t"} and line.strip():
            fields[last] += " " + line.strip()
        else:
            last = ""
    if fields:
        yield fields


def _of_blocks(blocks: Iterable[Mapping[str, str]]) -> Iterator[DeliveryStatus]:
    for block in blocks:
        recipient = _without_type(block.get("final-recipient") or block.get("original-recipient") or "")
        action = block.get("action", "").split(" ")[0].lower().strip("();")
        status = _SHORT_STATUS.search(block.get("status", ""))
        diagnostic = _without_type(block.get("diagnostic-code", ""))
        if recipient or action or status or diagnostic:
            host = _HOST.search(_without_type(block.get("remote-mta", "")))
            yield DeliveryStatus(
                recipient=recipient,
                action=action,
                status=status[1] if status else "",
                diagnostic=" ".join(diagnostic.split()),
                remote_host=host[0].lower() if host else "",
            )


def _without_type(value: str) -> str:
    """`rfc822; a@example.jp` and `smtp; 550 …` without the part before the semicolon."""
    kind, semicolon, rest = value.partition(";")
    return rest.strip() if semicolon and re.fullmatch(r"[A-Za-z0-9-]{1,20}", kind.strip()) else value.strip()
