"""The stationery: the service's own letters to residents and to staff, from their folders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from foundation.templating import LetterTemplate, read_letter
from mailer.letter import Letter
from mailer.outbox import Post
from mailer.outbox_tables import REPLIES, Lane
from subscribers.town import Town

NAMES = ("invitation", "registered", "stopped", "complained", "unread")
STAFF_NAMES = ("approval-asked", "approved-by-telephone", "sent-alone", "staff-invitation", "staff-password")
REPLY_LIFE = timedelta(days=2)  # a letter of ours that cannot be delivered is of no use afterwards


@dataclass(frozen=True)
class Stationery:
    """Writes letters in the town's name."""

    town: Town
    public_url: str
    templates: Mapping[str, LetterTemplate]

    @classmethod
    def read(cls, folder: Path, town: Town, public_url: str) -> "Stationery":
        """Raises TemplateBroken when a letter cannot be read."""
        return cls(town, public_url, {name: read_letter(folder / name) for name in (*NAMES, *STAFF_NAMES)})

    def letter(
        self,
        name: str,
        values: Mapping[str, object],
        *,
        links: dict[str, tuple[str, str]] | None = None,
        in_reply_to: str | None = None,
    ) -> Letter:
        """With `links`, the body may name `{{ me }}` and `{{ stop }}`, which each letter fills with its own."""
        template = self.templates[name]
        named = {link: f"{{{link}}}" for link in links or {}}
        context = {"town": self.town, "public_url": self.public_url, **named, **values}
        text = template.body(**context)
        return Letter(
            subject=template.subject(**context),
            body="" if links else text,
            tail=text if links else "",
            links=links or {},
            in_reply_to=in_reply_to,
        )


def as_reply(once_key: str, *, at: datetime) -> Post:
    """How a letter of the service itself travels: at once, whatever the hour."""
    return Post(batch=REPLIES, once_key=once_key, lane=Lane.REPLY, at=at, expires_at=at + REPLY_LIFE)
