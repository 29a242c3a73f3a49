"""The pages by which anybody tells the office something, and sees what became of it; in every language."""

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from foundation.addresses import Address, AddressInvalid
from foundation.languages import Language
from foundation.spoken_pages import AReader, Reader, SpokenPages
from foundation.tokens import random_token
from liaisons import voices
from liaisons.voice_desk import VoiceDesk
from liaisons.voice_links import ONE_VOICE
from liaisons.voice_tables import Road, Voice
from liaisons.voice_text import LONGEST, LONGEST_MAIL, cleaned
from liaisons.voices import Heard
from subscribers.page_headers import PERSONAL, PUBLIC

NOTHING_WRITTEN = "ご意見・ご要望を書いてください。"
TOO_LONG = "5,000文字までで書いてください。長いときは、2回に分けてください。"
NOW_TOO_MANY = "いまは、たくさんのご意見が届いています。時間をおいて、もう一度お送りください。"
_KEY = re.compile(r"[a-z2-7]{32}")

_EMPTY = MappingProxyType({"text": "", "area": "", "address": ""})

Text = Annotated[str, Form()]


def once_of(key: str) -> str:
    """What makes a form that comes in twice one voice; a form without its key is one of its own."""
    return f"form:{key if _KEY.fullmatch(key) else random_token()}"


def fault_of(text: str) -> str:
    """What is wrong with a text, in Japanese; empty where nothing is."""
    if not text:
        return NOTHING_WRITTEN
    return TOO_LONG if len(text) > LONGEST else ""


class VoicePages:
    """`message` is the field that people do not see; whoever fills it gets the usual answer, and nothing is kept. The
    address is not proved: it gets one letter at once, within the caps, and an answer only by the hand of staff."""

    def __init__(self, desk: VoiceDesk, pages: SpokenPages) -> None:
        self._desk = desk
        self._pages = pages

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/voice", self.ask, methods=["GET"])
        router.add_api_route("/voice", self.send, methods=["POST"])
        router.add_api_route("/voice/{token}", self.one, methods=["GET"])
        router.add_api_route("/voice/{token}", self.add, methods=["POST"])
        return router

    def ask(self, reader: AReader) -> Response:
        return self._form(reader, {})

    def send(
        self,
        reader: AReader,
        text: Text = "",
        area: Text = "",
        address: Text = "",
        message: Text = "",
        once: Text = "",
    ) -> Response:
        words, errors = cleaned(text), {}
        if fault := fault_of(words):
            errors["text"] = fault
        try:
            mail = Address.parse(address).text if address.strip() else None
        except AddressInvalid as problem:
            mail, errors["address"] = None, str(problem)
        typed = {"text": words[:LONGEST_MAIL], "area": self._desk.area(area), "address": address[:254]}
        if errors:
            return self._form(reader, errors, typed)
        if message:
            return self._sent(reader, None, mail=mail)
        heard = Heard(
            road=Road.FORM,
            text=words,
            once_key=once_of(once),
            due_on=self._desk.due(),
            by="resident",
            area=typed["area"],
            mail=mail,
            language=reader.asked,
        )
        with self._desk.database.write() as session:
            known = voices.known(session, heard.once_key)
            if known is None and voices.is_flooded(session, Road.FORM, None, at=self._desk.clock.now()):
                return self._form(reader, {"text": NOW_TOO_MANY}, typed, status=503)
            voice, _ = self._desk.hear(session, heard)
        return self._sent(reader, voice, mail=mail)

    def one(self, reader: AReader, token: str, done: str = "") -> Response:
        with self._desk.database.read() as session:
            voice = self._voice(session, token)
        if voice is None:
            return self._unknown(reader)
        return self._one(reader, token, voice, done="added" if done == "added" else "")

    def add(self, reader: AReader, token: str, text: Text = "", once: Text = "") -> Response:
        words = cleaned(text)
        fault = fault_of(words)
        with self._desk.database.write() as session:
            voice = self._voice(session, token, to_change=True)
            if voice is None:
                return self._unknown(reader)
            if not fault:
                self._desk.add(session, voice, words, by="resident", once_key=once_of(once))
        if fault:
            return self._one(reader, token, voice, errors={"text": fault}, text=words[:LONGEST_MAIL])
        return RedirectResponse(reader.keep(f"/voice/{token}?done=added"), status_code=303, headers=dict(PERSONAL))

    def _voice(self, session: Session, token: str, *, to_change: bool = False) -> Voice | None:
        number = self._desk.keyring.read(ONE_VOICE, token)
        return None if number is None else voices.find(session, number, to_change=to_change)

    def _unknown(self, reader: Reader) -> Response:
        return self._pages.answer("resident/voice-unknown.html", reader=reader, status=404, headers=PERSONAL)

    def _one(
        self,
        reader: Reader,
        token: str,
        voice: Voice,
        *,
        done: str = "",
        errors: Mapping[str, str] | None = None,
        text: str = "",
    ) -> Response:
        usual = Language.of(voice.language)
        return self._pages.answer(
            "resident/voice-one.html",
            reader=reader,
            usual=usual,
            status=422 if errors else 200,
            headers=PERSONAL,
            voice=voice,
            received_on=voice.received_at.astimezone(self._desk.town.zone).date(),
            due_on=date.fromisoformat(voice.due_on),
            action=reader.keep(f"/voice/{token}"),
            done=done,
            text=text,
            once=random_token(),
            errors={
                name: self._pages.sentence(each, reader=reader, usual=usual) for name, each in (errors or {}).items()
            },
        )

    def _sent(self, reader: Reader, voice: Voice | None, *, mail: str | None) -> Response:
        """For who filled the unseen field there is no voice, and no page of it."""
        return self._pages.answer(
            "resident/voice-sent.html",
            reader=reader.at("/voice"),
            headers=PERSONAL,
            number=voice.id if voice is not None else None,
            due_on=date.fromisoformat(voice.due_on) if voice is not None else self._desk.due(),
            page=reader.keep(f"/voice/{self._desk.keyring.sign(ONE_VOICE, voice.id)}") if voice is not None else "",
            mail=mail,
        )

    def _form(
        self, reader: Reader, errors: Mapping[str, str], typed: Mapping[str, str] = _EMPTY, *, status: int = 422
    ) -> Response:
        return self._pages.answer(
            "resident/voice.html",
            reader=reader,
            status=status if errors else 200,
            headers=PERSONAL if errors else PUBLIC,
            typed=typed,
            once=random_token(),
            longest=LONGEST,
            errors={name: self._pages.sentence(sentence, reader=reader) for name, sentence in errors.items()},
        )
