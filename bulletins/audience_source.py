"""The port by which a bulletin learns who is in its audience; residents are one source, circles are another."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from mailer.outbox import To
from subscribers.audience import Reach, Scope


class AudienceSource(Protocol):
    def page(self, session: Session, scope: Scope, *, after: int, limit: int) -> Sequence[To]:
        """The next recipients by ascending number; an empty page is the end."""
        ...

    def reach(self, session: Session, scope: Scope) -> Reach: ...
