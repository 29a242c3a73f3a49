"""Approval: nothing goes out unless someone other than its submitter approved exactly that version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from bulletins import approval_codes, mending
from bulletins.approval_marks import Road, clear, mark, refuse_approved, refuse_own
from bulletins.checks.draft import Finding, Level
from bulletins.drafting import Drafting, find
from bulletins.drill_day import must_be_confirmed
from bulletins.life import BulletinState, WrongState, check_move
from bulletins.other_languages import OtherLanguages
from bulletins.publishing import place_order, withdraw_order
from bulletins.schedule import Schedule
from bulletins.signatory import Signatory, must_approve, must_draft
from bulletins.steps import move, note
from bulletins.tables import Bulletin, BulletinVersion
from bulletins.untimely import refuse_untimely
from mailer import outbox, quiet
from mailer.outbox_tables import BatchState


class Blocked(Exception):
    """A check that blocks speaks against the bulletin."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(" ".join(finding.message for finding in findings))
        self.findings = findings


class ReasonMissing(Exception):
    """Urgent delivery and returning need a written reason."""


class Caller(Protocol):
    """Tells those who may approve that a bulletin waits for them; nobody is told when letters cannot be written, and
    the bulletin waits all the same."""

    def ask(self, session: Session, bulletin: Bulletin, findings: Sequence[Finding], *, at: datetime) -> None: ...


@dataclass(frozen=True)
class Decision:
    """An approver's yes. `version` is the one they read; None stands for the one submitted. Of a draft that was never
    submitted, `revision` is the state that was read: quiet saves go into one version, over each other."""

    urgent: bool = False
    reason: str | None = None
    no_hold: bool = False
    version: int | None = None
    revision: int | None = None


@dataclass(frozen=True)
class Approval:
    """Works in the caller's transaction; approval and publishing order commit together."""

    drafting: Drafting
    schedule: Schedule
    caller: Caller
    others: OtherLanguages

    def submit(self, session: Session, bulletin_id: int, who: Signatory, *, at: datetime) -> Bulletin:
        """Those who may approve are asked by letter. Raises NotAllowed, WrongState, FieldsInvalid, DraftInvalid,
        Blocked, StartUnfit for a start to come that was only saved by itself, and so never looked at."""
        bulletin = self.hand_in(session, bulletin_id, who, at=at)
        if bulletin.wanted_start is not None and bulletin.wanted_start > at:
            self.schedule.refuse_unfit(bulletin.wanted_start, at=at)
        self.caller.ask(session, bulletin, self.drafting.findings(bulletin, at=at), at=at)
        return bulletin

    def hand_in(self, session: Session, bulletin_id: int, who: Signatory, *, at: datetime) -> Bulletin:
        """Submitted, and nobody asked yet. Raises what `submit` raises."""
        must_draft(who)
        bulletin = move(session, bulletin_id, BulletinState.SUBMITTED, "提出")
        self.drafting.refuse_incomplete(bulletin)
        self._refuse_blocked(bulletin, at=at)
        bulletin.quiet_by = None
        approval_codes.void(session, bulletin.id)
        bulletin.submitted_at, bulletin.submitter_id, bulletin.submitter_name = at, who.id, who.name
        bulletin.submitter_let_in_by = who.let_in_by
        bulletin.return_reason = None
        session.merge(
            BulletinVersion(
                bulletin_id=bulletin.id,
                version=bulletin.version,
                subject=bulletin.subject,
                text=bulletin.text,
                editions=self.others.settle(session, bulletin),
                submitter_id=who.id,
                at=at,
            )
        )
        note(session, bulletin, who, "bulletin.submitted", at=at)
        return bulletin

    def approve(
        self,
        session: Session,
        bulletin_id: int,
        decision: Decision,
        who: Signatory,
        *,
        at: datetime,
        typed_by: Signatory | None = None,
    ) -> Bulletin:
        """`typed_by` is the clerk to whom `who` read the code out. Raises NotAllowed, WrongState, Blocked,
        ReasonMissing, NotNow."""
        must_approve(who)
        bulletin = awaiting(session, bulletin_id, decision.version)
        refuse_own(bulletin, who)
        return self.release(
            session,
            bulletin,
            decision,
            who,
            at=at,
            road=Road.TELEPHONE if typed_by else Road.CONSOLE,
            typed_by=typed_by,
        )

    def release(
        self,
        session: Session,
        bulletin: Bulletin,
        decision: Decision,
        who: Signatory,
        *,
        at: datetime,
        road: Road,
        typed_by: Signatory | None = None,
    ) -> Bulletin:
        """What every road to the residents has in common; who may take which is decided before. Raises WrongState,
        Blocked, ReasonMissing."""
        check_move(BulletinState(bulletin.state), BulletinState.WAITING, "承認")
        reason = (decision.reason or "").strip()
        if decision.urgent and not reason:
            raise ReasonMissing("緊急配信には、理由を書いてください。")
        self._refuse_blocked(bulletin, at=at)
        refuse_untimely(session, bulletin, self.drafting.town.zone, at=at)
        bulletin.state = BulletinState.WAITING.value
        mark(bulletin, who, road, at=at, typed_by=typed_by)
        bulletin.urgent, bulletin.urgent_reason = decision.urgent, reason or None
        bulletin.starts_at = self.start(decision, wanted=bulletin.wanted_start, at=at)
        zone = self.drafting.town.zone
        place_order(session, bulletin, held=must_be_confirmed(bulletin, bulletin.starts_at, zone, at=at))
        approval_codes.void(session, bulletin.id)
        self._hold_back(session, bulletin, at=at)
        details: dict[str, object] = {"urgent": decision.urgent, "starts_at": bulletin.starts_at.isoformat()}
        if decision.urgent:
            details["reason"] = reason
        if road is not Road.CONSOLE:
            details["road"] = road.value
        if typed_by is not None:
            details["typed_by"] = typed_by.actor
        if bulletin.approved_as_deputy:
            details["deputy"] = True
        note(session, bulletin, who, "bulletin.approved", at=at, **details)
        return bulletin

    def start(self, decision: Decision, *, at: datetime, wanted: datetime | None = None) -> datetime:
        """When a bulletin approved at this moment would begin."""
        return self.schedule.start(at=at, wanted=wanted, urgent=decision.urgent, no_hold=decision.no_hold)

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
        approval_codes.void(session, bulletin.id)
        bulletin.state, bulletin.return_reason = BulletinState.RETURNED.value, reason.strip()[:500]
        clear(bulletin)
        self._let_go(session, bulletin, at=at)
        note(session, bulletin, who, "bulletin.returned", at=at, reason=bulletin.return_reason)
        return bulletin

    def withdraw(self, session: Session, bulletin_id: int, who: Signatory, *, at: datetime) -> Bulletin:
        """What has not left yet never will. Raises NotAllowed, WrongState."""
        must_draft(who)
        bulletin = move(session, bulletin_id, BulletinState.WITHDRAWN, "取り下げ")
        withdraw_order(session, bulletin, at=at)
        approval_codes.void(session, bulletin.id)
        outbox.set_batch(session, bulletin.batch, BatchState.WITHDRAWN, at=at)
        quiet.follow(session, bulletin.batch, BatchState.WITHDRAWN, at=at)
        if bulletin.started_at is None:
            self._let_go(session, bulletin, at=at)
        note(session, bulletin, who, "bulletin.withdrawn", at=at)
        return bulletin

    def _hold_back(self, session: Session, bulletin: Bulletin, *, at: datetime) -> None:
        """From now on nobody passes on what it puts right."""
        for mended in mending.put_right(session, bulletin):
            quiet.follow(session, mended.batch, BatchState.HALTED, at=at)

    def _let_go(self, session: Session, bulletin: Bulletin, *, at: datetime) -> None:
        """It does not go out after all; another one that puts the same right may."""
        for mended in mending.put_right(session, bulletin):
            goes = mended.state in (BulletinState.SENDING, BulletinState.SENT)
            if goes and mending.put_right_by(session, mended) is None:
                quiet.follow(session, mended.batch, BatchState.OPEN, at=at)

    def _refuse_blocked(self, bulletin: Bulletin, *, at: datetime) -> None:
        blocking = tuple(f for f in self.drafting.findings(bulletin, at=at) if f.level is Level.BLOCK)
        if blocking:
            raise Blocked(blocking)


def awaiting(session: Session, bulletin_id: int, version: int | None) -> Bulletin:
    """The bulletin, held until the transaction ends, as one that waits for approval of this version. Raises
    UnknownBulletin and WrongState, which names whoever was first."""
    bulletin = find(session, bulletin_id, to_change=True)
    refuse_approved(bulletin)
    check_move(BulletinState(bulletin.state), BulletinState.WAITING, "承認")
    if version is not None and version != bulletin.version:
        raise WrongState(BulletinState(bulletin.state), "画面を開いたあとに内容が変わったため、承認")
    return bulletin
