"""Which buttons a person sees on a bulletin, by role and state, and why one is missing."""

from dataclasses import dataclass

from admin.people.roles import Role
from admin.people.staff import Colleague
from bulletins.approval_marks import is_own
from bulletins.life import EDITABLE, BulletinState
from bulletins.tables import Bulletin


@dataclass(frozen=True)
class Doors:
    """What the rooms would let this person do; they decide again when it is done."""

    edit: bool
    submit: bool
    approve: bool
    give_back: bool
    pull_back: bool
    withdraw: bool
    halt: bool
    resume: bool
    send_again: bool
    follow: bool
    why_not_approve: str


def doors(bulletin: Bulletin, me: Colleague, *, again: int) -> Doors:
    """`again` is how many could be sent once more."""
    state = BulletinState(bulletin.state)
    drafts, approves = me.may(Role.DRAFTER), me.may(Role.APPROVER)
    submitted, waiting = state is BulletinState.SUBMITTED, state is BulletinState.WAITING
    mine, own = bulletin.submitter_id == me.id, is_own(bulletin, me.id)
    return Doors(
        edit=drafts and state in EDITABLE,
        submit=drafts and state in EDITABLE,
        approve=submitted and approves and not own,
        give_back=submitted and approves and not own,
        pull_back=drafts and (waiting or (submitted and mine)),
        withdraw=drafts and state not in (BulletinState.SENT, BulletinState.WITHDRAWN),
        halt=drafts and state is BulletinState.SENDING,
        resume=approves and state is BulletinState.HALTED,
        send_again=approves and state is BulletinState.SENT and again > 0,
        follow=drafts and bulletin.started_at is not None,
        why_not_approve=_why_not(mine=mine, own=own, approves=approves) if submitted else "",
    )


def _why_not(*, mine: bool, own: bool, approves: bool) -> str:
    if own and not mine:
        return "依頼した人は、あなたが一人で招待した職員なので、承認するのはほかの配信責任者です。"
    if mine:
        return "あなたが承認を依頼したお知らせなので、承認するのはほかの配信責任者です。"
    return "" if approves else "承認は、配信責任者が行います。"
