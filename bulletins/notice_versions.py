"""The versions of notice templates that the office wrote: what was proposed, released, dismissed, retired.

Neither table is ever changed, only added to: a version's words stay as they were proposed, and what serves follows
from the decisions. The count of decisions tells every process whether its shelf is still the newest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from bulletins.notice_source import SHIPPED, NoticeSource
from bulletins.signatory import NotAllowed, Signatory, must_approve
from foundation import ledger
from foundation.database import Base, RowId


class NoticeVersion(Base):
    """One proposal: the three texts of a notice, and who wrote them."""

    __tablename__ = "notice_versions"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    toml: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    author_id: Mapped[int]
    author_name: Mapped[str]
    at: Mapped[datetime]

    @property
    def source(self) -> NoticeSource:
        place = Path(f"定型文「{self.name}」第{self.version}版")
        return NoticeSource(self.name, self.toml, self.subject, self.body, place, self.version)


class Verdict(StrEnum):
    RELEASED = "released"
    DISMISSED = "dismissed"
    RETIRED = "retired"
    RESTORED = "restored"


class NoticeDecision(Base):
    """What was decided about a notice; `version` is empty where it is about the whole notice. The foreign key makes a
    decision name a version that exists, its unique pair that a version is decided upon once."""

    __tablename__ = "notice_decisions"
    __table_args__ = (
        ForeignKeyConstraint(["name", "version"], ["notice_versions.name", "notice_versions.version"]),
        UniqueConstraint("name", "version"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str]
    version: Mapped[int | None]
    verdict: Mapped[str]
    staff_id: Mapped[int]
    staff_name: Mapped[str]
    at: Mapped[datetime]


class VersionStale(Exception):
    """Somebody was quicker: the newest version is not the one that was looked at, or it is decided upon already."""


class UnknownVersion(LookupError):
    """There is no such version of the notice."""


@dataclass(frozen=True)
class NoticePast:
    """One notice as the office changed it: its versions and decisions, oldest first."""

    versions: tuple[NoticeVersion, ...] = ()
    decisions: tuple[NoticeDecision, ...] = ()

    @property
    def newest(self) -> int:
        return self.versions[-1].version if self.versions else SHIPPED

    @property
    def released(self) -> tuple[NoticeVersion, ...]:
        """Those that served or serve, the newest first."""
        chosen = {d.version for d in self.decisions if d.verdict == Verdict.RELEASED}
        return tuple(each for each in reversed(self.versions) if each.version in chosen)

    @property
    def proposed(self) -> NoticeVersion | None:
        """The one that waits for a second person: only ever the newest."""
        last = self.versions[-1] if self.versions else None
        return last if last is not None and self.decision(last.version) is None else None

    @property
    def is_retired(self) -> bool:
        whole = [d.verdict for d in self.decisions if d.version is None]
        return bool(whole) and whole[-1] == Verdict.RETIRED

    def decision(self, version: int) -> NoticeDecision | None:
        return next((each for each in self.decisions if each.version == version), None)

    def numbered(self, version: int) -> NoticeVersion:
        """Raises UnknownVersion."""
        for each in self.versions:
            if each.version == version:
                return each
        raise UnknownVersion(version)


def mark(session: Session) -> int:
    """How many decisions there are: grows with each, whichever of two at once commits first."""
    return session.scalar(select(func.count()).select_from(NoticeDecision)) or 0


def pasts(session: Session) -> Mapping[str, NoticePast]:
    """Of every notice that the office ever touched."""
    versions: dict[str, list[NoticeVersion]] = {}
    decisions: dict[str, list[NoticeDecision]] = {}
    for version in session.scalars(select(NoticeVersion).order_by(NoticeVersion.name, NoticeVersion.version)):
        versions.setdefault(version.name, []).append(version)
    for decision in session.scalars(select(NoticeDecision).order_by(NoticeDecision.id)):
        decisions.setdefault(decision.name, []).append(decision)
    names = {**versions, **decisions}
    return {name: NoticePast(tuple(versions.get(name, ())), tuple(decisions.get(name, ()))) for name in names}


def past(session: Session, name: str) -> NoticePast:
    """Empty for a notice that is as it shipped, and for one that does not exist."""
    versions = select(NoticeVersion).where(NoticeVersion.name == name).order_by(NoticeVersion.version)
    decisions = select(NoticeDecision).where(NoticeDecision.name == name).order_by(NoticeDecision.id)
    return NoticePast(tuple(session.scalars(versions)), tuple(session.scalars(decisions)))


@dataclass(frozen=True)
class Words:
    """What an author hands in, and the version that it was made from; whether it serves was tried before."""

    toml: str
    subject: str
    body: str
    made_from: int = SHIPPED


def propose(session: Session, name: str, words: Words, who: Signatory, *, base: int, at: datetime) -> int:
    """The next version; an undecided one before it gives way. `base` is the newest that the author knew of.
    Raises VersionStale."""
    newest = past(session, name).newest
    if newest != base:
        raise VersionStale
    row = NoticeVersion(
        name=name,
        version=newest + 1,
        toml=words.toml,
        subject=words.subject,
        body=words.body,
        author_id=who.id,
        author_name=who.name,
        at=at,
    )
    _add(session, row)
    details = {"version": row.version, "before": words.made_from}
    ledger.write(session, who.deed("notice.edited", f"notice:{name}"), at=at, details=details)
    return row.version


def release(session: Session, name: str, version: int, who: Signatory, *, at: datetime) -> None:
    """From now on this version serves. Raises NotAllowed, UnknownVersion, VersionStale."""
    must_approve(who)
    found = past(session, name)
    if found.numbered(version).author_id == who.id:
        raise NotAllowed(
            "自分で直した定型文を、自分で使えるようにすることはできません。ほかの配信責任者に頼んでください。"
        )
    _must_be_proposed(found, version)
    before = found.released[0].version if found.released else SHIPPED
    _decide(session, name, Verdict.RELEASED, who, version=version, at=at)
    details = {"version": version, "before": before}
    ledger.write(session, who.deed("notice.released", f"notice:{name}"), at=at, details=details)


def dismiss(session: Session, name: str, version: int, who: Signatory, *, at: datetime) -> None:
    """The proposal is given up, by its author or by who may approve. Raises NotAllowed, UnknownVersion,
    VersionStale."""
    found = past(session, name)
    if found.numbered(version).author_id != who.id:
        must_approve(who)
    _must_be_proposed(found, version)
    _decide(session, name, Verdict.DISMISSED, who, version=version, at=at)
    ledger.write(session, who.deed("notice.dismissed", f"notice:{name}"), at=at, details={"version": version})


def retire(session: Session, name: str, who: Signatory, *, at: datetime) -> None:
    """Nobody begins a bulletin with it any more. Raises VersionStale where that is so already."""
    _turn(session, name, who, to=Verdict.RETIRED, at=at)


def restore(session: Session, name: str, who: Signatory, *, at: datetime) -> None:
    """Raises VersionStale where it is in use already."""
    _turn(session, name, who, to=Verdict.RESTORED, at=at)


def _turn(session: Session, name: str, who: Signatory, *, to: Verdict, at: datetime) -> None:
    if past(session, name).is_retired == (to is Verdict.RETIRED):
        raise VersionStale
    _decide(session, name, to, who, version=None, at=at)
    details = {"retired": to is Verdict.RETIRED, "before": to is not Verdict.RETIRED}
    ledger.write(session, who.deed(f"notice.{to}", f"notice:{name}"), at=at, details=details)


def _must_be_proposed(found: NoticePast, version: int) -> None:
    """Only the newest version may be decided upon, and only once. Raises VersionStale."""
    if found.proposed is None or found.proposed.version != version:
        raise VersionStale


def _decide(
    session: Session, name: str, verdict: Verdict, who: Signatory, *, version: int | None, at: datetime
) -> None:
    row = NoticeDecision(name=name, version=version, verdict=verdict.value, staff_id=who.id, staff_name=who.name, at=at)
    _add(session, row)


def _add(session: Session, *rows: NoticeVersion | NoticeDecision) -> None:
    """Two who act at the same instant: the database lets one through. Raises VersionStale."""
    session.add_all(rows)
    try:
        session.flush()
    except IntegrityError as problem:
        raise VersionStale from problem
