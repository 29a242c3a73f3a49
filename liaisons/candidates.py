"""Candidates: any section of the office proposes somebody to the owning one, which asks them or puts them aside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation import ledger
from foundation.database import Base, RowId
from foundation.ledger import Deed, Member
from foundation.plain_text import forbidden_character
from foundation.unfit import Unfit

# In characters; the page names the fields so.
FIELDS: Mapping[str, tuple[str, int]] = {
    "name": ("氏名", 40),
    "organisation": ("団体・役職", 60),
    "why": ("推す理由", 300),
    "reach": ("連絡のしかた", 200),
    "section": ("あなたの課・係", 40),
}
LONGEST_REASON = 200
# The section that sent it has this long to read what became of it.
ASIDE_KEPT = timedelta(days=90)


class CandidateState(StrEnum):
    """`waiting` → `taken` or `aside`."""

    WAITING = "waiting"
    TAKEN = "taken"
    ASIDE = "aside"

    @property
    def label(self) -> str:
        return {"waiting": "検討待ち", "taken": "打診することにした", "aside": "今回は見合わせ"}[self.value]


class CandidateRow(Base):
    """Who is proposed. Emptied when they are asked, since the register holds them then, and some time after they were
    put aside."""

    __tablename__ = "liaison_candidates"
    __table_args__ = (Index("ix_liaison_candidates_state", "state", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    state: Mapped[str]
    name: Mapped[str]
    organisation: Mapped[str]
    why: Mapped[str]
    reach: Mapped[str]
    section: Mapped[str]
    sent_by_id: Mapped[int] = mapped_column(index=True)
    sent_by_name: Mapped[str]
    sent_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None]
    decided_by_name: Mapped[str | None]
    aside_because: Mapped[str | None]
    liaison_id: Mapped[int | None]


@dataclass(frozen=True)
class CandidateForm:
    """As typed."""

    name: str = ""
    organisation: str = ""
    why: str = ""
    reach: str = ""
    section: str = ""


class CandidateUnfit(Unfit):
    """What was told of a candidate."""


class AlreadyDecided(Exception):
    """この候補は、もう決まっています。"""


def send(session: Session, form: CandidateForm, by: Member, *, at: datetime) -> CandidateRow:
    """One that came in twice is there once. Raises CandidateUnfit."""
    errors = {name: fault for name in FIELDS if (fault := _fault(name, getattr(form, name)))}
    if errors:
        raise CandidateUnfit(errors)
    values = {name: getattr(form, name).strip() for name in FIELDS}
    same = [getattr(CandidateRow, name) == value for name, value in values.items()]
    waiting = CandidateRow.state == CandidateState.WAITING.value
    known = session.scalars(select(CandidateRow).where(waiting, CandidateRow.sent_by_id == by.id, *same)).first()
    if known is not None:
        return known
    row = CandidateRow(**values, state=CandidateState.WAITING.value, sent_by_id=by.id, sent_by_name=by.name, sent_at=at)
    session.add(row)
    session.flush()
    ledger.write(session, by.deed("candidate.sent", f"candidate:{row.id}"), at=at)
    return row


def waiting(session: Session) -> Sequence[CandidateRow]:
    """The tray, the oldest first."""
    here = select(CandidateRow).where(CandidateRow.state == CandidateState.WAITING.value)
    return session.scalars(here.order_by(CandidateRow.id)).all()


def count_waiting(session: Session) -> int:
    here = select(func.count()).select_from(CandidateRow).where(CandidateRow.state == CandidateState.WAITING.value)
    return session.scalar(here) or 0


def sent_by(session: Session, staff_id: int, *, limit: int = 50) -> Sequence[CandidateRow]:
    """What became of one's own, the newest first."""
    mine = select(CandidateRow).where(CandidateRow.sent_by_id == staff_id)
    return session.scalars(mine.order_by(CandidateRow.id.desc()).limit(limit)).all()


def take(session: Session, candidate_id: int, liaison_id: int, by: Member, *, at: datetime) -> None:
    """They are asked: the register holds them now. Raises AlreadyDecided."""
    row = _open(session, candidate_id)
    _decide(row, CandidateState.TAKEN, by, at=at)
    row.liaison_id = liaison_id
    _empty(row)
    ledger.write(session, by.deed("candidate.taken", f"candidate:{row.id}"), at=at)


def put_aside(session: Session, candidate_id: int, because: str, by: Member, *, at: datetime) -> None:
    """Raises CandidateUnfit without a reason, AlreadyDecided."""
    reason = because.strip()
    if not reason or len(reason) > LONGEST_REASON or forbidden_character(reason) is not None:
        raise CandidateUnfit({"because": f"見合わせる理由を、{LONGEST_REASON}文字までで書いてください。"})
    row = _open(session, candidate_id)
    _decide(row, CandidateState.ASIDE, by, at=at)
    row.aside_because = reason
    row.why = row.reach = ""
    ledger.write(session, by.deed("candidate.put-aside", f"candidate:{row.id}"), at=at)


def forget(session: Session, *, at: datetime, limit: int = 200) -> int:
    """Empties those that were put aside long enough ago; returns how many."""
    old = session.scalars(
        select(CandidateRow)
        .where(
            CandidateRow.state == CandidateState.ASIDE.value,
            CandidateRow.name != "",
            CandidateRow.decided_at <= at - ASIDE_KEPT,
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in old:
        _empty(row)
        ledger.write(session, Deed("rule:erasure", "candidate.erased", f"candidate:{row.id}"), at=at)
    return len(old)


def _open(session: Session, candidate_id: int) -> CandidateRow:
    row = session.get(CandidateRow, candidate_id, with_for_update=True)
    if row is None or row.state != CandidateState.WAITING:
        raise AlreadyDecided(AlreadyDecided.__doc__)
    return row


def _decide(row: CandidateRow, to: CandidateState, by: Member, *, at: datetime) -> None:
    row.state, row.decided_at, row.decided_by_id, row.decided_by_name = to.value, at, by.id, by.name


def _empty(row: CandidateRow) -> None:
    row.name = row.organisation = row.why = row.reach = ""
    row.aside_because = None


def _fault(name: str, typed: str) -> str:
    label, most = FIELDS[name]
    text = typed.strip()
    if not text:
        return f"{label}を書いてください。"
    if len(text) > most:
        return f"{label}は、{most}文字までで書いてください。"
    if forbidden_character(text, several_lines=name in ("why", "reach")) is not None:
        return f"{label}に、使えない文字が入っています。"
    return ""
