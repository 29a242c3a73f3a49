"""The stationery: the service's own letters to residents and to staff, from their folders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from foundation.languages import Language
from foundation.spoken_letters import SpokenLetter
from mailer.letter import Letter
from mailer.outbox import Post
from mailer.outbox_tables import REPLIES, Lane
from subscribers.spoken_town import spoken
from subscribers.town import Town

NAMES = (
    *("invitation", "registered", "links", "moved", "stopped", "complained", "unread"),
    *("voice-received", "voice-answered"),
    *("circle-invitation", "circle-unknown", "circle-joined"),
)
JAPANESE_NAMES = (
    *("liaison-asked", "liaison-own-page"),
    *("forward-code", "liaison-link"),
    *("meeting-invitation", "meeting-changed", "meeting-called-off"),
)
STAFF_NAMES = (
    *("approval-asked", "approved-by-telephone", "sent-alone", "meeting-asked"),
    *("staff-invitation", "staff-password"),
)
REPLY_LIFE = timedelta(days=2)  # a letter of ours that cannot be delivered is of no use afterwards


@dataclass(frozen=True)
class Stationery:
    """Writes letters in the town's name; those to residents in each language."""

    town: Town
    public_url: str
    templates: Mapping[str, SpokenLetter]
    towns: Mapping[Language, Town]

    @classmethod
    def read(cls, folder: Path, town: Town, public_url: str) -> "Stationery":
        """Raises TemplateBroken when a letter cannot be read."""
        residents = {name: SpokenLetter.read(folder / name) for name in NAMES}
        staff = {name: SpokenLetter.in_japanese(folder / name) for name in (*STAFF_NAMES, *JAPANESE_NAMES)}
        return cls(town, public_url, {**residents, **staff}, {each: spoken(town, each) for each in Language})

    def letter(
        self,
        name: str,
        values: Mapping[str, object],
        *,
        language: Language = Language.JAPANESE,
        links: dict[str, tuple[str, str]] | None = None,
        in_reply_to: str | None = None,
    ) -> Letter:
        """With `links`, the body may name `{{ me }}` and `{{ stop }}`, which each letter fills with its own."""
        template = self.templates[name]
        named = {link: f"{{{link}}}" for link in links or {}}
        context = {"town": self.towns[language], "public_url": self.public_url, **named, **values}
        text = template.body(language, **context)
        return Letter(
            subject=template.subject(language, **context),
            body="" if links else text,
            tail=text if links else "",
            links=links or {},
            in_reply_to=in_reply_to,
        )


def as_reply(once_key: str, *, at: datetime) -> Post:
    """How a letter of the service itself travels: at once, whatever the hour."""
    return Post(batch=REPLIES, once_key=once_key, lane=Lane.REPLY, at=at, expires_at=at + REPLY_LIFE)
