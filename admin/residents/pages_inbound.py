"""The pages of mail that came in and could not be worked off: read as text, tried again, or put away."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.guard import Guard
from admin.frame.refusals import Refusal
from admin.people.roles import Role
from admin.residents import mail_reading
from admin.residents.inbound_words import inbound_words
from foundation import ledger
from foundation.clock import Clock
from foundation.database import Database
from foundation.pages import Pages
from mailer import inbound
from mailer.inbound import InboundRow, InboundState

Form = Annotated[Posted, Depends(posted)]

_SETTLED = Refusal(409, "このメールは、もう処理されています", ("ほかの人が先に処理しました。",))


class InboundPages:
    def __init__(self, database: Database, clock: Clock, *, pages: Pages, guard: Guard) -> None:
        self._database = database
        self._clock = clock
        self._page = ConsolePage(pages, guard)

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, acts = self._page.needs(Role.VIEWER), self._page.needs(Role.DRAFTER)
        one = "/admin/inbound/{mail_id}"
        router.add_api_route("/admin/inbound", self.listed, methods=["GET"], dependencies=looks)
        router.add_api_route(one, self.show, methods=["GET"], dependencies=looks)
        router.add_api_route(one, self.settle, methods=["POST"], dependencies=acts)
        return router

    def listed(self, request: Request) -> Response:
        return self._listed(request)

    def show(self, request: Request, mail_id: str) -> Response:
        known = number(mail_id)
        with self._database.read() as session:
            row = session.get(InboundRow, known) if known is not None else None
        if row is None or row.state != InboundState.SET_ASIDE:
            return self._page.message(request, 404, "メールが見つかりません", "もう処理されたか、番号が違います。")
        return self._page.show(
            request,
            "inbound-mail",
            here="inbound",
            mail=row,
            reading=mail_reading.read(row.raw, envelope_from=row.envelope_from),
            why=inbound_words(row.note),
        )

    def settle(self, request: Request, mail_id: str, form: Form) -> Response:
        """`again` puts it back into the line, `done` puts it away."""
        known = number(mail_id)
        again = form.text("action") == "again"
        with self._database.write() as session:
            row = session.get(InboundRow, known, with_for_update=True) if known is not None else None
            settled = (
                row is not None and row.state == InboundState.SET_ASIDE and form.text("action") in ("again", "done")
            )
            if row is not None and settled:
                row.state = InboundState.NEW.value if again else InboundState.DONE.value
                deed = me_of(request).deed(f"inbound.{'again' if again else 'done'}", f"inbound:{row.id}")
                ledger.write(session, deed, at=self._clock.now())
        if not settled:
            return self._listed(request, refusal=_SETTLED)
        return go("/admin/inbound", "inbound-again" if again else "inbound-done")

    def _listed(self, request: Request, *, refusal: Refusal | None = None) -> Response:
        with self._database.read() as session:
            mails = inbound.those_set_aside(session)
            kinds = inbound.counts_by_kind(session)
        return self._page.show(
            request, "inbound", here="inbound", refusal=refusal, mails=mails, kinds=kinds, inbound_words=inbound_words
        )
