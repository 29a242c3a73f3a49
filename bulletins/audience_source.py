"""The port by which a bulletin learns who is in its audience; residents are one source, circles are another."""

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Select
from sqlalchemy.orm import Session

from subscribers.audience import Reach, Scope


class AudienceSource(Protocol):
    def page(self, scope: Scope, *, after: int, limit: int, at: datetime) -> Select[Any]:
        """The next recipients by ascending number, as `outbox.enqueue_page` takes them; no row is the end."""
        ...

    def reach(self, session: Session, scope: Scope, *, at: datetime) -> Reach: ...
