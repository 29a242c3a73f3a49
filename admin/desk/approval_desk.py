"""What staff do about an approval besides the approver's own yes: by telephone, afterwards, alone, on the drill's day.

Each method is one transaction, committed before it returns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.desk import approvers
from admin.desk.approval_letters import ApprovalLetters
from admin.desk.bulletin_desk import BulletinDesk, signatory
from admin.people.staff import Colleague
from bulletins import approval_codes, approval_marks, drill_day
from bulletins.approval import Decision, awaiting
from bulletins.approval_codes import CodeRefused, Codes
from bulletins.drafting import find
from bulletins.signatory import NotAllowed, Signatory, must_draft
from bulletins.solo import SoloDelivery
from bulletins.steps import note
from bulletins.tables import Bulletin, PublishingOrder
from foundation.ledger import LedgerLine

# So many wrong codes one clerk may type in, whatever the bulletin and the approver.
WRONG_CODES = 10
WRONG_WINDOW = timedelta(minutes=15)
_WRONG = "bulletin.code-refused"


@dataclass(frozen=True)
class Call:
    """A telephone call: who is on the line, the code they read out, and what they said."""

    approver_id: int
    code: str
    decision: Decision


@dataclass(frozen=True)
class ApprovalDesk:
    """Raises what the rooms raise, and CodeRefused."""

    desk: BulletinDesk
    codes: Codes
    solo: SoloDelivery
    letters: ApprovalLetters

    def telephone(self, bulletin_id: int, call: Call, me: Colleague) -> None:
        """電話承認: approved in the name of whoever read out the code. A wrong code is counted though it is refused."""
        at, clerk = self.desk.clock.now(), signatory(me)
        must_draft(clerk)
        with self.desk.database.write() as session:
            bulletin = awaiting(session, bulletin_id, call.decision.version)
            refused = self._listen(session, bulletin, call, clerk, at=at)
            if refused is None:
                self._approve(session, bulletin, call, clerk, at=at)
        if refused is not None:
            raise refused

    def on_the_telephone(self, bulletin_id: int) -> Sequence[Colleague]:
        """Those who hold a code that still serves, and may still approve."""
        with self.desk.database.read() as session:
            bulletin = find(session, bulletin_id)
            held = approval_codes.holders(session, bulletin, at=self.desk.clock.now())
            able = [approvers.able(session, number) for number in held]
            return [one for one in able if one is not None and not approval_marks.is_own(bulletin, one.id)]

    def countersign(self, bulletin_id: int, me: Colleague) -> None:
        """後閲."""
        with self.desk.database.write() as session:
            approval_marks.countersign(session, bulletin_id, signatory(me), at=self.desk.clock.now())

    def to_countersign(self, me: Colleague, *, limit: int) -> Sequence[Bulletin]:
        with self.desk.database.read() as session:
            return approval_marks.to_countersign(session, signatory(me), limit=limit)

    def send_alone(self, bulletin_id: int, decision: Decision, me: Colleague) -> None:
        """緊急単独配信."""
        with self.desk.database.write() as session:
            self.solo.send(session, bulletin_id, decision, signatory(me), at=self.desk.clock.now())

    def confirm_drill(self, bulletin_id: int, me: Colleague) -> None:
        with self.desk.database.write() as session:
            zone, at = self.desk.town.zone, self.desk.clock.now()
            drill_day.confirm(session, bulletin_id, signatory(me), zone=zone, at=at)

    def held(self, numbers: Sequence[int]) -> frozenset[int]:
        """Those of these bulletins that are drills which nobody has confirmed yet."""
        with self.desk.database.read() as session:
            which = (PublishingOrder.bulletin_id.in_(numbers), PublishingOrder.held)
            return frozenset(session.scalars(select(PublishingOrder.bulletin_id).where(*which)))

    def _listen(
        self, session: Session, bulletin: Bulletin, call: Call, clerk: Signatory, *, at: datetime
    ) -> CodeRefused | None:
        if _wrong_codes(session, clerk, since=at - WRONG_WINDOW) >= WRONG_CODES:
            minutes = WRONG_WINDOW.seconds // 60
            return CodeRefused(f"まちがいが続いたため、{minutes}分ほど入力を止めています。画面からの承認は使えます。")
        refused = self.codes.try_out(session, bulletin, call.approver_id, call.code, at=at)
        if refused is not None:
            note(session, bulletin, clerk, _WRONG, at=at, approver=f"staff:{call.approver_id}")
        return refused

    def _approve(self, session: Session, bulletin: Bulletin, call: Call, clerk: Signatory, *, at: datetime) -> None:
        approver = approvers.able(session, call.approver_id)
        if approver is None:
            raise NotAllowed("この人は、いまは承認できません。ほかの配信責任者に頼んでください。")
        if approver.id == clerk.id:
            raise NotAllowed("あなたのコードです。電話承認ではなく、「承認する」を押してください。")
        note(session, bulletin, clerk, "bulletin.code-typed", at=at, approver=approver.actor)
        # What the ledger says of the approver came by telephone; from where the clerk typed stands in the line above.
        who = signatory(replace(approver, origin="telephone"))
        self.desk.approval.approve(session, bulletin.id, call.decision, who, at=at, typed_by=clerk)
        self.letters.approved_by_telephone(session, bulletin, approver, at=at)


def _wrong_codes(session: Session, clerk: Signatory, *, since: datetime) -> int:
    lines = (LedgerLine.action == _WRONG, LedgerLine.actor == clerk.actor, LedgerLine.at > since)
    return session.scalar(select(func.count()).select_from(LedgerLine).where(*lines)) or 0
