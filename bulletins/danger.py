"""Danger: while a real warning is in force, no drill goes out."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bulletins import archive
from bulletins.drafting import LONGEST_LIFE
from bulletins.kinds import LIFTING
from bulletins.life import BulletinState, NotNow
from bulletins.notice_templates import Kind
from bulletins.tables import Bulletin
from subscribers.town import CATEGORY_SEPARATOR

_GENERAL = "一般"
_DANGERS = ("気象情報", "避難情報", "地震情報", "国民保護")  # how the second level of the category begins
_REHEARSALS = ("試験", "訓練")  # categories of the third level
# A test (試験のお知らせ) says nothing that anybody could take for the real thing; see docs/decisions.
_NO_DANGER = LIFTING | {Kind.DRILL, Kind.TEST}


def is_danger(bulletin: Bulletin) -> bool:
    """Whether it tells of weather, evacuation, an earthquake or 国民保護, and is neither rehearsal nor all-clear."""
    levels = bulletin.category.split(CATEGORY_SEPARATOR)
    told = len(levels) > 1 and levels[0] == _GENERAL and levels[1].startswith(_DANGERS)
    return told and levels[-1] not in _REHEARSALS and Kind(bulletin.kind) not in _NO_DANGER


def in_force(session: Session, *, at: datetime) -> Bulletin | None:
    """A real warning that is approved or has begun, and is neither past its expiry nor lifted; the newest."""
    recent = or_(Bulletin.state == BulletinState.WAITING.value, Bulletin.started_at > at - LONGEST_LIFE)
    found = select(Bulletin).where(recent, Bulletin.category.startswith(_GENERAL))
    for bulletin in session.scalars(found.order_by(Bulletin.id.desc())):
        waits = bulletin.state == BulletinState.WAITING
        if is_danger(bulletin) and (waits or archive.is_in_force(session, bulletin, at=at)):
            return bulletin
    return None


def why_no_drill(session: Session, bulletin: Bulletin, zone: ZoneInfo, *, at: datetime) -> str:
    """The sentence that names the real warning; empty for what is no drill, and where there is none."""
    if bulletin.kind != Kind.DRILL.value:
        return ""
    real = in_force(session, at=at)
    if real is None:
        return ""
    until = archive.expiry(real)
    end = f"期限（{until.astimezone(zone):%-m月%-d日 %H:%M}）のあとか、" if until else ""
    return (
        f"「{real.subject}」（お知らせ {real.id}番）が有効なあいだは、訓練を配信できません。"
        f"{end}解除や終了を知らせたあとに、もう一度承認してください。"
    )


def refuse_drill(session: Session, bulletin: Bulletin, zone: ZoneInfo, *, at: datetime) -> None:
    """Raises NotNow."""
    why = why_no_drill(session, bulletin, zone, at=at)
    if why:
        raise NotNow(why)
