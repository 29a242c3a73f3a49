"""The live shelf: what ships, with what the office released on top; every process sees a release within a second."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock

from bulletins.notice_shelf import NoticeShelf, in_order
from bulletins.notice_templates import NoticeTemplate
from bulletins.notice_trial import proved
from bulletins.notice_versions import NoticePast, NoticeVersion, mark, pasts
from foundation.database import UNREADY, Database
from foundation.templating import TemplateBroken
from subscribers.town import Town

log = logging.getLogger(__name__)

FRESH_SECONDS = 0.9

Read = NoticeTemplate | TemplateBroken


@dataclass
class LiveShelf:
    """Asks the database at most once in FRESH_SECONDS whether something was decided. While it does not answer, what
    was read last goes on serving."""

    database: Database
    town: Town
    shipped: NoticeShelf
    _shelf: NoticeShelf | None = None
    _mark: int = -1
    _asked: float = 0.0
    _is_away: bool = False
    _lock: Lock = field(default_factory=Lock)
    _read: dict[tuple[str, int], Read] = field(default_factory=dict)

    def get(self, name: str) -> NoticeTemplate:
        """Raises UnknownNotice."""
        return self.now().get(name)

    def offered(self, name: str) -> NoticeTemplate:
        """Raises UnknownNotice, NoticeRetired."""
        return self.now().offered(name)

    def all(self) -> tuple[NoticeTemplate, ...]:
        return self.now().all()

    @property
    def broken(self) -> tuple[TemplateBroken, ...]:
        return self.now().broken

    def now(self, *, anew: bool = False) -> NoticeShelf:
        """One state of the shelf, whatever is decided meanwhile; with `anew` what this process did is in it."""
        known = self._shelf
        if known is not None and not anew and time.monotonic() - self._asked < FRESH_SECONDS:
            return known
        # Who comes while another asks takes what there is, so that a slow database holds up one thread alone.
        if not self._lock.acquire(blocking=known is None or anew):
            return known or self.shipped
        try:
            return self._look()
        finally:
            self._lock.release()

    def _look(self) -> NoticeShelf:
        shelf = self._shelf or self.shipped
        try:
            with self.database.read() as session:
                number = mark(session)
                if number != self._mark:
                    shelf = layered(self.shipped, pasts(session), self._proved)
                    self._mark = number
        except UNREADY as problem:
            if not self._is_away:
                log.warning("the notices of the office cannot be read (%s)", type(problem).__name__)
            self._is_away = True
        else:
            self._is_away = False
        self._shelf, self._asked = shelf, time.monotonic()
        return shelf

    def _proved(self, version: NoticeVersion) -> Read:
        """Versions never change, so each is read once."""
        key = version.name, version.version
        if key not in self._read:
            try:
                self._read[key] = proved(version.source, self.town)
            except TemplateBroken as problem:
                log.warning("a notice of the office does not serve any more: %s", problem)
                self._read[key] = problem
        return self._read[key]


def layered(
    shipped: NoticeShelf, changed: Mapping[str, NoticePast], read: Callable[[NoticeVersion], Read]
) -> NoticeShelf:
    """Of each notice the last released version that can be read serves, or else the shipped one. What tells of a
    person does so in the office's words too, also in those that are older than the mark."""
    serving = {notice.name: notice for notice in shipped.all()}
    personal = {notice.name for notice in shipped.all() if notice.redact}
    broken = list(shipped.broken)
    for name, past in changed.items():
        for version in past.released:
            found = read(version)
            if isinstance(found, NoticeTemplate):
                serving[name] = replace(found, redact=True) if name in personal else found
                break
            broken.append(found)
    retired = {name for name, past in changed.items() if past.is_retired}
    return NoticeShelf(
        in_order([notice for notice in serving.values() if notice.name not in retired]),
        tuple(broken),
        in_order([notice for notice in serving.values() if notice.name in retired]),
    )
