"""A headline: what residents' pages show of a bulletin beside their own matter. Who fills it is decided above."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Headline:
    """`mark` is a word that must not be overlooked, such as 訓練, and `tone` its colour."""

    bulletin_id: int
    subject: str
    at: datetime
    mark: str = ""
    tone: str = "quiet"

    @property
    def url(self) -> str:
        return f"/bulletins/{self.bulletin_id}"
