"""The circle as its liaison sees it: how many there are, what lets others join, and a sheet to hand out."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from foundation.clock import Clock
from foundation.database import Database
from foundation.spoken_pages import SpokenPages
from foundation.tokens import Keyring
from liaisons import circles
from liaisons.personal_link import LIAISON, liaison_of
from liaisons.tables import Circle, Liaison
from subscribers.entry_code import EntryCode, page_png, page_svg
from subscribers.page_headers import PERSONAL

SLIPS_A_SHEET = 4
_DONE = ("opened", "closed")


@dataclass(frozen=True)
class CircleDesk:
    """Whoever holds the link is the liaison. No page names a member."""

    database: Database
    clock: Clock
    pages: SpokenPages
    keyring: Keyring
    mail_domain: str
    public_url: str

    def router(self) -> APIRouter:
        router, here = APIRouter(include_in_schema=False), "/liaison/{token}/circle"
        router.add_api_route(here, self.show, methods=["GET"])
        router.add_api_route(f"{here}/open", self.open, methods=["POST"])
        router.add_api_route(f"{here}/close", self.close, methods=["POST"])
        # Where a form led, a reader who reloads the page comes by GET.
        for way in ("open", "close"):
            router.add_api_route(f"{here}/{way}", self.back, methods=["GET"])
        router.add_api_route(f"{here}/sheet", self.sheet, methods=["GET"])
        router.add_api_route(f"{here}.svg", self.svg, methods=["GET"])
        router.add_api_route(f"{here}.png", self.png, methods=["GET"])
        return router

    def show(self, token: str, done: str = "") -> Response:
        with self.database.read() as session:
            liaison = liaison_of(session, self.keyring, token)
            if liaison is None:
                return self._closed(token)
            circle = circles.circle_of(session, liaison.id)
            number = circles.how_many(session, circle.id) if circle is not None else 0
        told = done if done in _DONE else ""
        return self._answer("circle", token=token, number=number, done=told, **self._sign(liaison, circle))

    def open(self, token: str) -> Response:
        with self.database.write() as session:
            liaison = liaison_of(session, self.keyring, token)
            if liaison is None:
                return self._closed(token)
            circles.open_circle(session, liaison.id, at=self.clock.now())
        return self._back(token, done="opened")

    def close(self, token: str) -> Response:
        with self.database.write() as session:
            liaison = liaison_of(session, self.keyring, token)
            if liaison is None:
                return self._closed(token)
            circles.close(session, liaison.id, at=self.clock.now())
        return self._back(token, done="closed")

    def back(self, token: str) -> Response:
        return self._back(token)

    def sheet(self, token: str) -> Response:
        """Slips to cut and hand out, with the code that leads to the circle's page."""
        liaison, circle = self._find(token)
        if liaison is None or circle is None:
            return self._unknown()
        return self._answer("circle-sheet", token=token, slips=SLIPS_A_SHEET, **self._sign(liaison, circle))

    def svg(self, token: str) -> Response:
        return self._picture(token, "svg")

    def png(self, token: str) -> Response:
        return self._picture(token, "png")

    def _picture(self, token: str, kind: str) -> Response:
        _, circle = self._find(token)
        if circle is None:
            return self._unknown()
        page = f"{self.public_url}/c/{circle.code}"
        if kind == "svg":
            return Response(page_svg(page), media_type="image/svg+xml", headers=dict(PERSONAL))
        return Response(page_png(page), media_type="image/png", headers=dict(PERSONAL))

    def _find(self, token: str) -> tuple[Liaison | None, Circle | None]:
        with self.database.read() as session:
            liaison = liaison_of(session, self.keyring, token)
            return liaison, circles.circle_of(session, liaison.id) if liaison is not None else None

    def _sign(self, liaison: Liaison, circle: Circle | None) -> dict[str, object]:
        code = circle.code if circle is not None else ""
        entry = EntryCode(self.mail_domain, circle=code)
        page = f"{self.public_url}/c/{code}"
        return {"organisation": liaison.organisation, "is_open": bool(code), "entry": entry, "page": page}

    def _back(self, token: str, *, done: str = "") -> Response:
        """Only what we signed is led to: a stranger's words do not come into an address."""
        number = self.keyring.read(LIAISON, token)
        if number is None:
            return self._unknown()
        address = f"/liaison/{self.keyring.sign(LIAISON, number)}/circle" + (f"?done={done}" if done else "")
        return RedirectResponse(address, status_code=303, headers=dict(PERSONAL))

    def _closed(self, token: str) -> Response:
        """Whoever was a liaison is told so; who has no link of ours, that it is none."""
        if self.keyring.read(LIAISON, token) is None:
            return self._unknown()
        return self.pages.in_japanese.answer("liaison/ended.html", status=410, headers=PERSONAL)

    def _unknown(self) -> Response:
        return self.pages.in_japanese.answer("resident/link-unknown.html", status=404, headers=PERSONAL)

    def _answer(self, name: str, **context: object) -> Response:
        return self.pages.in_japanese.answer(f"liaison/{name}.html", status=200, headers=PERSONAL, **context)
