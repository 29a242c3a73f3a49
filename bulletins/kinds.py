"""Kinds of bulletins: what may follow what, and what a bulletin is by what it follows."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bulletins import chain
from bulletins.life import APPROVED, PUBLISHED, BulletinState
from bulletins.notice_templates import Kind
from bulletins.tables import Bulletin

MENDING = frozenset({Kind.CORRECTION, Kind.RETRACTION})
# What ends that for which the first one was sent.
LIFTING = frozenset({Kind.ALL_CLEAR, Kind.END, Kind.CANCELLATION, Kind.RETRACTION})
# What a follow-up may go on with: the kind of the first, and that of the follow-up.
_GOES_ON = {Kind.ORDINARY: Kind.FOLLOW_UP, Kind.FOLLOW_UP: Kind.FOLLOW_UP, Kind.DRILL: Kind.DRILL, Kind.TEST: Kind.TEST}
# What is no real danger has nothing to lift; it may be cancelled.
_REHEARSED = frozenset({Kind.DRILL, Kind.TEST})

TONES = {
    Kind.DRILL: "drill",
    Kind.TEST: "warn",
    Kind.CORRECTION: "error",
    Kind.RETRACTION: "error",
    Kind.ALL_CLEAR: "success",
    Kind.END: "success",
}


class KindUnfit(Exception):
    """This kind does not fit what it would follow; the text says why, in Japanese."""


@dataclass(frozen=True)
class Place:
    """Where in a chain a bulletin stands. `turn` is 0 but for a follow-up, of which it is the number; `mended` is what
    a correction or retraction speaks of."""

    kind: Kind
    first: Bulletin | None = None
    mended: Bulletin | None = None
    turn: int = 0


def kind_of(notice: Kind, *, follows: bool) -> Kind:
    """A notice without a kind of its own becomes a follow-up by following something."""
    return Kind.FOLLOW_UP if follows and notice is Kind.ORDINARY else notice


def place(session: Session, notice: Kind, followed: Bulletin | None) -> Place:
    """Of a new bulletin. Raises KindUnfit."""
    if followed is None:
        return Place(notice)
    whole = chain.members(session, followed)
    why_not = unfit(notice, followed, whole)
    if why_not:
        raise KindUnfit(why_not)
    return _place(notice, followed, whole)


def place_again(session: Session, notice: Kind, bulletin: Bulletin) -> Place:
    """Of a bulletin that is changed: it follows what it followed. Raises KindUnfit."""
    followed = session.get(Bulletin, bulletin.mends_id or bulletin.follows_id or 0)
    if followed is None:
        return Place(notice)
    whole = [each for each in chain.members(session, followed) if each.id != bulletin.id]
    why_not = unfit(notice, followed, whole)
    if why_not:
        raise KindUnfit(why_not)
    return _place(notice, followed, whole)


def unfit(notice: Kind, followed: Bulletin, whole: Sequence[Bulletin]) -> str:
    """Why a notice of this kind may not follow; empty where it may. `whole` is the chain of what it would follow."""
    if not chain.has_begun(followed):
        return "まだ配信していないお知らせには、続けられません。"
    return _unfit_to_mend(notice, followed, whole) if notice in MENDING else _unfit_to_go_on(notice, followed, whole)


def _unfit_to_mend(notice: Kind, followed: Bulletin, whole: Sequence[Bulletin]) -> str:
    if notice is Kind.CORRECTION:
        return ""
    if Kind(followed.kind) is Kind.RETRACTION:
        return "取り消しのお知らせは、取り消せません。誤りがあれば、訂正してください。"
    return "このお知らせは、もう取り消されています。" if retraction_of(followed, whole) else ""


def _unfit_to_go_on(notice: Kind, followed: Bulletin, whole: Sequence[Bulletin]) -> str:
    if followed.state == BulletinState.WITHDRAWN:
        return "取り下げたお知らせには、訂正か取り消しだけを続けられます。"
    lifted = next((each for each in whole if lifts(each, whole[0])), None)
    if lifted is not None:
        return f"この件は「{Kind(lifted.kind).label}」を知らせたあとです。新しいお知らせとして書いてください。"
    first, becomes = Kind(whole[0].kind), kind_of(notice, follows=True)
    ends = notice in (Kind.ALL_CLEAR, Kind.END) and first not in _REHEARSED
    if ends or notice is Kind.CANCELLATION or _GOES_ON.get(first) is becomes:
        return ""
    return f"「{first.label}」のお知らせに、「{becomes.label}」は続けられません。"


def lifts(later: Bulletin, bulletin: Bulletin) -> bool:
    """Whether one of its chain ends what a bulletin says. A retraction takes back the one that it speaks of, and no
    other."""
    return later.state in PUBLISHED and would_lift(later, bulletin)


def would_lift(later: Bulletin, bulletin: Bulletin) -> bool:
    """The same of one that has not begun yet."""
    if Kind(later.kind) not in LIFTING or later.id <= bulletin.id:
        return False
    return later.kind != Kind.RETRACTION.value or (later.mends_id or later.follows_id) == bulletin.id


def goes_on(notice: Kind) -> bool:
    """Whether this kind of notice may be written as a follow-up."""
    return notice in _GOES_ON


def retraction_of(bulletin: Bulletin, whole: Sequence[Bulletin]) -> Bulletin | None:
    """What has begun of its chain and takes back this very bulletin."""
    found = (each for each in whole if each.kind == Kind.RETRACTION.value and chain.has_begun(each))
    return next((each for each in found if (each.mends_id or each.follows_id) == bulletin.id), None)


def next_turn(whole: Sequence[Bulletin]) -> int:
    """The number that the next follow-up of the chain bears; drafts have none yet."""
    taken = APPROVED | {BulletinState.SUBMITTED}
    return 1 + sum(
        1
        for each in whole[1:]
        if Kind(each.kind) in _GOES_ON and (BulletinState(each.state) in taken or chain.has_begun(each))
    )


def _place(notice: Kind, followed: Bulletin, whole: Sequence[Bulletin]) -> Place:
    return Place(
        kind=kind_of(notice, follows=True),
        first=whole[0],
        mended=followed if notice in MENDING else None,
        turn=next_turn(whole) if goes_on(notice) else 0,
    )
