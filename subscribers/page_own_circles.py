"""What a resident does with circles and the town's list behind their own link: each is a form of one button."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from foundation.spoken_pages import AReader, Reader
from subscribers import leaving
from subscribers.admitting import enlist
from subscribers.links import PREFERENCES, STOP
from subscribers.page_headers import PERSONAL
from subscribers.page_personal import PersonalDesk
from subscribers.tables import StopReason, Subscriber, SubscriberState


@dataclass(frozen=True)
class OwnCircles:
    """Whoever holds the link is the resident."""

    desk: PersonalDesk

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/me/{token}/circle", self.leave_circle, methods=["POST"])
        router.add_api_route("/me/{token}/list", self.list, methods=["POST"])
        # Where a form led, a reader who reloads the page comes by GET.
        for way in ("circle", "list"):
            router.add_api_route(f"/me/{{token}}/{way}", self.back, methods=["GET"])
        return router

    def leave_circle(self, reader: AReader, token: str, circle: Annotated[str, Form()] = "") -> Response:
        """Who is held for nothing else leaves altogether, and may take that back like everybody."""
        circles, at = self.desk.registration.circles, self.desk.clock.now()
        with self.desk.database.write() as session:
            subscriber = self._active(session, token)
            mine = circles.of(session, subscriber.id) if subscriber is not None else ()
            number = next((each.number for each in mine if str(each.number) == circle), None)
            if subscriber is None or number is None:
                return self._back(reader, token)
            if not subscriber.in_city_list and not circles.is_held(session, subscriber.id, besides=number):
                leaving.stop(session, subscriber.id, StopReason.LEFT, by="resident", at=at)
                stop = self.desk.keyring.sign(STOP, subscriber.id)
                return self.desk.stopped(reader.at(f"/stop/{stop}"), stop, subscriber, already=False)
            circles.leave(session, number, subscriber.id)
        return self._back(reader, token, done="left-circle")

    def list(self, reader: AReader, token: str, wanted: Annotated[str, Form()] = "") -> Response:
        """The town's own bulletins: `yes`, or `no` for who still gets others."""
        circles, at, done = self.desk.registration.circles, self.desk.clock.now(), ""
        with self.desk.database.write() as session:
            subscriber = self._active(session, token)
            if subscriber is not None and wanted == "yes":
                done = "listed" if enlist(session, subscriber, at=at) else ""
            elif subscriber is not None and wanted == "no" and circles.is_held(session, subscriber.id):
                done = "unlisted" if leaving.leave_list(session, subscriber, at=at) else ""
        return self._back(reader, token, done=done)

    def back(self, reader: AReader, token: str) -> Response:
        return self._back(reader, token)

    def _active(self, session: Session, token: str) -> Subscriber | None:
        """The resident, held until the transaction ends; None also for one that gets no mail."""
        number = self.desk.keyring.read(PREFERENCES, token)
        subscriber = session.get(Subscriber, number, with_for_update=True) if number is not None else None
        is_active = subscriber is not None and subscriber.state == SubscriberState.ACTIVE
        return subscriber if is_active else None

    def _back(self, reader: Reader, token: str, *, done: str = "") -> Response:
        """Only what we signed is led to: a stranger's words do not come into an address."""
        number = self.desk.keyring.read(PREFERENCES, token)
        clean = "unknown" if number is None else self.desk.keyring.sign(PREFERENCES, number)
        address = f"/me/{clean}" + (f"?done={done}" if done else "")
        return RedirectResponse(reader.keep(address), status_code=303, headers=dict(PERSONAL))
