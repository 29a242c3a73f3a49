"""A liaison's page for telling the office something; it sends nothing to anybody else, so that the link is enough."""

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from foundation.spoken_pages import SpokenPages
from foundation.tokens import random_token
from liaisons import voices
from liaisons.page_voice import Text, fault_of, once_of
from liaisons.personal_link import LIAISON
from liaisons.tables import Liaison, Way
from liaisons.voice_desk import VoiceDesk
from liaisons.voice_tables import Road, Voice
from liaisons.voice_text import LONGEST, LONGEST_MAIL, cleaned
from liaisons.voices import Heard
from subscribers.page_headers import PERSONAL

TOO_MANY = "きょうは、たくさんのご意見をいただきました。続きは、あすお送りいただくか、お電話ください。"


class LiaisonVoicePages:
    """In Japanese. Nothing that was told before is shown: a mail that was passed on shows this page to others too."""

    def __init__(self, desk: VoiceDesk, pages: SpokenPages) -> None:
        self._desk = desk
        self._pages = pages.in_japanese

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/liaison/{token}/voice", self.ask, methods=["GET"])
        router.add_api_route("/liaison/{token}/voice", self.send, methods=["POST"])
        return router

    def ask(self, token: str) -> Response:
        with self._desk.database.read() as session:
            liaison = self._liaison(session, token)
        return self._form(token, {}) if liaison is not None else self._ended(token)

    def send(self, token: str, text: Text = "", area: Text = "", once: Text = "") -> Response:
        words, key = cleaned(text), once_of(once)
        fault = fault_of(words)
        at = self._desk.clock.now()
        with self._desk.database.write() as session:
            liaison = self._liaison(session, token)
            if liaison is None:
                return self._ended(token)
            if not fault and voices.known(session, key) is None:
                flooded = voices.is_flooded(session, Road.PAGE, liaison.id, at=at)
                fault = TOO_MANY if flooded else ""
            if fault:
                return self._form(token, {"text": fault}, text=words[:LONGEST_MAIL], area=self._desk.area(area))
            voice, mailed = self._desk.hear(session, self._heard(liaison, words, area, key))
        return self._answer("voice-sent", token=token, voice=voice, due_on=_day(voice), mailed=mailed, way=liaison.way)

    def _heard(self, liaison: Liaison, words: str, area: str, key: str) -> Heard:
        return Heard(
            road=Road.PAGE,
            text=words,
            once_key=key,
            due_on=self._desk.due(),
            by="liaison",
            liaison_id=liaison.id,
            area=self._desk.area(area),
        )

    def _liaison(self, session: Session, token: str) -> Liaison | None:
        number = self._desk.keyring.read(LIAISON, token)
        return None if number is None else voices.speaker(session, number)

    def _ended(self, token: str) -> Response:
        """Whoever was a liaison is told so; who has no link of ours, that it is none."""
        if self._desk.keyring.read(LIAISON, token) is None:
            return self._pages.answer("resident/link-unknown.html", status=404, headers=PERSONAL)
        return self._answer("ended", status=410)

    def _form(self, token: str, errors: Mapping[str, str], *, text: str = "", area: str = "") -> Response:
        return self._answer(
            "voice",
            status=422 if errors else 200,
            action=f"/liaison/{token}/voice",
            token=token,
            text=text,
            area=area,
            once=random_token(),
            longest=LONGEST,
            errors=errors,
        )

    def _answer(self, name: str, *, status: int = 200, **context: object) -> Response:
        return self._pages.answer(f"liaison/{name}.html", status=status, headers=PERSONAL, by_mail=Way.MAIL, **context)


def _day(voice: Voice) -> date:
    return date.fromisoformat(voice.due_on)
