"""What the page of one bulletin says and offers about its approval."""

from collections.abc import Sequence
from dataclasses import dataclass

from admin.desk.approval_desk import ApprovalDesk
from admin.desk.approval_words import (
    approval_marks_of,
    approver_words,
    closing_words,
    countersign_words,
    overridden_words,
    wanted_words,
)
from admin.desk.bulletin_desk import signatory
from admin.people.roles import Role
from admin.people.staff import Colleague
from bulletins import drill_day
from bulletins.approval_marks import is_own, may_countersign
from bulletins.life import EDITABLE, BulletinState
from bulletins.tables import Bulletin
from mailer.delivery_hours import NeverOpens


@dataclass(frozen=True)
class ApprovalView:
    """Empty words and False are not shown. `drill` is "wait" or "today" for one that is yet to be confirmed."""

    by: str
    marks: tuple[str, ...]
    telephone: Sequence[Colleague]
    to_countersign: str
    countersign: bool
    alone: bool
    overridden: str
    closing: str
    wanted: str
    drill: str


def approval_view(approvals: ApprovalDesk, bulletin: Bulletin, me: Colleague) -> ApprovalView:
    desk = approvals.desk
    at, drafts = desk.clock.now(), me.may(Role.DRAFTER)
    state = BulletinState(bulletin.state)
    waits = state is BulletinState.SUBMITTED
    undecided = waits or state in EDITABLE
    could = me.may(Role.APPROVER) and not is_own(bulletin, me.id)
    try:
        usual = desk.starts(bulletin.wanted_start) if waits else None
    except NeverOpens:
        usual = None
    return ApprovalView(
        by=approver_words(bulletin) if bulletin.approved_at else "",
        marks=approval_marks_of(bulletin) if bulletin.approved_at else (),
        telephone=approvals.on_the_telephone(bulletin.id) if waits and drafts and not could else (),
        to_countersign=countersign_words(bulletin),
        countersign=may_countersign(bulletin, signatory(me)),
        alone=drafts and undecided and not (waits and could) and approvals.solo.allows(bulletin),
        overridden=overridden_words(desk.hours, usual, at=at) if waits else "",
        closing=closing_words(desk.hours, at=at) if waits else "",
        wanted=wanted_words(bulletin, desk.town.zone, at=at) if undecided else "",
        drill=_drill(approvals, bulletin),
    )


def _drill(approvals: ApprovalDesk, bulletin: Bulletin) -> str:
    if bulletin.starts_at is None or not approvals.held([bulletin.id]):
        return ""
    today = drill_day.is_the_day(bulletin.starts_at, approvals.desk.town.zone, at=approvals.desk.clock.now())
    return "today" if today else "wait"
