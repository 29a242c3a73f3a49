"""Who did not get a bulletin: those it could not be sent to, those it came too late for, those who bounced."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session
from starlette.responses import Response

from admin.desk.bulletin_desk import BulletinDesk
from admin.desk.bulletin_doors import doors
from admin.desk.progress_words import again_words
from admin.desk.reach_words import expiry_words
from admin.frame.console_page import ConsolePage, me_of
from admin.frame.form_reading import bulletin_number, number
from admin.frame.refusals import refusal_of
from admin.people.roles import Role
from admin.residents.bounce_words import bounce_words
from bulletins.drafting import UnknownBulletin
from bulletins.missed_letters import came_back
from bulletins.tables import Bulletin
from foundation import ledger
from mailer.bounce_facts import BounceFactRow
from mailer.outbox_tables import OutboxRow, State

PAGE = 100

# In the very words of the index of such rows, which are few: SQLite uses it only for these.
_ODD = text("outbox.state NOT IN ('queued', 'sent')")
_ENDS = {
    State.FAILED: "送れず",
    State.EXPIRED: "期限切れ",
    State.SENT: "後から不達",
}


@dataclass(frozen=True)
class Missed:
    """One who did not get it; `address` is empty where it has been erased since."""

    letter: int
    subscriber: int | None
    address: str
    end: str
    why: str
    evidence: str


class NotReachedPages:
    """Addresses are shown, so each look is in the ledger."""

    def __init__(self, desk: BulletinDesk, *, page: ConsolePage) -> None:
        self._desk = desk
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks = self._page.needs(Role.VIEWER)
        router.add_api_route(
            "/admin/bulletins/{bulletin_id}/not-reached", self.show, methods=["GET"], dependencies=looks
        )
        return router

    def show(self, request: Request, bulletin_id: str) -> Response:
        """`?after=` goes on behind a letter's number."""
        me = me_of(request)
        after = number(request.query_params.get("after", "")) or 0
        try:
            bulletin, progress = self._desk.standing(bulletin_number(bulletin_id))
        except UnknownBulletin as error:
            refusal = refusal_of(error)
            return self._page.message(request, refusal.status, refusal.title, *refusal.sentences)
        counts = progress.counts
        with self._desk.database.write() as session:
            found = not_reached(session, bulletin, after=after)
            deed = me.deed("subscriber.list-viewed", f"subscribers:not-reached-{bulletin.id}")
            ledger.write(session, deed, at=self._desk.clock.now(), details={"shown": len(found[:PAGE])})
        again = counts.failed + counts.expired
        return self._page.show(
            request,
            "not-reached",
            here="bulletins",
            bulletin=bulletin,
            counts=counts,
            again=again,
            expiry=expiry_words(bulletin),
            again_question=again_words(counts) if again else "",
            can_send_again=doors(bulletin, me, again=again).send_again,
            missed=found[:PAGE],
            after=after,
            page=PAGE,
            further=found[PAGE - 1].letter if len(found) > PAGE else None,
        )


def not_reached(session: Session, bulletin: Bulletin, *, after: int = 0) -> list[Missed]:
    """A page of them and one more, in the order of their letters."""
    if bulletin.started_at is None:
        return []
    columns = (OutboxRow.id, OutboxRow.recipient_ref, OutboxRow.address, OutboxRow.state, OutboxRow.failing_as)
    ended = select(*columns).where(
        OutboxRow.batch == bulletin.batch, OutboxRow.state.in_((State.FAILED, State.EXPIRED)), _ODD
    )
    reported = select(*columns).where(*came_back(bulletin.batch))
    rows = [
        row
        for query in (ended, reported)
        for row in session.execute(query.where(OutboxRow.id > after).order_by(OutboxRow.id).limit(PAGE + 1))
    ]
    rows = sorted(rows, key=lambda row: row.id)[: PAGE + 1]
    facts = _facts(session, [row.id for row in rows])
    return [_missed(row, facts.get(row.id)) for row in rows]


def _missed(row: Row[tuple[int, int | None, str, str, str | None]], fact: BounceFactRow | None) -> Missed:
    if fact is not None:
        why, evidence = bounce_words(fact.bounce_class), fact.evidence
    elif row.failing_as:
        why, evidence = bounce_words(row.failing_as), ""
    else:
        why, evidence = "順番が来る前に期限が過ぎた" if row.state == State.EXPIRED else "", ""
    return Missed(
        letter=row.id,
        subscriber=row.recipient_ref,
        address=row.address if "@" in row.address else "",
        end=_ENDS[State(row.state)],
        why=why,
        evidence=evidence,
    )


def _facts(session: Session, letters: Sequence[int]) -> dict[int, BounceFactRow]:
    found = session.scalars(select(BounceFactRow).where(BounceFactRow.outbox_id.in_(letters)))
    return {fact.outbox_id: fact for fact in found}
