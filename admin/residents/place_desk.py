"""The desk of places: what every page of their ledger works with, and what it says of a place that is not there."""

from dataclasses import dataclass
from datetime import date

from fastapi import Request
from starlette.responses import Response

from admin.frame.console_page import ConsolePage
from foundation.clock import Clock
from foundation.database import Database
from subscribers.places import Places

PLACES = "/admin/places"
AT_PLACE = f"{PLACES}/at/{{place_key}}"


def address_of(key: str) -> str:
    return AT_PLACE.format(place_key=key)


@dataclass(frozen=True)
class PlaceDesk:
    database: Database
    clock: Clock
    places: Places
    mail_domain: str
    page: ConsolePage

    def today(self) -> date:
        return self.clock.now().astimezone(self.places.town.zone).date()

    def missing(self, request: Request) -> Response:
        return self.page.message(
            request, 404, "この場所は台帳にありません", "「配布・配置場所」の一覧から選んでください。"
        )
