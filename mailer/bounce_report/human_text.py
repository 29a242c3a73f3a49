"""The person's part of a report: its words without the mail that is given back."""

import re
from email.message import Message

from mailer.mail_text import inner_parts, readable_text

# The reason for a failure stands at the beginning; nobody writes more than this before it.
LONGEST_REPORT = 20_000
_MOST_PARTS = 50

# From here on a report quotes our own letter, whose words must not be taken for a reason.
_GIVEN_BACK = re.compile(
    r"""^[>\ \t*=_-]{0,80}(?:
      (?:this\ is|below(?:\ this\ line)?\ is|here\ is|the\ following\ is)\ (?:a|the)
      \ (?:copy|(?:header|original|text|unmodified)\w*)
    | the\ (?:header|body|text)\ of\ the\ (?:original|message)
    | (?:the\ )?(?:original|returned|unsent|undelivered|bounced|failed|rejected)\ (?:e-?mail\ )?(?:message|mail)
      (?:\ (?:info|text|header|body|content|follow|below|attached|is\ |was\ included|returned)\w*.{0,40}|\ ?[:*=_-]*)$
    | (?:message|mail)\ headers?\ follow
    | start\ of\ (?:original\ )?message
    | (?:original|返送された|元の?)(?:の)?(?:メッセージ|メール)
    | ={10,}END
    | (?:return-path|received|dkim-signature|x-originating-ip|x-received)[ \t]?:\ ?\S
    )""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)


def report_text(message: Message) -> str:
    """All readable parts up to the letter that is given back; at most LONGEST_REPORT characters."""
    pieces: list[str] = []
    pending = [message]
    for _ in range(_MOST_PARTS):
        if not pending:
            break
        part = pending.pop()
        parts = inner_parts(part)
        kind = part.get_content_maintype()
        if kind == "multipart" and parts is not None:
            pending.extend(reversed(parts))
        elif kind == "text" and part.get_content_type() != "text/rfc822-headers":
            pieces.append(before_the_letter(readable_text(part)[: LONGEST_REPORT * 2]))
        elif kind == "multipart":
            # The boundary was never found: what there is, is one text.
            pieces.append(before_the_letter(readable_text(part)[: LONGEST_REPORT * 2]))
    return "\n\n".join(pieces)[:LONGEST_REPORT]


def before_the_letter(text: str) -> str:
    """What a report says before it gives the letter back."""
    cut = next((found.start() for found in _GIVEN_BACK.finditer(text) if text[: found.start()].strip()), len(text))
    return text[:cut]


def paragraphs(text: str) -> list[str]:
    """One line each, since mailers fold a reply in the middle of a word group."""
    return [" ".join(block.split()) for block in re.split(r"\n[ \t>]*\n", text) if block.strip()]
