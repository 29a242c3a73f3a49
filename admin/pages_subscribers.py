"""The pages of subscribers: one address looked up for somebody on the telephone, stopped, brought back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from admin.bounce_words import bounce_words
from admin.console_page import ConsolePage, go, me_of
from admin.form_reading import Posted, number, posted
from admin.guard import Guard
from admin.refusals import Refusal
from admin.roles import Role
from foundation import ledger
from foundation.addresses import Address, AddressInvalid
from foundation.clock import Clock
from foundation.database import Database
from foundation.pages import Pages
from mailer import bounce_facts
from mailer.bounce_facts import BounceFactRow
from subscribers import leaving
from subscribers.choices import Choices, chosen
from subscribers.tables import StopReason, Subscriber, SubscriberState
from subscribers.unreachable import Watch

Form = Annotated[Posted, Depends(posted)]

LONGEST_WHY = 200
_UNKNOWN = "このアドレスの登録はありません。つづりを確かめてください。"
_NOT_UNDONE = Refusal(
    409,
    "職員の操作では再開できません",
    ("ご本人が停止したか、もう消されたアドレスです。ご本人に、登録用アドレスへ空メールを送るよう伝えてください。",),
)


@dataclass(frozen=True)
class Record:
    """One subscriber as the page shows it; `days` are what the three-day rule counts, `facts` the newest first."""

    row: Subscriber
    choices: Choices
    days: Sequence[date]
    facts: Sequence[BounceFactRow]


class SubscriberPages:
    """Addresses are searched by POST and never stand in the address of a page; each look is in the ledger."""

    def __init__(self, database: Database, clock: Clock, watch: Watch, *, pages: Pages, guard: Guard) -> None:
        self._database = database
        self._clock = clock
        self._watch = watch
        self._page = ConsolePage(pages, guard)

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, acts = self._page.needs(Role.VIEWER), self._page.needs(Role.DRAFTER)
        one = "/admin/subscribers/{subscriber_id}"
        router.add_api_route("/admin/subscribers", self.front, methods=["GET"], dependencies=looks)
        router.add_api_route("/admin/subscribers", self.search, methods=["POST"], dependencies=looks)
        router.add_api_route(one, self.show, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{one}/stop", self.stop, methods=["POST"], dependencies=acts)
        router.add_api_route(f"{one}/undo", self.undo, methods=["POST"], dependencies=acts)
        return router

    def front(self, request: Request) -> Response:
        return self._front(request)

    def search(self, request: Request, form: Form) -> Response:
        typed = form.text("address")
        try:
            address = Address.parse(typed)
        except AddressInvalid as fault:
            return self._front(request, typed=typed, error=str(fault), status=422)
        with self._database.read() as session:
            found = session.scalar(select(Subscriber.id).where(Subscriber.address == address.text))
        if found is None:
            return self._front(request, typed=typed, error=_UNKNOWN, status=404)
        return go(f"/admin/subscribers/{found}")

    def show(self, request: Request, subscriber_id: str) -> Response:
        return self._show(request, subscriber_id)

    def stop(self, request: Request, subscriber_id: str, form: Form) -> Response:
        why, known = form.text("why").strip()[:LONGEST_WHY], number(subscriber_id)
        if not why:
            return self._show(request, subscriber_id, error="停止する理由を書いてください。", status=422)
        with self._database.write() as session:
            stopped = known is not None and leaving.stop(
                session, known, StopReason.STAFF, by=me_of(request).actor, at=self._clock.now(), evidence=why
            )
        return go(f"/admin/subscribers/{known}", "stopped") if stopped else self._missing(request)

    def undo(self, request: Request, subscriber_id: str, form: Form) -> Response:
        """From the list of bounces, one returns to it."""
        known = number(subscriber_id)
        with self._database.write() as session:
            undone = known is not None and leaving.undo(session, known, by=me_of(request).actor, at=self._clock.now())
        if not undone:
            return self._show(request, subscriber_id, refusal=_NOT_UNDONE)
        return go("/admin/bounces" if form.text("back") == "bounces" else f"/admin/subscribers/{known}", "undone")

    def _front(self, request: Request, *, typed: str = "", error: str = "", status: int = 200) -> Response:
        with self._database.read() as session:
            numbers = _numbers(session)
        return self._page.show(
            request, "subscribers", here="subscribers", status=status, typed=typed[:254], error=error, numbers=numbers
        )

    def _show(
        self,
        request: Request,
        subscriber_id: str,
        *,
        error: str = "",
        refusal: Refusal | None = None,
        status: int | None = None,
    ) -> Response:
        known = number(subscriber_id)
        with self._database.write() as session:
            record = self._record(session, known) if known is not None else None
            if record is not None:
                deed = me_of(request).deed("subscriber.viewed", f"subscriber:{record.row.id}")
                ledger.write(session, deed, at=self._clock.now())
        if record is None:
            return self._missing(request)
        return self._page.show(
            request,
            "subscriber",
            here="subscribers",
            status=status,
            refusal=refusal,
            record=record,
            error=error,
            bounce_words=bounce_words,
            rule_days=self._watch.rule.days,
        )

    def _record(self, session: Session, known: int) -> Record | None:
        row = session.get(Subscriber, known)
        if row is None or row.address is None:
            return None
        days = self._watch.days(session, row, at=self._clock.now())
        facts = list(bounce_facts.facts_about(session, known))
        return Record(row, chosen(session, known), days, facts[::-1][:50])

    def _missing(self, request: Request) -> Response:
        return self._page.message(request, 404, "登録が見つかりません", "もう消されたか、番号が違います。")


def _numbers(session: Session) -> dict[str, int]:
    """`active`, and how many were stopped for each reason; those erased are not counted."""
    rows = session.execute(
        select(Subscriber.state, Subscriber.reason, func.count())
        .where(Subscriber.address.is_not(None))
        .group_by(Subscriber.state, Subscriber.reason)
    )
    numbers: dict[str, int] = {}
    for state, reason, count in rows:
        name = state if state == SubscriberState.ACTIVE else reason or state
        numbers[name] = numbers.get(name, 0) + count
    return numbers
