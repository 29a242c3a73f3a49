"""A headline: what the residents' first page shows of a bulletin. Who fills it is decided above."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Headline:
    """`urgent` while everybody should see it on the first page; `mark` is a word that must not be overlooked, such as
    訓練, and `tone` its colour."""

    bulletin_id: int
    subject: str
    at: datetime
    urgent: bool = False
    mark: str = ""
    tone: str = "quiet"

    @property
    def url(self) -> str:
        return f"/bulletins/{self.bulletin_id}"
