"""In which turn the archive shows what: worked out once, and again when another bulletin has begun."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bulletins import archive
from bulletins.archive import Turn, Wanted

_Mark = tuple[int, datetime | None]


@dataclass
class Turns:
    """One process's memory, a list for each topic. What is searched for is looked up each time."""

    _kept: dict[str, tuple[_Mark, Sequence[Turn]]] = field(default_factory=dict)

    def of(self, session: Session, wanted: Wanted) -> Sequence[Turn]:
        """The newest first, of any month."""
        wanted = replace(wanted, since=None, until=None)
        if wanted.search is not None:
            return archive.turns(session, wanted)
        mark = archive.newest(session)
        known = self._kept.get(wanted.topic)
        if known is None or known[0] != mark:
            # Two that come here at once write the same.
            known = self._kept[wanted.topic] = mark, archive.turns(session, wanted)
        return known[1]


def page_of(
    session: Session, found: Sequence[Turn], wanted: Wanted, *, before: int | None, limit: int
) -> Sequence[int]:
    """The numbers of at most `limit` that lie in the wanted month; with `before`, those that had begun earlier than the
    bulletin of that number (none when it is not to be seen)."""
    if before is not None:
        last = archive.one(session, before)
        if last is None or last.started_at is None:
            return []
        found = [turn for turn in found if turn < Turn(last.started_at, last.id)]
    if wanted.since is not None and wanted.until is not None:
        found = [turn for turn in found if wanted.since <= turn.begun < wanted.until]
    return [turn.number for turn in found[:limit]]
