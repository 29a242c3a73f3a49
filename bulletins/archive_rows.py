"""A bulletin as the public reads it: its words or what stands instead of them, its times, the id it has for ever."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bulletins.kinds import TONES
from bulletins.life import BulletinState
from bulletins.notice_templates import Kind
from bulletins.other_languages import in_every_language, in_language
from bulletins.redaction import SAID_INSTEAD, Redaction, subject_instead
from bulletins.tables import Bulletin
from bulletins.wording import Wording
from foundation.catalogue import without_brackets
from foundation.languages import Language
from subscribers.headline import Headline
from subscribers.town import Town

# What no XML 1.0 document may hold, not even escaped (section 2.2).
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Row:
    """`kind` is empty for an ordinary one, `topics` for one to every topic; `private` ones tell of a person, `redacted`
    ones no longer do; subject and text of a `spoken` one are in the reader's language, and not Japanese; `heading` is
    its subject as the text has it, with readings."""

    url: str
    subject: str
    text: str
    category: str
    topics: Sequence[str]
    kind: str
    tone: str
    drill: bool
    withdrawn: bool
    private: bool
    redacted: bool
    begun: datetime
    iso: str
    updated: str
    id: str  # RFC 4151, the same for ever
    spoken: bool = False
    heading: str = ""


@dataclass(frozen=True)
class ArchiveRows:
    """Moments are told by the clock of the town."""

    town: Town
    redaction: Redaction

    def rows(
        self,
        session: Session,
        bulletins: Sequence[Bulletin],
        *,
        at: datetime,
        language: Language = Language.JAPANESE,
    ) -> list[Row]:
        """In the language as it was mailed; in Japanese where it was not."""
        since = self.redaction.moments(session, bulletins, at=at)
        words = in_language(session, bulletins, language)
        rows = [self._row(each, since.get(each.id)) for each in bulletins]
        return [_spoken(row, words.get(each.id)) for row, each in zip(rows, bulletins, strict=True)]

    def headlines(self, session: Session, bulletins: Sequence[Bulletin], *, at: datetime) -> tuple[Headline, ...]:
        since = self.redaction.moments(session, bulletins, at=at)
        spoken = headings(session, [each for each in bulletins if each.id not in since])
        headlines = (_headline(each, redacted=each.id in since) for each in bulletins)
        return tuple(replace(each, spoken=spoken.get(each.bulletin_id, {})) for each in headlines)

    def iso(self, at: datetime) -> str:
        return at.astimezone(self.town.zone).isoformat(timespec="seconds")

    @property
    def authority(self) -> str:
        """The town's own name on the net; it stays when the service moves to another host."""
        return self.town.from_address.rpartition("@")[2]

    def _row(self, bulletin: Bulletin, redacted: datetime | None) -> Row:
        begun = (bulletin.started_at or bulletin.created_at).astimezone(self.town.zone)
        kind = Kind(bulletin.kind)
        return Row(
            url=f"/bulletins/{bulletin.id}",
            subject=_subject(bulletin, redacted=redacted is not None),
            text=SAID_INSTEAD if redacted else _NOT_IN_XML.sub("", bulletin.text),
            category=bulletin.category,
            topics=() if bulletin.to_all else json.loads(bulletin.topics),
            kind="" if kind is Kind.ORDINARY else kind.label,
            tone=TONES.get(kind, "info"),
            drill=kind is Kind.DRILL,
            withdrawn=bulletin.state == BulletinState.WITHDRAWN,
            private=bulletin.redact,
            redacted=redacted is not None,
            begun=begun,
            iso=self.iso(begun),
            updated=self.iso(redacted or begun),
            id=f"tag:{self.authority},{begun.date().isoformat()}:bulletins/{bulletin.id}",
        )


def _spoken(row: Row, words: Wording | None) -> Row:
    """What stands instead of the words of one that is redacted is a sentence of ours, which the page looks up."""
    if words is None or row.redacted:
        return row
    subject, text = (_NOT_IN_XML.sub("", each) for each in (words.subject, words.text))
    return replace(row, subject=subject, text=text, spoken=True, heading=_heading(subject, text))


def headings(session: Session, bulletins: Collection[Bulletin]) -> Mapping[int, Mapping[Language, str]]:
    """The subjects in other languages, with readings, by the bulletins' numbers."""
    return {
        number: {language: _heading(words.subject, words.text) for language, words in said.items()}
        for number, said in in_every_language(session, bulletins).items()
    }


def _heading(subject: str, text: str) -> str:
    """In the text of a drill it is the second line. One that was cut short, or written by hand, has no readings."""
    return next((line for line in text.split("\n", 2)[:2] if without_brackets(line) == subject), subject)


def _subject(bulletin: Bulletin, *, redacted: bool) -> str:
    return _NOT_IN_XML.sub("", subject_instead(bulletin) if redacted else bulletin.subject)


def _headline(bulletin: Bulletin, *, redacted: bool) -> Headline:
    begun = bulletin.started_at or bulletin.created_at
    subject = _subject(bulletin, redacted=redacted)
    if bulletin.state == BulletinState.WITHDRAWN:
        return Headline(bulletin.id, subject, begun, mark=BulletinState.WITHDRAWN.label)
    if bulletin.kind == Kind.DRILL.value:
        return Headline(bulletin.id, subject, begun, Kind.DRILL.label, TONES[Kind.DRILL])
    return Headline(bulletin.id, subject, begun)
