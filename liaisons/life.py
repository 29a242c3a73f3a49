"""The life of a liaison as one table of moves, and each move written down for the figures of the year."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.database import Base, RowId
from liaisons.tables import Liaison, LiaisonArea, LiaisonState

# Odd ones: the office may take its question back (asked → ended), who consented may think better of it before it
# begins (consented → ended), and both ends lead back to asking, for a written reason (`register.ask_again`).
MOVES: Mapping[LiaisonState, frozenset[LiaisonState]] = {
    LiaisonState.ASKED: frozenset({LiaisonState.CONSENTED, LiaisonState.DECLINED, LiaisonState.ENDED}),
    LiaisonState.CONSENTED: frozenset({LiaisonState.ACTIVE, LiaisonState.ENDED}),
    LiaisonState.ACTIVE: frozenset({LiaisonState.ENDED}),
    LiaisonState.DECLINED: frozenset({LiaisonState.ASKED}),
    LiaisonState.ENDED: frozenset({LiaisonState.ASKED}),
}
LIVING = (LiaisonState.ASKED, LiaisonState.CONSENTED, LiaisonState.ACTIVE)
BY_THEMSELVES = "liaison"  # how the ledger names a liaison who acts on their own page
_JOINED = ";"


class LiaisonMove(Base):
    """A state that a liaison came to, with the areas they had then (`central;north`, empty for the whole town). A
    change of areas is a move to the same state. Nothing here tells who it is."""

    __tablename__ = "liaison_moves"
    __table_args__ = (Index("ix_liaison_moves_liaison", "liaison_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    state: Mapped[str]
    areas: Mapped[str] = mapped_column(default="")

    @property
    def area_keys(self) -> tuple[str, ...]:
        return tuple(filter(None, self.areas.split(_JOINED)))


class UnknownLiaison(Exception):
    """連絡員一覧表に、この番号の記録はありません。"""


class WrongMove(Exception):
    """The state that stands does not lead to the wished one."""

    def __init__(self, now: LiaisonState, wished: LiaisonState) -> None:
        super().__init__(f"いまの状態は「{now.label}」です。「{wished.label}」にはできません。")


def held(session: Session, liaison_id: int) -> Liaison:
    """With the row locked. Raises UnknownLiaison."""
    liaison = session.get(Liaison, liaison_id, with_for_update=True)
    if liaison is None:
        raise UnknownLiaison(UnknownLiaison.__doc__)
    return liaison


def move(session: Session, liaison: Liaison, to: LiaisonState, *, at: datetime) -> None:
    """With the row held. Raises WrongMove."""
    now = LiaisonState(liaison.state)
    if to not in MOVES[now]:
        raise WrongMove(now, to)
    liaison.state = to.value
    note(session, liaison, at=at)


def note(session: Session, liaison: Liaison, *, at: datetime) -> None:
    """How the liaison stands now."""
    session.flush()
    areas = _JOINED.join(areas_of(session, liaison.id))
    session.add(LiaisonMove(liaison_id=liaison.id, at=at, state=liaison.state, areas=areas))
    session.flush()


def areas_of(session: Session, liaison_id: int) -> tuple[str, ...]:
    """The town's keys, in the order of the letters; none for the whole town."""
    found = select(LiaisonArea.area).where(LiaisonArea.liaison_id == liaison_id).order_by(LiaisonArea.area)
    return tuple(session.scalars(found))


def is_resting(liaison: Liaison, *, at: datetime) -> bool:
    """A rest that is over may still stand in the row."""
    until = liaison.resting_until
    return liaison.state == LiaisonState.ACTIVE and until is not None and until > at


def state_label(liaison: Liaison, *, at: datetime) -> str:
    return "休止中" if is_resting(liaison, at=at) else LiaisonState(liaison.state).label
