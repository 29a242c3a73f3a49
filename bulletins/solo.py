"""緊急単独配信: the one exception from the promise that two people are needed, for notices released for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from bulletins.approval import Approval, Decision
from bulletins.approval_marks import Road, refuse_approved
from bulletins.drafting import find
from bulletins.life import EDITABLE, BulletinState, WrongState
from bulletins.notice_templates import Kind
from bulletins.signatory import NotAllowed, Signatory, must_draft
from bulletins.tables import Bulletin


class Teller(Protocol):
    """Tells everybody responsible what one person sent alone."""

    def sent_alone(self, session: Session, bulletin: Bulletin, *, at: datetime) -> None: ...


@dataclass(frozen=True)
class SoloDelivery:
    """`notices` are the templates that HANSHO_SOLO_NOTICES names; empty, nobody sends anything alone."""

    approval: Approval
    notices: frozenset[str]
    teller: Teller

    def allows(self, bulletin: Bulletin) -> bool:
        """Never a drill: nothing about it is urgent."""
        return bulletin.notice in self.notices and bulletin.kind != Kind.DRILL.value

    def send(self, session: Session, bulletin_id: int, decision: Decision, who: Signatory, *, at: datetime) -> Bulletin:
        """At once, whatever the decision says of urgency; in the caller's transaction. Raises NotAllowed, WrongState,
        Blocked, ReasonMissing, NoticeRetired, NotNow."""
        must_draft(who)
        bulletin = find(session, bulletin_id, to_change=True)
        if not self.allows(bulletin):
            raise NotAllowed("この定型文は、緊急単独配信の対象ではありません。配信責任者の承認が必要です。")
        self.approval.drafting.shelf.offered(bulletin.notice)
        refuse_approved(bulletin)
        _refuse_unread(bulletin, decision)
        if BulletinState(bulletin.state) in EDITABLE:
            self.approval.hand_in(session, bulletin_id, who, at=at)
        urgently = Decision(urgent=True, reason=decision.reason)
        self.approval.release(session, bulletin, urgently, who, at=at, road=Road.ALONE)
        self.teller.sent_alone(session, bulletin, at=at)
        return bulletin


def _refuse_unread(bulletin: Bulletin, decision: Decision) -> None:
    """What leaves is what was read. While somebody types, the version names no words: they are saved over each other.
    Raises WrongState."""
    state = BulletinState(bulletin.state)
    seen = decision.revision if decision.revision is not None else bulletin.revision
    if decision.version not in (None, bulletin.version) or seen != bulletin.revision:
        raise WrongState(state, "画面を開いたあとに内容が変わったため、緊急単独配信")
    if decision.revision is None and bulletin.quiet_by is not None:
        raise WrongState(state, "だれかが書いている途中で、まだ保存していないため、緊急単独配信")
