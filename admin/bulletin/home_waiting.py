"""What the first page lists until it is sent: approved and waiting for its start, with the time left."""

from dataclasses import dataclass

from admin.desk.approval_desk import ApprovalDesk
from admin.desk.approval_words import time_left
from admin.frame.japanese_times import StartWords, start_words
from bulletins import drill_day
from bulletins.life import BulletinState
from bulletins.tables import Bulletin


@dataclass(frozen=True)
class Waiting:
    """`drill` is "today" where a person has to confirm it now, "wait" where that comes on its day."""

    bulletin: Bulletin
    start: StartWords | None
    left: str
    drill: str
    is_late: bool


def waiting_list(approvals: ApprovalDesk, *, limit: int) -> list[Waiting]:
    """The next to start first."""
    desk = approvals.desk
    at, zone = desk.clock.now(), desk.town.zone
    found = [b for b in desk.listed(states=[BulletinState.WAITING], limit=limit) if b.starts_at is not None]
    held = approvals.held([bulletin.id for bulletin in found])
    lines = []
    for bulletin in sorted(found, key=lambda each: (each.starts_at, each.id)):
        start = bulletin.starts_at or at
        drill = ("today" if drill_day.is_the_day(start, zone, at=at) else "wait") if bulletin.id in held else ""
        left = time_left(start, at=at)
        lines.append(Waiting(bulletin, start_words(start, zone, at=at), left, drill, is_late=start <= at))
    return lines
