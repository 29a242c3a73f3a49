"""The notice desk: what staff do with notice templates. Each method that changes something is one transaction."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from admin.desk.bulletin_desk import signatory
from admin.people.roles import Role
from admin.people.staff import Colleague
from bulletins import notice_versions
from bulletins.live_shelf import LiveShelf
from bulletins.notice_shelf import NoticeShelf, UnknownNotice
from bulletins.notice_source import SHIPPED, NoticeSource, read_folder
from bulletins.notice_templates import Kind, NoticeTemplate
from bulletins.notice_trial import Trial, tried
from bulletins.notice_versions import NoticePast, Words
from bulletins.signatory import NotAllowed, Signatory
from foundation.clock import Clock
from foundation.database import Database
from foundation.templating import TemplateBroken
from subscribers.town import Town

_T = TypeVar("_T")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")
_NUMBERED = re.compile(r"-\d+$")
# The service must always be able to mend what it sent, and the API promises the free text.
_NEVER_RETIRED = frozenset({Kind.CORRECTION, Kind.RETRACTION})
_FREE_TEXT = "plain"


class NoticeFaulty(Exception):
    """The template would not serve; `trial` says where."""

    def __init__(self, trial: Trial) -> None:
        super().__init__("定型文に直すところがあります。")
        self.trial = trial


@dataclass(frozen=True)
class NoticeDossier:
    """One notice: what serves now (None for one that was never released), and its past."""

    name: str
    notice: NoticeTemplate | None
    past: NoticePast
    title: str
    may_retire: bool

    @property
    def serving(self) -> int:
        return self.notice.version if self.notice else SHIPPED


@dataclass(frozen=True)
class NoticeDesk:
    """Raises what the room raises: NotAllowed, VersionStale, UnknownVersion; and UnknownNotice, NoticeFaulty."""

    database: Database
    clock: Clock
    town: Town
    shelf: LiveShelf
    folder: Path

    def overview(self) -> tuple[NoticeShelf, Mapping[str, NoticePast]]:
        shelf = self.shelf.now()
        with self.database.read() as session:
            return shelf, notice_versions.pasts(session)

    def dossier(self, name: str) -> NoticeDossier:
        shelf = self.shelf.now()
        with self.database.read() as session:
            past = notice_versions.past(session, name)
        try:
            notice = shelf.get(name)
        except UnknownNotice:
            if not past.versions:
                raise
            notice = None
        title = notice.title if notice else title_of(past.versions[-1].source)
        may_retire = notice is not None and notice.kind not in _NEVER_RETIRED and name != _FREE_TEXT
        return NoticeDossier(name, notice, past, title, may_retire)

    def has_shipped(self, name: str) -> bool:
        return bool(_NAME.fullmatch(name)) and (self.folder / name).is_dir()

    def source(self, name: str, version: int) -> NoticeSource:
        """Raises UnknownNotice, UnknownVersion."""
        if version != SHIPPED:
            with self.database.read() as session:
                return notice_versions.past(session, name).numbered(version).source
        if not self.has_shipped(name):
            raise UnknownNotice(name)
        try:
            return read_folder(self.folder / name)
        except TemplateBroken:
            raise UnknownNotice(name) from None

    def tried(self, source: NoticeSource) -> Trial:
        return tried(source, self.town, at=self.clock.now())

    def propose(self, source: NoticeSource, me: Colleague, *, base: int) -> int:
        """`source` bears the version that it was made from. Nothing is kept of what would not serve."""
        self._refuse_faulty(source)
        words = Words(source.toml, source.subject, source.body, made_from=source.version)

        def propose(session: Session, who: Signatory, at: datetime) -> int:
            return notice_versions.propose(session, source.name, words, who, base=base, at=at)

        return self._done(me, Role.MANAGER, propose)

    def free_name(self, name: str) -> str:
        """For a copy: the same word with the next number."""
        stem = _NUMBERED.sub("", name)[:60]
        with self.database.read() as session:
            taken = set(notice_versions.pasts(session))
        numbers = range(2, len(taken) + 3 + sum(1 for _ in self.folder.iterdir()))
        return next(
            found for number in numbers if (found := f"{stem}-{number}") not in taken and not self.has_shipped(found)
        )

    def release(self, name: str, version: int, me: Colleague) -> None:
        """Tried once more: the town file may have changed since it was written."""
        self._refuse_faulty(self.source(name, version))
        self._done(me, Role.APPROVER, lambda s, who, at: notice_versions.release(s, name, version, who, at=at))

    def dismiss(self, name: str, version: int, me: Colleague) -> None:
        self._done(me, Role.APPROVER, lambda s, who, at: notice_versions.dismiss(s, name, version, who, at=at))

    def retire(self, name: str, me: Colleague) -> None:
        if not self.dossier(name).may_retire:
            raise NotAllowed("この定型文は、いつでも使えるようにしておくため、使うのをやめられません。")
        self._done(me, Role.MANAGER, lambda s, who, at: notice_versions.retire(s, name, who, at=at))

    def restore(self, name: str, me: Colleague) -> None:
        self._done(me, Role.MANAGER, lambda s, who, at: notice_versions.restore(s, name, who, at=at))

    def _done(self, me: Colleague, role: Role, work: Callable[[Session, Signatory, datetime], _T]) -> _T:
        if not me.may(role):
            raise NotAllowed(f"定型文の操作は、{role.label}が行います。")
        with self.database.write() as session:
            result = work(session, signatory(me), self.clock.now())
        self.shelf.now(anew=True)
        return result

    def _refuse_faulty(self, source: NoticeSource) -> None:
        trial = self.tried(source)
        if trial.faults:
            raise NoticeFaulty(trial)


def title_of(source: NoticeSource) -> str:
    title = tomllib.loads(source.toml).get("title")
    return title if isinstance(title, str) else source.name
