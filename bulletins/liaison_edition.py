"""The port by which a bulletin reaches the liaisons, and what may be chosen about that while it is written."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Select
from sqlalchemy.orm import Session

from bulletins.tables import Bulletin
from mailer.delivery_hours import DeliveryHours
from mailer.letter import Letter
from subscribers.audience import Scope


class ToLiaisons(StrEnum):
    """Whether the liaisons get an edition of their own, and when the others get theirs."""

    NONE = "none"
    ONLY = "only"
    FIRST = "first"
    WITH = "with"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    ToLiaisons.NONE: "連絡員用のメールは送らない",
    ToLiaisons.WITH: "連絡員にも、登録者と同時に送る",
    ToLiaisons.FIRST: "連絡員に先に送る",
    ToLiaisons.ONLY: "連絡員だけに送る",
}


class LiaisonEdition(Protocol):
    def page(self, scope: Scope, *, also: tuple[str, ...], after: int, limit: int, at: datetime) -> Select[Any]:
        """The next liaisons by ascending number, as `outbox.enqueue_page` takes them; no row is the end. With `had`,
        those who had what is put right, at rest or not; with `also`, those besides who had one of these letters."""
        ...

    def reach(self, session: Session, scope: Scope, *, also: tuple[str, ...], at: datetime) -> int: ...

    def letter(self, bulletin: Bulletin) -> Letter:
        """The notice, and beneath it what is for liaisons alone."""
        ...


@dataclass(frozen=True)
class Lead:
    """By how much liaisons are ahead where they come first."""

    span: timedelta
    hours: DeliveryHours

    def everyone_at(self, bulletin: Bulletin, *, at: datetime) -> datetime:
        """When all others begin, of a bulletin that begins at this moment. Urgent ones wait for nobody, and the lead
        never crosses the closing: then the liaisons are first by moments alone."""
        later = at + self.span
        if bulletin.to_liaisons != ToLiaisons.FIRST or bulletin.urgent or not self._is_open_until(at, later):
            return at
        return later

    def _is_open_until(self, at: datetime, later: datetime) -> bool:
        closing = self.hours.closing_after(at) if self.hours.is_open(at) else at
        return closing is None or later < closing
