"""What may not be approved now, though nothing in its text speaks against it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bulletins import chain, danger, mending
from bulletins.life import APPROVED, BulletinState, NotNow
from bulletins.tables import Bulletin
from bulletins.wording import follow_up_mark


def refuse_untimely(session: Session, bulletin: Bulletin, zone: ZoneInfo, *, at: datetime) -> None:
    """A drill beside a real warning, a correction of what is still being sent, a second follow-up of one number. Raises
    NotNow."""
    danger.refuse_drill(session, bulletin, zone, at=at)
    mending.refuse_while_sending(session, bulletin)
    _refuse_same_number(session, bulletin)


def _refuse_same_number(session: Session, bulletin: Bulletin) -> None:
    mark = follow_up_mark(bulletin.subject)
    if not mark or bulletin.follows_id is None:
        return
    for each in chain.members(session, bulletin):
        out = BulletinState(each.state) in APPROVED or chain.has_begun(each)
        if each.id != bulletin.id and out and follow_up_mark(each.subject) == mark:
            raise NotNow(
                f"{mark}は、お知らせ {each.id}番で先に出ています。"
                "差し戻して、内容を保存しなおすと、番号が付きなおります。"
            )
