"""The list, 連絡員一覧表: who stands in it, found by words, area, state or officer."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from liaisons import life
from liaisons.entry import same_words
from liaisons.tables import Liaison, LiaisonArea, LiaisonState
from subscribers.tables import Subscriber, SubscriberState


class Shown(StrEnum):
    """What the list can be narrowed to; `living` is everybody but who declined or ended."""

    LIVING = "living"
    ASKED = "asked"
    CONSENTED = "consented"
    ACTIVE = "active"
    RESTING = "resting"
    DECLINED = "declined"
    ENDED = "ended"

    @property
    def label(self) -> str:
        if self is Shown.LIVING:
            return "連絡中の全員"
        return "休止中" if self is Shown.RESTING else LiaisonState(self.value).label


@dataclass(frozen=True)
class Wanted:
    """`words` are looked for in name, group and posts; `area` finds those of the whole town too."""

    words: str = ""
    area: str = ""
    shown: Shown = Shown.LIVING
    officer_id: int | None = None


@dataclass(frozen=True)
class Line:
    """`address` is empty where there is none; `is_reached` says that mail goes there."""

    liaison: Liaison
    areas: tuple[str, ...]
    address: str
    is_reached: bool
    state: str

    @property
    def posts(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.liaison.post, self.liaison.other_posts)))


def listed(session: Session, wanted: Wanted, *, at: datetime) -> Sequence[Line]:
    """By group, then by name; who was emptied by number."""
    rows = session.scalars(select(Liaison).where(Liaison.state.in_(_states(wanted.shown)))).all()
    lines = lines_of(session, rows, at=at)
    return [line for line in lines if _is_wanted(line, wanted, at=at)]


def lines_of(session: Session, rows: Collection[Liaison], *, at: datetime) -> list[Line]:
    ids = [row.id for row in rows]
    areas: Mapping[int, list[str]] = defaultdict(list)
    found = select(LiaisonArea.liaison_id, LiaisonArea.area).where(LiaisonArea.liaison_id.in_(ids))
    for number, area in session.execute(found.order_by(LiaisonArea.area)):
        areas[number].append(area)
    mail = _mail(session, [row.subscriber_id for row in rows if row.subscriber_id is not None])
    lines = []
    for row in sorted(rows, key=lambda each: (each.organisation, each.name, each.id)):
        address, state = mail.get(row.subscriber_id or 0, (row.address, ""))
        is_reached = bool(address) and state == SubscriberState.ACTIVE
        lines.append(Line(row, tuple(areas[row.id]), address, is_reached, life.state_label(row, at=at)))
    return lines


def counts(session: Session, *, at: datetime) -> Mapping[str, int]:
    """How many are active and how many of them rest."""
    active = session.scalars(select(Liaison).where(Liaison.state == LiaisonState.ACTIVE.value)).all()
    resting = sum(life.is_resting(row, at=at) for row in active)
    return {"active": len(active) - resting, "resting": resting}


def _states(shown: Shown) -> list[str]:
    if shown is Shown.LIVING:
        return [state.value for state in life.LIVING]
    return [LiaisonState.ACTIVE.value if shown is Shown.RESTING else shown.value]


def _is_wanted(line: Line, wanted: Wanted, *, at: datetime) -> bool:
    row, words = line.liaison, same_words(wanted.words)
    if wanted.shown is Shown.RESTING and not life.is_resting(row, at=at):
        return False
    if wanted.shown is Shown.ACTIVE and life.is_resting(row, at=at):
        return False
    if wanted.officer_id is not None and row.officer_id != wanted.officer_id:
        return False
    if wanted.area and line.areas and wanted.area not in line.areas:
        return False
    return not words or words in same_words(f"{row.name}{row.organisation}{row.post}{row.other_posts}")


def _mail(session: Session, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
    found = select(Subscriber.id, Subscriber.address, Subscriber.state).where(Subscriber.id.in_(numbers))
    return {number: (address or "", state) for number, address, state in session.execute(found)}
