"""Approval: nothing goes out unless someone other than its submitter approved exactly that version."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bulletins.checks.draft import Finding, Level
from bulletins.drafting import Drafting, find
from bulletins.life import BulletinState, WrongState, check_move
from bulletins.publishing import place_order, withdraw_order
from bulletins.signatory import NotAllowed, Signatory, must_approve, must_draft
from bulletins.tables import Bulletin, BulletinVersion
from bulletins.untimely import refuse_untimely
from foundation import ledger
from mailer import outbox
from mailer.delivery_hours import DeliveryHours
from mailer.outbox_tables import BatchState


class Blocked(Exception):
    """A check that blocks speaks against the bulletin."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(" ".join(finding.message for finding in findings))
        self.findings = findings


class ReasonMissing(Exception):
    """Urgent delivery and returning need a written reason."""


@dataclass(frozen=True)
class Decision:
    """An approver's yes. `version` is the one they read; None stands for the one submitted."""

    urgent: bool = False
    reason: str | None = None
    no_hold: bool = False
    version: int | None = None


@dataclass(frozen=True)
class Approval:
    """Works in the caller's transaction; approval and publishing order commit together."""

    drafting: Drafting
    hours: DeliveryHours
    hold: timedelta

    def submit(self, session: Session, bulletin_id: int, who: Signatory, *, at: datetime) -> Bulletin:
        """Raises NotAllowed, WrongState, FieldsInvalid, DraftInvalid, Blocked."""
        must_draft(who)
        bulletin = self._move(session, bulletin_id, BulletinState.SUBMITTED, "提出")
        self.drafting.refuse_incomplete(bulletin)
        self._refuse_blocked(bulletin, at=at)
        bulletin.quiet_by = None
        bulletin.submitted_at, bulletin.submitter_id, bulletin.submitter_name = at, who.id, who.name
        bulletin.return_reason = None
        session.merge(
            BulletinVersion(
                bulletin_id=bulletin.id,
                version=bulletin.version,
                subject=bulletin.subject,
                text=bulletin.text,
                submitter_id=who.id,
                at=at,
            )
        )
        self._note(session, bulletin, who, "bulletin.submitted", at=at)
        return bulletin

    def approve(
        self, session: Session, bulletin_id: int, decision: Decision, who: Signatory, *, at: datetime
    ) -> Bulletin:
        """Raises NotAllowed, WrongState, Blocked, ReasonMissing, NotNow."""
        must_approve(who)
        bulletin = find(session, bulletin_id, to_change=True)
        check_move(BulletinState(bulletin.state), BulletinState.WAITING, "承認")
        if who.id == bulletin.submitter_id:
            raise NotAllowed("提出した人は、自分では承認できません。ほかの配信責任者が承認してください。")
        if decision.version is not None and decision.version != bulletin.version:
            raise WrongState(BulletinState(bulletin.state), "画面を開いたあとに内容が変わったため、承認")
        reason = (decision.reason or "").strip()
        if decision.urgent and not reason:
            raise ReasonMissing("緊急配信には、理由を書いてください。")
        self._refuse_blocked(bulletin, at=at)
        refuse_untimely(session, bulletin, self.drafting.town.zone, at=at)
        bulletin.state = BulletinState.WAITING.value
        bulletin.approved_at, bulletin.approver_id, bulletin.approver_name = at, who.id, who.name
        bulletin.approved_version = bulletin.version
        bulletin.urgent, bulletin.urgent_reason = decision.urgent, reason or None
        bulletin.starts_at = self.start(decision, at=at)
        place_order(session, bulletin)
        details: dict[str, object] = {"urgent": decision.urgent, "starts_at": bulletin.starts_at.isoformat()}
        if decision.urgent:
            details["reason"] = reason
        self._note(session, bulletin, who, "bulletin.approved", at=at, **details)
        return bulletin

    def start(self, decision: Decision, *, at: datetime) -> datetime:
        """When a bulletin approved at this moment would begin."""
        if decision.urgent:
            return at
        return self.hours.start_for(at, hold=timedelta() if decision.no_hold else self.hold)

    def give_back(self, session: Session, bulletin_id: int, reason: str, who: Signatory, *, at: datetime) -> Bulletin:
        """An approver returns it; within the hold, whoever may write may pull it back. Raises NotAllowed, WrongState,
        ReasonMissing."""
        bulletin = find(session, bulletin_id, to_change=True)
        must_draft(who)
        if bulletin.state == BulletinState.SUBMITTED and who.id != bulletin.submitter_id:
            must_approve(who)
        if not reason.strip():
            raise ReasonMissing("差し戻す理由を書いてください。")
        check_move(BulletinState(bulletin.state), BulletinState.RETURNED, "差し戻し")
        withdraw_order(session, bulletin)
        bulletin.state, bulletin.return_reason = BulletinState.RETURNED.value, reason.strip()[:500]
        bulletin.approved_at = bulletin.approver_id = bulletin.approver_name = bulletin.approved_version = None
        bulletin.starts_at, bulletin.urgent, bulletin.urgent_reason = None, False, None
        self._note(session, bulletin, who, "bulletin.returned", at=at, reason=bulletin.return_reason)
        return bulletin

    def withdraw(self, session: Session, bulletin_id: int, who: Signatory, *, at: datetime) -> Bulletin:
        """What has not left yet never will. Raises NotAllowed, WrongState."""
        must_draft(who)
        bulletin = self._move(session, bulletin_id, BulletinState.WITHDRAWN, "取り下げ")
        withdraw_order(session, bulletin, at=at)
        outbox.set_batch(session, bulletin.batch, BatchState.WITHDRAWN, at=at)
        self._note(session, bulletin, who, "bulletin.withdrawn", at=at)
        return bulletin

    def halt(self, session: Session, bulletin_id: int, who: Signatory, *, at: datetime) -> Bulletin:
        """The stop button: anyone who may write may press it. Raises NotAllowed, WrongState."""
        must_draft(who)
        bulletin = self._move(session, bulletin_id, BulletinState.HALTED, "一時停止")
        outbox.set_batch(session, bulletin.batch, BatchState.HALTED, at=at)
        self._note(session, bulletin, who, "bulletin.halted", at=at)
        return bulletin

    def resume(self, session: Session, bulletin_id: int, who: Signatory, *, at: datetime) -> Bulletin:
        """Raises NotAllowed, WrongState."""
        must_approve(who)
        bulletin = find(session, bulletin_id, to_change=True)
        if bulletin.state != BulletinState.HALTED:
            raise WrongState(BulletinState(bulletin.state), "再開")
        bulletin.state = BulletinState.SENDING.value
        outbox.set_batch(session, bulletin.batch, BatchState.OPEN, at=at)
        self._note(session, bulletin, who, "bulletin.resumed", at=at)
        return bulletin

    def send_again(self, session: Session, bulletin_id: int, who: Signatory, *, at: datetime) -> int:
        """To those who failed or expired; returns how many. Raises NotAllowed, WrongState."""
        must_approve(who)
        bulletin = find(session, bulletin_id, to_change=True)
        # The table also lets a waiting and a halted one come to `sending`, but not by this road.
        if bulletin.state != BulletinState.SENT:
            raise WrongState(BulletinState(bulletin.state), "再送")
        bulletin.state, bulletin.finished_at = BulletinState.SENDING.value, None
        expires_at = at + timedelta(seconds=bulletin.expires_seconds)
        if not bulletin.urgent:
            expires_at += self.hours.next_opening(at) - at
        number = outbox.send_again(session, bulletin.batch, at=at, expires_at=expires_at)
        self._note(session, bulletin, who, "bulletin.sent-again", at=at, letters=number)
        return number

    def _move(self, session: Session, bulletin_id: int, to: BulletinState, asked: str) -> Bulletin:
        bulletin = find(session, bulletin_id, to_change=True)
        check_move(BulletinState(bulletin.state), to, asked)
        bulletin.state = to.value
        return bulletin

    def _refuse_blocked(self, bulletin: Bulletin, *, at: datetime) -> None:
        blocking = tuple(f for f in self.drafting.findings(bulletin, at=at) if f.level is Level.BLOCK)
        if blocking:
            raise Blocked(blocking)

    def _note(
        self, session: Session, bulletin: Bulletin, who: Signatory, action: str, *, at: datetime, **details: object
    ) -> None:
        deed = who.deed(action, f"bulletin:{bulletin.id}")
        ledger.write(session, deed, at=at, details={"version": bulletin.version, **details})
