"""The bulletin desk: what staff do with a bulletin, the same for the console's pages and for the API.

Each method is one transaction, committed before it returns; staff become signatories here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from admin.people.roles import Role
from admin.people.staff import Colleague
from bulletins import on_its_way
from bulletins.approval import Approval, Decision
from bulletins.approval_marks import refuse_approved
from bulletins.checks.draft import Finding
from bulletins.danger import refuse_drill
from bulletins.drafting import Drafting, Preview, Sheet, find
from bulletins.life import EDITABLE, BulletinState
from bulletins.mending import Addressed, addressed, refuse_going_on
from bulletins.notice_shelf import Shelf
from bulletins.other_languages import Said
from bulletins.progress import Progress, progress
from bulletins.signatory import Signatory
from bulletins.tables import Bulletin
from bulletins.whole_reach import Audiences
from foundation import ledger
from foundation.clock import Clock
from foundation.database import Database
from foundation.ledger import LedgerLine
from mailer import tallies
from mailer.delivery_hours import DeliveryHours
from mailer.tallies import Counts
from subscribers.audience import Reach
from subscribers.town import Town

_TO_STOP_IT = "止めるときは、下の「取り戻す」か「一時停止」を押してください。"


class _Recorded(TypedDict):
    bulletin: Bulletin
    progress: Progress
    history: Sequence[LedgerLine]
    domains: Mapping[str, Counts]


@dataclass(frozen=True)
class Record:
    """What became of one bulletin."""

    bulletin: Bulletin
    progress: Progress
    history: Sequence[LedgerLine]
    domains: Mapping[str, Counts]


@dataclass(frozen=True)
class Dossier(Record):
    """Everything a page or the API shows of one bulletin."""

    findings: tuple[Finding, ...]
    editions: Sequence[Said]
    addressed: Addressed
    reach: Reach


@dataclass(frozen=True)
class BulletinDesk:
    """Raises what the rooms raise: UnknownBulletin, UnknownNotice, NotAllowed, WrongState, Blocked, ReasonMissing,
    FieldsInvalid, DraftInvalid, KindUnfit, NotNow."""

    database: Database
    clock: Clock
    town: Town
    drafting: Drafting
    approval: Approval
    audiences: Audiences
    hours: DeliveryHours

    @property
    def shelf(self) -> Shelf:
        return self.drafting.shelf

    def preview(self, sheet: Sheet) -> Preview:
        turn, source = 0, None
        if sheet.follows or sheet.copied_from:
            with self.database.read() as session:
                turn = self.drafting.turn(session, sheet)
                source = session.get(Bulletin, sheet.copied_from) if sheet.copied_from else None
        return self.drafting.preview(sheet, at=self.clock.now(), turn=turn, source=source)

    def begin(self, sheet: Sheet, me: Colleague) -> int:
        with self.database.write() as session:
            return self.drafting.begin(session, sheet, signatory(me), at=self.clock.now()).id

    def change(self, bulletin_id: int, sheet: Sheet, me: Colleague) -> None:
        with self.database.write() as session:
            self.drafting.change(session, bulletin_id, sheet, signatory(me), at=self.clock.now())

    def translate(self, bulletin_id: int, words: Said, me: Colleague, *, version: int | None) -> None:
        """A person's words in another language; empty ones give way to those of the notice."""
        with self.database.write() as session:
            at = self.clock.now()
            self.approval.others.write(session, bulletin_id, words, signatory(me), version=version, at=at)

    def submit(self, bulletin_id: int, me: Colleague) -> None:
        with self.database.write() as session:
            self.approval.submit(session, bulletin_id, signatory(me), at=self.clock.now())

    def approve(self, bulletin_id: int, decision: Decision, me: Colleague) -> None:
        with self.database.write() as session:
            self.approval.approve(session, bulletin_id, decision, signatory(me), at=self.clock.now())

    def turn_down(self, bulletin_id: int, reason: str, me: Colleague) -> None:
        """An approver's no, which does not undo another one's yes: raises AlreadyDone, and what `give_back` raises."""
        with self.database.write() as session:
            refuse_approved(find(session, bulletin_id, to_change=True), _TO_STOP_IT)
            self.approval.give_back(session, bulletin_id, reason, signatory(me), at=self.clock.now())

    def give_back(self, bulletin_id: int, reason: str, me: Colleague) -> None:
        with self.database.write() as session:
            self.approval.give_back(session, bulletin_id, reason, signatory(me), at=self.clock.now())

    def withdraw(self, bulletin_id: int, me: Colleague) -> None:
        with self.database.write() as session:
            self.approval.withdraw(session, bulletin_id, signatory(me), at=self.clock.now())

    def halt(self, bulletin_id: int, me: Colleague) -> None:
        with self.database.write() as session:
            on_its_way.halt(session, bulletin_id, signatory(me), at=self.clock.now())

    def resume(self, bulletin_id: int, me: Colleague) -> None:
        with self.database.write() as session:
            at = self.clock.now()
            on_its_way.resume(session, bulletin_id, signatory(me), at=at)
            self._refuse_going_on(session, bulletin_id, at=at)

    def send_again(self, bulletin_id: int, me: Colleague) -> int:
        with self.database.write() as session:
            at = self.clock.now()
            letters = on_its_way.send_again(session, bulletin_id, signatory(me), hours=self.hours, at=at)
            self._refuse_going_on(session, bulletin_id, at=at)
            return letters

    def starts(self, wanted: datetime | None = None, *, no_hold: bool = False) -> datetime:
        """When a bulletin approved now would begin."""
        return self.approval.start(Decision(no_hold=no_hold), wanted=wanted, at=self.clock.now())

    def standing(self, bulletin_id: int) -> tuple[Bulletin, Progress]:
        """The least that can be told of one."""
        with self.database.read() as session:
            bulletin = find(session, bulletin_id)
            return bulletin, progress(session, bulletin)

    def record(self, bulletin_id: int) -> Record:
        with self.database.read() as session:
            return Record(**_record(session, find(session, bulletin_id)))

    def dossier(self, bulletin_id: int) -> Dossier:
        with self.database.read() as session:
            bulletin = find(session, bulletin_id)
            whom = addressed(session, bulletin)
            return Dossier(
                **_record(session, bulletin),
                findings=self._findings(bulletin),
                editions=self.approval.others.editions(session, bulletin),
                addressed=whom,
                reach=self.audiences.reach(session, bulletin, whom, at=self.clock.now()),
            )

    def listed(
        self, *, states: Sequence[BulletinState] = (), words: str = "", before: int | None = None, limit: int = 30
    ) -> Sequence[Bulletin]:
        """Newest first; no states means all. Each of the words stands somewhere in the mail."""
        query = select(Bulletin)
        if states:
            query = query.where(Bulletin.state.in_([state.value for state in states]))
        if before is not None:
            query = query.where(Bulletin.id < before)
        for word in words.split():
            held = (Bulletin.subject.icontains(word, autoescape=True), Bulletin.text.icontains(word, autoescape=True))
            query = query.where(or_(*held))
        with self.database.read() as session:
            return session.scalars(query.order_by(Bulletin.id.desc()).limit(limit)).all()

    def counts(self) -> Mapping[BulletinState, int]:
        """How many bulletins stand in each state."""
        with self.database.read() as session:
            rows = session.execute(select(Bulletin.state, func.count()).group_by(Bulletin.state))
            return {BulletinState(state): number for state, number in rows}

    def _refuse_going_on(self, session: Session, bulletin_id: int, *, at: datetime) -> None:
        """What was put right, and a drill beside the real thing. Raises NotNow."""
        bulletin = find(session, bulletin_id)
        refuse_going_on(session, bulletin)
        refuse_drill(session, bulletin, self.town.zone, at=at)

    def _findings(self, bulletin: Bulletin) -> tuple[Finding, ...]:
        """What was sent long ago is not checked against today."""
        unsent = bulletin.state in EDITABLE or bulletin.state == BulletinState.SUBMITTED
        return self.drafting.findings(bulletin, at=self.clock.now()) if unsent else ()


def _record(session: Session, bulletin: Bulletin) -> _Recorded:
    return {
        "bulletin": bulletin,
        "progress": progress(session, bulletin),
        "history": list(ledger.lines_about(session, f"bulletin:{bulletin.id}")),
        "domains": tallies.by_domain(session, bulletin.batch),
    }


def signatory(me: Colleague) -> Signatory:
    return Signatory(
        me.id,
        me.name,
        drafts=me.may(Role.DRAFTER),
        approves=me.may(Role.APPROVER),
        origin=me.origin,
        let_in_by=me.let_in_by,
        deputy=me.deputy_rank is not None,
    )
