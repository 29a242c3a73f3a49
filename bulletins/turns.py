"""In which turn the archive shows what: worked out once, and again when another bulletin has begun."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bulletins import archive
from bulletins.archive import Turn

_Mark = tuple[int, datetime | None]


@dataclass
class Turns:
    """One process's memory, a list for each topic."""

    _kept: dict[str, tuple[_Mark, Sequence[Turn]]] = field(default_factory=dict)

    def of(self, session: Session, topic: str) -> Sequence[Turn]:
        """The newest first; an empty topic is every one."""
        mark = archive.newest(session)
        known = self._kept.get(topic)
        if known is None or known[0] != mark:
            # Two that come here at once write the same.
            known = self._kept[topic] = mark, archive.turns(session, topic)
        return known[1]


def below(session: Session, found: Sequence[Turn], before: int | None) -> Sequence[Turn]:
    """Those begun earlier than the bulletin of that number: none when it is not to be seen; all without one."""
    if before is None:
        return found
    last = archive.one(session, before)
    if last is None or last.started_at is None:
        return ()
    turn = Turn(last.started_at, last.id)
    return [each for each in found if each < turn]
