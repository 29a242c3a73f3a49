"""The page of one liaison: what is held, how it came to be, and the next step of their life."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from admin.frame.console_page import go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.refusals import Refusal
from admin.network.liaison_desk import HERE, LIAISONS, REFUSING, LiaisonDesk, refusal_of, staff_names, year_day
from admin.people.roles import Role
from admin.people.staff import Colleague
from foundation import ledger
from foundation.fiscal_year import FiscalYear
from liaisons import consent, emptying, links, listing, own_page, register, review
from liaisons.consent import Consent, DayUnfit
from liaisons.life import UnknownLiaison
from liaisons.links import LinkPurpose
from liaisons.tables import ConsentWay, Liaison, LiaisonState, Way
from mailer.answer_caps import Leave
from subscribers import pausing

Form = Annotated[Posted, Depends(posted)]

ONE = f"{LIAISONS}/{{liaison_id}}"
# By mail they answer themselves; staff write down what they were told or handed.
BY_STAFF = tuple((way.value, way.label) for way in ConsentWay if way is not ConsentWay.LINK)
_NO_MAIL = Refusal(409, "リンクを送れません", ("メールアドレスがないか、続けて送ったばかりです。",))


def address_of(liaison_id: int) -> str:
    return f"{LIAISONS}/{liaison_id}"


class LiaisonPages:
    def __init__(self, desk: LiaisonDesk) -> None:
        self._desk = desk

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, acts = self._desk.page.needs(Role.VIEWER), self._desk.page.needs(Role.DRAFTER)
        router.add_api_route(ONE, self.show, methods=["GET"], dependencies=looks)
        for name, step in (
            ("ask-by-mail", self.ask_by_mail),
            ("consent", self.consent),
            ("decline", self.decline),
            ("activate", self.activate),
            ("confirm", self.confirm),
            ("rest", self.rest),
            ("resume", self.resume),
            ("own-link", self.own_link),
            ("end", self.end),
            ("erase-name", self.erase_name),
        ):
            router.add_api_route(f"{ONE}/{name}", step, methods=["POST"], dependencies=acts)
        return router

    def show(self, request: Request, liaison_id: str) -> Response:
        return self._show(request, liaison_id)

    def ask_by_mail(self, request: Request, liaison_id: str) -> Response:
        at = self._desk.clock.now()
        return self._step(
            request, liaison_id, "asked-by-mail", lambda s, n, me: self._desk.asking.send(s, n, me, at=at)
        )

    def consent(self, request: Request, liaison_id: str, form: Form) -> Response:
        """What they were shown stands on the page; whoever writes it down says that they showed it."""
        desk, at = self._desk, self._desk.clock.now()
        way = next((each for each in ConsentWay if each.value == form.text("way")), None)
        day, errors = _day(form.text("day")), {}
        if way is None or way is ConsentWay.LINK:
            errors["way"] = "承諾のしかたを選んでください。"
        if day is None:
            errors["day"] = "承諾の日を書いてください。"
        if form.text("version") != desk.asking.wording.version or not form.has("read"):
            errors["read"] = "下の文を示して承諾をもらったら、チェックを入れてください。"
        if errors or way is None or day is None:
            return self._show(request, liaison_id, typed=form, errors=errors)
        # A day has no time; of today it is now, so that it is never before the question.
        today = at.astimezone(desk.town.zone).date()
        given = Consent(way, at if day == today else consent.on_day(day, desk.town.zone), desk.asking.wording)
        try:
            return self._step(
                request,
                liaison_id,
                "consented",
                lambda s, n, me: consent.record(s, n, given, me, zone=desk.town.zone, at=at),
            )
        except DayUnfit as fault:
            return self._show(request, liaison_id, typed=form, errors={"day": str(fault)})

    def decline(self, request: Request, liaison_id: str) -> Response:
        at = self._desk.clock.now()
        return self._step(request, liaison_id, "declined", lambda s, n, me: register.decline(s, n, me, at=at))

    def activate(self, request: Request, liaison_id: str) -> Response:
        zone, at = self._desk.town.zone, self._desk.clock.now()
        return self._step(
            request, liaison_id, "activated", lambda s, n, me: register.activate(s, n, me, zone=zone, at=at)
        )

    def confirm(self, request: Request, liaison_id: str, form: Form) -> Response:
        """The April review; from its list one returns to it."""
        zone, at = self._desk.town.zone, self._desk.clock.now()
        back = f"{LIAISONS}/review" if form.text("back") == "review" else ""
        return self._step(
            request, liaison_id, "reviewed", lambda s, n, me: review.confirm(s, n, me, zone=zone, at=at), back=back
        )

    def rest(self, request: Request, liaison_id: str, form: Form) -> Response:
        at, offered = self._desk.clock.now(), {str(each): each for each in pausing.WEEKS}
        weeks = offered.get(form.text("weeks"))
        if weeks is None:
            return self._show(request, liaison_id, errors={"weeks": "休むあいだを選んでください。"})
        until = pausing.end_of(weeks, self._desk.town.zone, at=at)
        return self._step(request, liaison_id, "rested", lambda s, n, me: register.rest(s, n, me, until=until, at=at))

    def resume(self, request: Request, liaison_id: str) -> Response:
        at = self._desk.clock.now()
        return self._step(request, liaison_id, "resumed", lambda s, n, me: register.resume(s, n, me, at=at))

    def own_link(self, request: Request, liaison_id: str) -> Response:
        """For somebody on the telephone who wishes to see what is held of them."""
        desk, me, at, known = self._desk, me_of(request), self._desk.clock.now(), number(liaison_id)
        with desk.database.write() as session:
            liaison = session.get(Liaison, known) if known is not None else None
            if liaison is None:
                return self.missing(request)
            subscriber = liaison.subscriber_id or 0
            leave = own_page.send_link(session, desk.asking.stationery, desk.keyring, subscriber, at=at)
            if leave is Leave.YES:
                ledger.write(session, me.deed("liaison.own-link-sent", register.subject(liaison.id)), at=at)
        if leave is not Leave.YES:
            return self._show(request, liaison_id, refusal=_NO_MAIL)
        return go(address_of(known or 0), "liaison-own-link-sent")

    def end(self, request: Request, liaison_id: str) -> Response:
        at = self._desk.clock.now()
        return self._step(request, liaison_id, "ended", lambda s, n, me: register.end(s, n, me, at=at))

    def erase_name(self, request: Request, liaison_id: str) -> Response:
        at = self._desk.clock.now()
        return self._step(request, liaison_id, "erased", lambda s, n, me: emptying.erase_name(s, n, me, at=at))

    def missing(self, request: Request) -> Response:
        return self._desk.page.message(
            request, 404, "この番号の連絡員はいません", "「連絡員一覧表」から選んでください。"
        )

    def _step(
        self,
        request: Request,
        liaison_id: str,
        done: str,
        step: Callable[[Session, int, Colleague], object],
        *,
        back: str = "",
    ) -> Response:
        known, me = number(liaison_id), me_of(request)
        try:
            if known is None:
                raise UnknownLiaison
            with self._desk.database.write() as session:
                step(session, known, me)
        except UnknownLiaison:
            return self.missing(request)
        except REFUSING as error:
            return self._show(request, liaison_id, refusal=refusal_of(error))
        return go(back or address_of(known), f"liaison-{done}")

    def _show(
        self,
        request: Request,
        liaison_id: str,
        *,
        refusal: Refusal | None = None,
        typed: Posted | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        known, desk, me, at = number(liaison_id), self._desk, me_of(request), self._desk.clock.now()
        with desk.database.read() as session:
            row = session.get(Liaison, known) if known is not None else None
            if row is None:
                return self.missing(request)
            (line,) = listing.lines_of(session, [row], at=at)
            names = staff_names(session)
            sent = links.made_for(session, row.id, LinkPurpose.ASKING) if row.state == LiaisonState.ASKED else None
        with desk.looking(me, "liaison.viewed", register.subject(row.id)):
            pass
        form = typed or Posted.nothing()
        return desk.page.show(
            request,
            "liaison",
            here=HERE,
            refusal=refusal,
            status=422 if errors else None,
            line=line,
            names=names,
            sent=sent,
            form={"way": form.text("way")[:16], "day": form.text("day")[:16], "read": form.text("read")[:1]},
            errors=errors or {},
            by_staff=BY_STAFF,
            weeks=pausing.WEEKS,
            year=FiscalYear.of(at, desk.town.zone),
            reviewed=FiscalYear(row.reviewed_year, desk.town.zone) if row.reviewed_year else None,
            way=Way,
            consent_way=ConsentWay,
            day=lambda moment: year_day(moment, desk.town),
            desk=desk,
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
