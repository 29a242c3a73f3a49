"""What a check sees, and what it says."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as held
from datetime import date, datetime
from enum import Enum

from bulletins.calls import Consent
from bulletins.notice_fields import Field, FieldKind, Filled
from bulletins.notice_templates import Kind, NoticeTemplate
from bulletins.wording import CLOSING, DRILL_LINE
from subscribers.town import Town


class Level(Enum):
    """`block` stops submitting and approving; `warn` asks to look again."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True)
class Finding:
    """`message` names the field and says what to do; `field` is empty where it is the whole text."""

    rule: str
    level: Level
    message: str
    field: str | None = None


@dataclass(frozen=True)
class Passage:
    """A piece of what was typed, with the field it stands in."""

    text: str
    label: str
    field: str | None


@dataclass(frozen=True)
class DraftText:
    """A bulletin as it would be mailed, with the fields it came from; `at` is the moment of checking, aware. `copied`
    holds the fields of the bulletin that it is a copy of; `consent` is None where it is not written from a call."""

    notice: NoticeTemplate
    kind: Kind
    category: str
    fields: Mapping[str, Filled]
    subject: str
    text: str
    town: Town
    at: datetime
    copied: Mapping[str, Filled] = held(default_factory=dict)
    consent: Consent | None = None

    @property
    def today(self) -> date:
        return self.at.astimezone(self.town.zone).date()

    def own_text(self) -> str:
        """The text without the headline, standing notes, 担当部署 and the lines of a drill."""
        lines = [line for line in self.text.split("\n") if line != DRILL_LINE]
        if lines and lines[0] == self.subject:
            lines = lines[1:]
        return "\n".join(line for line in lines if not line.startswith((CLOSING, "※")))

    def passages(self, *kinds: FieldKind) -> Iterator[Passage]:
        """What stands in fields of these kinds (default: all but phone); the whole text where no field is filled."""
        if not self.fields:
            yield Passage(self.subject, "件名", None)
            yield Passage(self.own_text(), "本文", None)
            return
        for field, value in self.filled_fields():
            if field.kind in kinds if kinds else field.kind is not FieldKind.PHONE:
                text = "\n".join(value) if isinstance(value, tuple) else value
                if isinstance(text, str) and text:
                    yield Passage(text, field.label, field.name)

    def filled_fields(self) -> Iterator[tuple[Field, Filled]]:
        for field in self.notice.fields:
            value = self.fields.get(field.name)
            if value is not None:
                yield field, value


def each_match(draft: DraftText, pattern: re.Pattern[str]) -> Iterator[tuple[Passage, re.Match[str]]]:
    """The first match in each passage that was typed: one finding a field is enough."""
    for passage in draft.passages():
        found = pattern.search(passage.text)
        if found:
            yield passage, found
