"""A headline: what the residents' first page shows of a bulletin. Who fills it is decided above."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Headline:
    """`at` is in the town's own zone; `urgent` while everybody should see it."""

    url: str
    subject: str
    at: datetime
    urgent: bool = False
