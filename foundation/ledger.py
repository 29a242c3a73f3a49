"""The ledger: who did what, when, chained by hash so that a line changed afterwards is seen.

Actors and subjects are opaque numbers and words; no address is ever written here.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.append_only import keep_append_only
from foundation.clock import aware
from foundation.database import Base, RowId

_CHAIN_LOCK = 0x48414E53  # An arbitrary number, the same in every process, for PostgreSQL's advisory lock.
_FIRST_LINK = "0" * 64
# What staff type as a reason may name somebody; a line can never be erased.
_ADDRESS = re.compile(r"[!-;=?A-~！-～]{1,254}[@＠][0-9A-Za-z０-９Ａ-Ｚａ-ｚ.．-]{1,254}")
WITHHELD = "〔メールアドレス〕"


class LedgerLine(Base):
    """One entry; `link` is the hash of the entry before it."""

    __tablename__ = "ledger"
    __table_args__ = (
        Index("ix_ledger_actor", "actor", "id"),
        Index("ix_ledger_action_at", "action", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    details: Mapped[str]
    origin: Mapped[str] = mapped_column(default="", server_default="")
    link: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)


keep_append_only(LedgerLine.metadata.tables["ledger"])


_COLUMNS = tuple(LedgerLine.metadata.tables["ledger"].columns)


@dataclass(frozen=True)
class Deed:
    """What is to be written: `actor` like `staff:3` or `resident`, `subject` like `bulletin:12`, `origin` from where it
    was done (`console:192.0.2.7`, `api:192.0.2.7`), empty where the service acts by itself."""

    actor: str
    action: str
    subject: str
    origin: str = ""


class Doer(Protocol):
    """Whoever knows how the ledger names them, and from where they act."""

    def deed(self, action: str, subject: str) -> Deed: ...


class Member(Doer, Protocol):
    """Of the staff; the name is kept beside the number where it is shown later, when the person may have left."""

    @property
    def id(self) -> int: ...

    @property
    def name(self) -> str: ...


def deed_of(by: str | Doer, action: str, subject: str) -> Deed:
    """Of a person, or of what the service does by itself (`resident`, `rule:three-days`)."""
    return Deed(by, action, subject) if isinstance(by, str) else by.deed(action, subject)


def write(session: Session, deed: Deed, *, at: datetime, details: Mapping[str, object] | None = None) -> None:
    """Appends in the caller's transaction: the deed and its line commit together or not at all. An address that stands
    in the details is left out."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    link = session.scalar(select(LedgerLine.hash).order_by(LedgerLine.id.desc()).limit(1)) or _FIRST_LINK
    line = LedgerLine(
        at=aware(at),  # in UTC, as it comes back from the database: the hash is over its text
        actor=deed.actor,
        action=deed.action,
        subject=deed.subject,
        details=json.dumps(_without_addresses(details or {}), ensure_ascii=False, sort_keys=True),
        origin=deed.origin,
        link=link,
    )
    line.hash = _hash(line)
    session.add(line)
    session.flush()


@dataclass(frozen=True)
class Proof:
    """How far the chain was followed: `broken` is the number of the first line that does not fit, `missing` that of the
    first of the seen lines that is not there any more or not the same."""

    lines: int
    last: int
    last_hash: str
    broken: int | None
    missing: int | None

    @property
    def holds(self) -> bool:
        return self.broken is None and self.missing is None


def verify(session: Session, *, seen: Mapping[int, str] | None = None) -> Proof:
    """Follows the whole chain. Lines taken from its end leave a chain that still fits: `seen` are numbers and hashes
    noted elsewhere earlier, which must still be there."""
    owed = dict(seen or {})
    count, last, expected = 0, 0, _FIRST_LINK
    # Columns only: a chain of a million lines is followed in seconds. Closed also where the walk ends early: on
    # PostgreSQL a cursor stays open on the server.
    with closing(session.execute(select(*_COLUMNS).order_by(LedgerLine.id).execution_options(yield_per=1000))) as rows:
        for row in rows:
            if row.link != expected or row.hash != _hash(row):
                return Proof(count, last, expected, row.id, None)
            if owed.get(row.id) == row.hash:
                del owed[row.id]
            count, last, expected = count + 1, row.id, row.hash
    return Proof(count, last, expected, None, min(owed, default=None))


def first_broken(session: Session) -> int | None:
    """The id of the first line that does not fit its chain, or None when the whole ledger is sound."""
    return verify(session).broken


def lines_about(session: Session, subject: str) -> Iterator[LedgerLine]:
    """The entries of one subject, oldest first."""
    yield from session.scalars(select(LedgerLine).where(LedgerLine.subject == subject).order_by(LedgerLine.id))


def _without_addresses(value: object) -> object:
    match value:
        case str():
            return _ADDRESS.sub(WITHHELD, value)
        case Mapping():
            return {name: _without_addresses(each) for name, each in value.items()}
        case list() | tuple():
            return [_without_addresses(each) for each in value]
    return value


def _hash(line: Any) -> str:
    moment = line.at.isoformat(timespec="microseconds")
    # JSON holds no raw line break, so that an origin cannot be taken for a part of the details.
    origin = (line.origin,) if line.origin else ()
    parts = (line.link, moment, line.actor, line.action, line.subject, line.details, *origin)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
