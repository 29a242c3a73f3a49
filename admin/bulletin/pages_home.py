"""The first page of the console: what waits for me, and what is not as it should be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from admin.bulletin.home_waiting import waiting_list
from admin.desk.approval_desk import ApprovalDesk
from admin.desk.approval_words import countersign_words, wanted_words
from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.guard import Guard
from admin.frame.refusals import Refusal
from admin.people.roles import Role
from bulletins.approval_marks import is_own
from bulletins.life import BulletinState
from bulletins.progress import Progress, progress
from bulletins.tables import Bulletin
from foundation import ledger
from foundation.pages import Pages
from liaisons import candidates, meetings, review, voices
from mailer import domain_pauses, roll
from mailer.domain_pauses import Cause, DomainPauseRow
from mailer.inbound import InboundRow, InboundState
from subscribers import headcount

Form = Annotated[Posted, Depends(posted)]

_MOST = 20
_GONE = Refusal(409, "この確認は、もう済んでいます", ("ほかの人が先に答えました。いまの状態を表示しています。",))


@dataclass(frozen=True)
class Raised:
    """One rise of refusals, and the bulletin whose letters were refused."""

    row: DomainPauseRow
    bulletin_id: str


@dataclass(frozen=True)
class Paused:
    """What waits for one verdict: a domain, with every bulletin that it refused; `newest` stands for all of them."""

    newest: DomainPauseRow
    raised: Sequence[Raised]


class HomePages:
    def __init__(self, approvals: ApprovalDesk, *, pages: Pages, guard: Guard) -> None:
        self._desk = approvals.desk
        self._approvals = approvals
        self._page = ConsolePage(pages, guard)

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, decides = self._page.needs(Role.VIEWER), self._page.needs(Role.APPROVER)
        router.add_api_route("/admin", self.home, methods=["GET"], dependencies=looks)
        router.add_api_route("/admin/pauses/{pause_id}", self.resolve, methods=["POST"], dependencies=decides)
        return router

    def home(self, request: Request) -> Response:
        return self._home(request)

    def resolve(self, request: Request, pause_id: str, form: Form) -> Response:
        """The verdict of a person on a domain's refusals; the mailer takes the domain up again."""
        verdict = next((cause for cause in Cause if cause.value == form.text("verdict")), None)
        known, me, at = number(pause_id), me_of(request), self._desk.clock.now()
        if verdict is None or known is None:
            return self._home(request, refusal=_GONE)
        with self._desk.database.write() as session:
            pauses = domain_pauses.resolve_domain(session, known, verdict, by=me.actor, at=at)
            for pause in pauses:
                deed = me.deed("domain.resumed", f"domain-pause:{pause.id}")
                ledger.write(session, deed, at=at, details={"verdict": verdict.value, "batch": pause.batch})
        return go("/admin", "pause-resolved") if pauses else self._home(request, refusal=_GONE)

    def _home(self, request: Request, *, refusal: Refusal | None = None) -> Response:
        me = me_of(request)
        at, zone = self._desk.clock.now(), self._desk.town.zone
        submitted, returned = self._listed(BulletinState.SUBMITTED), self._listed(BulletinState.RETURNED)
        drafts = [b for b in self._listed(BulletinState.DRAFT) if b.drafter_id == me.id]
        with self._desk.database.read() as session:
            pauses = _paused(domain_pauses.unresolved(session))
            set_aside, troubles = _set_aside(session), sorted(set(roll.troubles(session, at=at).values()))
            people = headcount.standings(session)
            letters_asked = meetings.asked_for(session, at=at)
            heard = voices.open_ones(session, today=at.astimezone(zone).date())
            proposed, unreviewed = candidates.count_waiting(session), review.count_left(session, zone, at=at)
        return self._page.show(
            request,
            "home",
            here="home",
            refusal=refusal,
            for_me=[b for b in submitted if me.may(Role.APPROVER) and not is_own(b, me.id)],
            for_others=[b for b in submitted if not (me.may(Role.APPROVER) and not is_own(b, me.id))],
            returned=returned,
            drafts=drafts,
            waiting=waiting_list(self._approvals, limit=_MOST),
            countersign=self._approvals.to_countersign(me, limit=_MOST),
            countersign_words=countersign_words,
            planned={each.id: wanted_words(each, zone, at=at) for each in (*submitted, *returned, *drafts)},
            sending=self._sending(),
            pauses=pauses,
            set_aside=set_aside,
            troubles=troubles,
            heard=heard,
            proposed=proposed,
            unreviewed=unreviewed,
            letters_asked=[each for each in letters_asked if each.asked_by_id != me.id],
            broken=self._desk.shelf.broken,
            active=people.pop("active", 0),
            stopped=sum(people.values()),
        )

    def _listed(self, *states: BulletinState) -> Sequence[Bulletin]:
        return self._desk.listed(states=states, limit=_MOST)

    def _sending(self) -> list[tuple[Bulletin, Progress]]:
        found = self._listed(BulletinState.SENDING, BulletinState.HALTED)
        with self._desk.database.read() as session:
            return [(bulletin, progress(session, bulletin)) for bulletin in found]


def _paused(rows: Sequence[DomainPauseRow]) -> list[Paused]:
    """A domain stands there once; what rose everywhere, once a bulletin."""
    together: dict[tuple[str, int], list[DomainPauseRow]] = {}
    for row in rows:
        apart = row.id if row.domain == domain_pauses.EVERYWHERE else 0
        together.setdefault((row.domain, apart), []).append(row)
    return [Paused(each[-1], [Raised(row, _bulletin_number(row)) for row in each]) for each in together.values()]


def _bulletin_number(row: DomainPauseRow) -> str:
    number_text = row.batch.removeprefix("bulletin:")
    return number_text if number_text.isdigit() else ""


def _set_aside(session: Session) -> int:
    query = select(func.count()).select_from(InboundRow).where(InboundRow.state == InboundState.SET_ASIDE)
    return session.scalar(query) or 0
