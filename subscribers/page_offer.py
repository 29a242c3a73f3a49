"""The page behind an invitation: it shows what is offered, and one button takes it up. GET changes nothing."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from foundation.languages import Language
from foundation.spoken_pages import AReader, Reader
from subscribers.choices import Choices, ChoiceUnknown
from subscribers.joining import CircleGone, join
from subscribers.page_personal import NOT_OFFERED, PersonalDesk, language_of
from subscribers.registration import LinkState, Offer

Ticked = Annotated[list[str], Form(default_factory=list)]
Word = Annotated[str, Form()]


@dataclass(frozen=True)
class OfferPages:
    desk: PersonalDesk

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/r/{token}", self.offer, methods=["GET"])
        router.add_api_route("/r/{token}", self.confirm, methods=["POST"])
        return router

    def offer(self, reader: AReader, token: str) -> Response:
        return self._offered(reader, token, self._read(token))

    def confirm(
        self,
        reader: AReader,
        token: str,
        topic: Ticked,
        area: Ticked,
        join: Word = "",
        with_the_towns: Word = "",
    ) -> Response:
        """`join` comes from the page of a circle, so that its button never means anything else."""
        if join:
            return self._join(reader, token, with_the_towns=bool(with_the_towns))
        desk = self.desk
        try:
            choices = Choices.of(desk.town, topic, area)
        except ChoiceUnknown:
            return self._offered(reader, token, self._read(token), fault=NOT_OFFERED)
        with desk.database.write() as session:
            offer = desk.registration.offer(session, token, at=desk.clock.now())
            if offer.circle is not None:
                return self._offered(reader, token, offer)
            state = desk.registration.confirm(session, token, choices, language=reader.asked, at=desk.clock.now())
            subscriber = desk.registration.registered(session, token)
        if state is not LinkState.OPEN or subscriber is None:
            return desk.spent(reader, replace(offer, state=state))
        usual = language_of(subscriber)
        words, ways = desk.in_words(choices, reader.asked or usual), desk.ways(reader, subscriber.id)
        return desk.answer("resident/confirmed.html", reader, usual, choices=words, ways=ways, spoken=usual)

    def _join(self, reader: Reader, token: str, *, with_the_towns: bool) -> Response:
        desk, at = self.desk, self.desk.clock.now()
        try:
            with desk.database.write() as session:
                offer = desk.registration.offer(session, token, at=at)
                asked = reader.asked
                state = join(desk.registration, session, token, with_the_towns=with_the_towns, language=asked, at=at)
                subscriber = desk.registration.registered(session, token)
        except CircleGone:
            return self._offered(reader, token, self._read(token), status=409)
        if state is not LinkState.OPEN or subscriber is None or offer.circle is None:
            return desk.spent(reader, replace(offer, state=state))
        usual, ways = language_of(subscriber), desk.ways(reader, subscriber.id)
        in_city_list = subscriber.in_city_list
        return desk.answer(
            "resident/joined.html", reader, usual, circle=offer.circle, in_city_list=in_city_list, ways=ways
        )

    def _read(self, token: str) -> Offer:
        with self.desk.database.read() as session:
            return self.desk.registration.offer(session, token, at=self.desk.clock.now())

    def _offered(self, reader: Reader, token: str, offer: Offer, *, fault: str = "", status: int = 200) -> Response:
        desk = self.desk
        if offer.state is not LinkState.OPEN:
            return desk.spent(reader, offer)
        usual = Language.of(offer.language)
        return desk.answer(
            "resident/confirm.html" if offer.circle is None else "resident/join.html",
            reader,
            usual,
            status=422 if fault else status,
            action=reader.keep(f"/r/{token}"),
            offer=offer,
            errors=desk.errors(fault, reader, usual),
        )
