"""The pages of subscribers: one address looked up for somebody on the telephone, invited, stopped, brought back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.refusals import Refusal
from admin.people.roles import Role
from admin.people.staff import Colleague
from admin.residents.bounce_words import bounce_words
from admin.residents.pasted_address import unpasted
from admin.residents.subscriber_history import INVITED, Delivery, Happened, deliveries, happened
from foundation import ledger
from foundation.addresses import Address, AddressInvalid
from foundation.clock import Clock
from foundation.database import Database
from foundation.languages import Language
from mailer import bounce_facts
from mailer.answer_caps import Leave
from mailer.bounce_facts import BounceFactRow
from subscribers import headcount, leaving, pausing, registration
from subscribers.choices import Choices, chosen
from subscribers.places import Places
from subscribers.registration import Registration
from subscribers.tables import StopReason, Subscriber
from subscribers.unreachable import Watch

Form = Annotated[Posted, Depends(posted)]

LONGEST_WHY = 200
_UNKNOWN = "このアドレスの登録はありません。つづりを確かめてください。"
_NOT_UNDONE = Refusal(
    409,
    "職員の操作では再開できません",
    ("ご本人が停止したか、もう消されたアドレスです。ご本人に、登録用アドレスへ空メールを送るよう伝えてください。",),
)
_NOT_INVITED = {
    Leave.NO: Refusal(
        409,
        "登録用メールは、続けて送ったばかりです",
        (
            "1つのアドレスに自動で送るのは、10分間に3通、1日に6通までです。",
            "迷惑メールのフォルダーを見てもらい、しばらくたってから、もう一度送ってください。",
        ),
    ),
    Leave.LATER: Refusal(
        503, "いま、登録の申し込みが混み合っています", ("1分ほどたってから、もう一度送ってください。",)
    ),
}


@dataclass(frozen=True)
class Record:
    """One subscriber as the page shows it; `days` are what the three-day rule counts, `facts` the newest first."""

    row: Subscriber
    choices: Choices
    days: Sequence[date]
    facts: Sequence[BounceFactRow]
    history: Sequence[Happened]
    deliveries: Sequence[Delivery]
    place: str | None


class SubscriberPages:
    """Addresses are searched by POST and never stand in the address of a page; each look is in the ledger."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        watch: Watch,
        *,
        places: Places,
        registration: Registration,
        page: ConsolePage,
    ) -> None:
        self._database = database
        self._clock = clock
        self._watch = watch
        self._places = places
        self._registration = registration
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, acts = self._page.needs(Role.VIEWER), self._page.needs(Role.DRAFTER)
        one = "/admin/subscribers/{subscriber_id}"
        router.add_api_route("/admin/subscribers", self.front, methods=["GET"], dependencies=looks)
        router.add_api_route("/admin/subscribers", self.search, methods=["POST"], dependencies=looks)
        router.add_api_route("/admin/subscribers/invite", self.invite_new, methods=["POST"], dependencies=acts)
        router.add_api_route(one, self.show, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{one}/stop", self.stop, methods=["POST"], dependencies=acts)
        router.add_api_route(f"{one}/undo", self.undo, methods=["POST"], dependencies=acts)
        router.add_api_route(f"{one}/invite", self.invite, methods=["POST"], dependencies=acts)
        return router

    def front(self, request: Request) -> Response:
        return self._front(request)

    def search(self, request: Request, form: Form) -> Response:
        typed = form.text("address")
        try:
            address = Address.parse(unpasted(typed))
        except AddressInvalid as fault:
            return self._front(request, typed=typed, error=str(fault), status=422)
        with self._database.read() as session:
            found = session.scalar(select(Subscriber.id).where(Subscriber.address == address.text))
        if found is None:
            return self._front(request, typed=address.text, error=_UNKNOWN, unknown=address.text, status=404)
        return go(f"/admin/subscribers/{found}")

    def invite_new(self, request: Request, form: Form) -> Response:
        """For an address that is not registered: the link in the last mail was lost, or never came."""
        typed = form.text("address")
        try:
            address = Address.parse(unpasted(typed))
        except AddressInvalid as fault:
            return self._front(request, typed=typed, error=str(fault), status=422)
        with self._database.write() as session:
            leave = self._invite(session, registration.Request(address), "invitations", me_of(request))
        if leave is not Leave.YES:
            return self._front(request, typed=address.text, unknown=address.text, refusal=_NOT_INVITED[leave])
        return go("/admin/subscribers", "invitation-sent")

    def show(self, request: Request, subscriber_id: str) -> Response:
        return self._show(request, subscriber_id)

    def stop(self, request: Request, subscriber_id: str, form: Form) -> Response:
        why, known = form.text("why").strip()[:LONGEST_WHY], number(subscriber_id)
        if not why:
            return self._show(request, subscriber_id, error="停止する理由を書いてください。", status=422)
        with self._database.write() as session:
            stopped = known is not None and leaving.stop(
                session, known, StopReason.STAFF, by=me_of(request), at=self._clock.now(), evidence=why
            )
        return go(f"/admin/subscribers/{known}", "stopped") if stopped else self._missing(request)

    def undo(self, request: Request, subscriber_id: str, form: Form) -> Response:
        """From the list of bounces, one returns to it."""
        known = number(subscriber_id)
        with self._database.write() as session:
            undone = known is not None and leaving.undo(session, known, by=me_of(request), at=self._clock.now())
        if not undone:
            return self._show(request, subscriber_id, refusal=_NOT_UNDONE)
        return go("/admin/bounces" if form.text("back") == "bounces" else f"/admin/subscribers/{known}", "undone")

    def invite(self, request: Request, subscriber_id: str) -> Response:
        """The ordinary invitation, by which a resident registers anew or chooses again."""
        known, leave = number(subscriber_id), Leave.NO
        with self._database.write() as session:
            row = session.get(Subscriber, known) if known is not None else None
            address = row.address if row is not None else None
            if row is not None and address is not None:
                asked = registration.Request(Address.parse(address), language=row.language)
                leave = self._invite(session, asked, f"subscriber:{row.id}", me_of(request))
        if address is None:
            return self._missing(request)
        if leave is not Leave.YES:
            return self._show(request, subscriber_id, refusal=_NOT_INVITED[leave])
        return go(f"/admin/subscribers/{known}", "invitation-sent")

    def _invite(self, session: Session, asked: registration.Request, subject: str, me: Colleague) -> Leave:
        at: datetime = self._clock.now()
        leave = self._registration.invite(session, asked, at=at)
        if leave is Leave.YES:
            ledger.write(session, me.deed(INVITED, subject), at=at)
        return leave

    def _front(
        self,
        request: Request,
        *,
        typed: str = "",
        error: str = "",
        unknown: str = "",
        refusal: Refusal | None = None,
        status: int | None = None,
    ) -> Response:
        """`unknown` is a sound address that is not registered."""
        with self._database.read() as session:
            numbers = headcount.standings(session)
        return self._page.show(
            request,
            "subscribers",
            here="subscribers",
            refusal=refusal,
            status=status,
            typed=typed[:254],
            error=error,
            unknown=unknown,
            numbers=numbers,
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
            place_label=record.place,
            spoken=Language.of(record.row.language).own_name,
            resting=pausing.is_paused(record.row, at=self._clock.now()),
        )

    def _record(self, session: Session, known: int) -> Record | None:
        row = session.get(Subscriber, known)
        if row is None or row.address is None:
            return None
        days = self._watch.days(session, row, at=self._clock.now())
        facts = list(bounce_facts.facts_about(session, known))[::-1][:50]
        labels = self._places.labels(session)
        past = happened(session, row, facts, labels)
        return Record(
            row,
            chosen(session, known),
            days,
            facts,
            past,
            deliveries(session, row.address),
            labels.get(row.place or "", row.place),
        )

    def _missing(self, request: Request) -> Response:
        return self._page.message(request, 404, "登録が見つかりません", "もう消されたか、番号が違います。")
