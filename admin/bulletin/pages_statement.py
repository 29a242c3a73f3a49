"""The delivery statement of one bulletin: a page made to be printed."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from admin.desk.bulletin_desk import BulletinDesk
from admin.desk.statement import ended_at, statement
from admin.frame.console_page import ConsolePage
from admin.frame.form_reading import bulletin_number
from admin.frame.japanese_times import era_moment
from admin.frame.refusals import refusal_of
from admin.frame.span_words import span_words
from admin.people.roles import Role
from bulletins.drafting import UnknownBulletin
from foundation.era import era_date
from mailer.carrier_groups import CarrierGroups


class StatementPages:
    """`carriers` are whom the domains belong to, where that is known."""

    def __init__(self, desk: BulletinDesk, carriers: CarrierGroups, *, page: ConsolePage) -> None:
        self._desk = desk
        self._carriers = carriers
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks = self._page.needs(Role.VIEWER)
        router.add_api_route("/admin/bulletins/{bulletin_id}/statement", self.show, methods=["GET"], dependencies=looks)
        return router

    def show(self, request: Request, bulletin_id: str) -> Response:
        desk = self._desk
        try:
            found = statement(desk, self._carriers, bulletin_number(bulletin_id))
        except UnknownBulletin as error:
            refusal = refusal_of(error)
            return self._page.message(request, refusal.status, refusal.title, *refusal.sentences)
        now = desk.clock.now()
        return self._page.show(
            request,
            "statement",
            here="bulletins",
            statement=found,
            ended_at=ended_at(found),
            now=now,
            today=era_date(now.astimezone(desk.town.zone).date()),
            hours=desk.hours.describe(),
            era_moment=era_moment,
            span_words=span_words,
        )
