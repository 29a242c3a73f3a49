"""What a stranger's mail has attached: named, never opened. Nothing here raises."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from mailer.mail_text import decode_header_text

_NAMING = frozenset({"content-disposition", "content-type"})


@dataclass(frozen=True)
class Attachment:
    """`name` is the sender's word, empty where there is none; `kind` is what the sender calls it, `application/pdf`."""

    name: str
    kind: str


def attachments(message: Message) -> Iterator[Attachment]:
    """In their order. A mail within the mail is one of them, and what it holds is not looked at; a mail that is one
    text is no attachment, whatever it calls itself."""
    pending = [message]
    while pending:
        part = pending.pop()
        inner = part.get_payload()
        if isinstance(inner, list) and part.get_content_maintype() != "message":
            pending.extend(each for each in reversed(inner) if isinstance(each, Message))
        elif is_attached(part) and (part is not message or part.get_content_maintype() != "text"):
            yield Attachment(_name(part), part.get_content_type())


def is_attached(part: Message) -> bool:
    """Whether a part that holds no others is to be saved rather than read."""
    if part.get_content_maintype() not in {"text", "multipart"}:
        return True
    return part.get_content_disposition() == "attachment" or bool(_name(part))


def _name(part: Message) -> str:
    """From Content-Disposition, else from Content-Type, where old mailers put it."""
    fields = Message()
    for field, value in part.raw_items():
        if field.lower() in _NAMING:
            # What the email package makes of raw octets is lost to `get_filename`.
            fields[field] = str(value) if str(value).isascii() else decode_header_text(str(value))
    try:
        return decode_header_text(fields.get_filename() or "")
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""
