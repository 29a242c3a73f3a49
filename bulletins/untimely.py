"""What may not be approved now, though nothing in its text speaks against it."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bulletins import chain, danger, kinds, mending
from bulletins.life import APPROVED, BulletinState, NotNow
from bulletins.notice_templates import Kind
from bulletins.tables import Bulletin
from bulletins.wording import follow_up_mark


def refuse_untimely(session: Session, bulletin: Bulletin, zone: ZoneInfo, *, at: datetime) -> None:
    """A drill beside a real warning, a correction of what is still being sent, what its chain has no more place for, a
    second follow-up of one number. Raises NotNow."""
    if bulletin.follows_id is not None:
        # Before anything else of the chain is read: of two that are approved at the same moment, one sees the other.
        session.refresh(chain.first_of(session, bulletin), with_for_update=True)
    danger.refuse_drill(session, bulletin, zone, at=at)
    mending.refuse_while_sending(session, bulletin)
    if bulletin.follows_id is None:
        return
    whole = [each for each in chain.members(session, bulletin) if each.id != bulletin.id]
    _refuse_out_of_place(session, bulletin, whole)
    _refuse_same_number(bulletin, whole)


def _refuse_out_of_place(session: Session, bulletin: Bulletin, whole: Sequence[Bulletin]) -> None:
    """What fitted when it was written may have been lifted or taken back meanwhile."""
    followed = session.get(Bulletin, bulletin.mends_id or bulletin.follows_id or 0)
    if followed is None:
        return
    kind = Kind(bulletin.kind)
    why = kinds.unfit(kind, followed, whole)
    if why:
        raise NotNow(why)
    if kind is Kind.CORRECTION:
        return
    ended = followed if kind in kinds.MENDING else whole[0]
    for each in whole:
        if each.state == BulletinState.WAITING and kinds.would_lift(each, ended):
            label = Kind(each.kind).label
            raise NotNow(f"この件の「{label}」（お知らせ {each.id}番）が、先に承認されています。")


def _refuse_same_number(bulletin: Bulletin, whole: Sequence[Bulletin]) -> None:
    mark = follow_up_mark(bulletin.subject)
    for each in whole:
        out = BulletinState(each.state) in APPROVED or chain.has_begun(each)
        if mark and out and follow_up_mark(each.subject) == mark:
            raise NotNow(
                f"{mark}は、お知らせ {each.id}番で先に出ています。"
                "差し戻して、内容を保存しなおすと、番号が付きなおります。"
            )
