"""How long the mail is against what telephones show well."""

from dataclasses import dataclass

from bulletins.drafting import Preview
from bulletins.notice_fields import LONGEST_LINE, LONGEST_TEXT
from bulletins.wording import CLOSING
from foundation.plain_text import full_width

# What a list of mails shows of a subject, and what is read to the end (小美玉市 要綱: 200字程度).
SUBJECT_GUIDE = 30
BODY_GUIDE = 200


@dataclass(frozen=True)
class Length:
    """In full-width characters, rounded up; `limit` is what a field takes at most."""

    name: str
    now: int
    guide: int
    limit: int

    @property
    def is_long(self) -> bool:
        return self.now > self.guide


def lengths_of(preview: Preview) -> tuple[Length, Length]:
    """Of the subject, and of the text without the headline and the standing lines, which are the same each time."""
    lines = preview.text.split("\n")
    own = [line for line in lines if line != preview.subject and not line.startswith(("※", CLOSING))]
    return (
        Length("件名", _units(preview.subject), SUBJECT_GUIDE, LONGEST_LINE),
        Length("本文", _units("".join(own)), BODY_GUIDE, LONGEST_TEXT),
    )


def _units(text: str) -> int:
    return int(full_width(text) + 0.5)
