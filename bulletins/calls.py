"""A call that a bulletin is written from: who called, when, and whether they agreed to have it published."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST_CALLER = 100


class Consent(StrEnum):
    """公表の同意."""

    YES = "yes"
    NO = "no"
    ASKING = "asking"

    @property
    def label(self) -> str:
        return {"yes": "はい", "no": "いいえ", "asking": "確認中"}[self.value]


@dataclass(frozen=True)
class Call:
    """Kept with the bulletin and printed on the request sheet, never mailed."""

    caller: str
    at: datetime
    consent: Consent
