"""A headline: what residents' pages show of a bulletin beside their own matter. Who fills it is decided above."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from foundation.languages import Language


@dataclass(frozen=True)
class Headline:
    """`mark` is a word that must not be overlooked, such as 訓練, and `tone` its colour; `spoken` the subject in other
    languages, as far as it was mailed in them."""

    bulletin_id: int
    subject: str
    at: datetime
    mark: str = ""
    tone: str = "quiet"
    spoken: Mapping[Language, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"/bulletins/{self.bulletin_id}"
