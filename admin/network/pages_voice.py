"""One voice in the console: what was said, the one next step, and all that was done about it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.refusals import Refusal
from admin.network.pages_voices import VOICES
from admin.network.voice_words import STEPS, WAYS, line_of
from admin.people import staff
from admin.people.roles import Role
from bulletins.tables import Bulletin
from foundation import ledger
from liaisons import voice_life, voices
from liaisons.tables import Liaison, Way
from liaisons.voice_desk import VoiceDesk
from liaisons.voice_life import Changed, Step, Turn, VoiceUnfit, WrongMove
from liaisons.voice_tables import Road, ToldBy, Voice
from liaisons.voice_text import LONGEST_MAIL, cleaned

Form = Annotated[Posted, Depends(posted)]

AT_VOICE = f"{VOICES}/{{voice_id}}"
# A step of a voice in the caller's transaction; gives the key of what is said afterwards.
Act = Callable[[Session, Voice, Turn, Posted], str]

_GONE = "番号を確かめてください。"
_CHANGED = Refusal(
    409, "ほかの人が先に変えました", ("いまの内容を表示しています。確かめてから、もう一度押してください。",)
)
_NOT_NOW = Refusal(409, "いまは、その操作ができません", (str(WrongMove.__doc__), "いまの状態を表示しています。"))


class VoicePages:
    """Every section reads; drafters and those above act, and they alone see how the person is reached."""

    def __init__(self, desk: VoiceDesk, *, page: ConsolePage) -> None:
        self._desk = desk
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, acts = self._page.needs(Role.VIEWER), self._page.needs(Role.DRAFTER)
        router.add_api_route(AT_VOICE, self.show, methods=["GET"], dependencies=looks)
        steps = {
            "assign": self.assign,
            "take": self.take,
            "answer": self.answer,
            "cannot": self.cannot,
            "reopen": self.reopen,
            "due": self.due,
            "told": self.told,
            "led-to": self.led_to,
        }
        for way, step in steps.items():
            router.add_api_route(f"{AT_VOICE}/{way}", step, methods=["POST"], dependencies=acts)
        return router

    def show(self, request: Request, voice_id: str, answer: str = "") -> Response:
        """With `?answer=standing`, the standing answer to questions about a case lies ready."""
        typed = {"answer": self._standing()} if answer == "standing" else {}
        return self._show(request, voice_id, typed=typed)

    def assign(self, request: Request, voice_id: str, form: Form) -> Response:
        def act(session: Session, voice: Voice, turn: Turn, form: Posted) -> str:
            officer = staff.numbered(session, form.number("officer") or 0)
            person = (officer.id, officer.name) if officer is not None else None
            voice_life.assign(session, voice, turn, section=form.text("section"), officer=person)
            return "voice-assigned"

        return self._act(request, voice_id, form, act)

    def take(self, request: Request, voice_id: str, form: Form) -> Response:
        def act(session: Session, voice: Voice, turn: Turn, _form: Posted) -> str:
            voice_life.take(session, voice, turn)
            return "voice-taken"

        return self._act(request, voice_id, form, act)

    def answer(self, request: Request, voice_id: str, form: Form) -> Response:
        def act(session: Session, voice: Voice, turn: Turn, form: Posted) -> str:
            voice_life.answer(session, voice, turn, form.text("answer"))
            return self._mailed(session, voice, turn)

        return self._act(request, voice_id, form, act)

    def cannot(self, request: Request, voice_id: str, form: Form) -> Response:
        def act(session: Session, voice: Voice, turn: Turn, form: Posted) -> str:
            voice_life.cannot(session, voice, turn, form.text("why"))
            return self._mailed(session, voice, turn)

        return self._act(request, voice_id, form, act)

    def reopen(self, request: Request, voice_id: str, form: Form) -> Response:
        def act(session: Session, voice: Voice, turn: Turn, form: Posted) -> str:
            voice_life.reopen(session, voice, turn, form.text("reopened"), due_on=self._desk.due())
            return "voice-reopened"

        return self._act(request, voice_id, form, act)

    def due(self, request: Request, voice_id: str, form: Form) -> Response:
        def act(session: Session, voice: Voice, turn: Turn, form: Posted) -> str:
            day = _day(form.text("due_on"))
            if day is None or not 0 <= (day - self._desk.today()).days <= 366:
                raise VoiceUnfit({"due_on": "期限は、きょうから1年先までの日付で選んでください。"})
            voice_life.move_due(session, voice, turn, day=day, why=form.text("due_why"))
            return "voice-due"

        return self._act(request, voice_id, form, act)

    def told(self, request: Request, voice_id: str, form: Form) -> Response:
        def act(session: Session, voice: Voice, turn: Turn, form: Posted) -> str:
            day, way = _day(form.text("told_on")), form.text("told_by")
            if way not in set(ToldBy):
                raise VoiceUnfit({"told_by": "どうやって伝えたか、選んでください。"})
            if day is None or not 0 <= (self._desk.today() - day).days <= 366:
                raise VoiceUnfit({"told_on": "伝えた日を、1年前からきょうまでの日付で選んでください。"})
            voice_life.told(session, voice, turn, way=ToldBy(way), day=day)
            return "voice-told"

        return self._act(request, voice_id, form, act)

    def led_to(self, request: Request, voice_id: str, form: Form) -> Response:
        def act(session: Session, voice: Voice, turn: Turn, form: Posted) -> str:
            given = form.text("bulletin").strip().removesuffix("番")
            known = session.get(Bulletin, number(given) or 0) if given else None
            if given and known is None:
                raise VoiceUnfit({"bulletin": "この番号のお知らせはありません。"})
            bulletin_id = known.id if known is not None else None
            voice_life.led_to(session, voice, turn, bulletin_id=bulletin_id, words=form.text("led_to"))
            return "voice-led-to"

        return self._act(request, voice_id, form, act)

    def _act(self, request: Request, voice_id: str, form: Posted, act: Act) -> Response:
        turn = Turn(me_of(request), self._desk.clock.now(), form.number("version"))
        try:
            with self._desk.database.write() as session:
                voice = voices.find(session, number(voice_id) or 0, to_change=True)
                if voice is None:
                    return self._missing(request)
                done = act(session, voice, turn, form)
        except VoiceUnfit as fault:
            names = ("section", "officer", "answer", "why", "reopened", "due_on", "due_why", "told_by", "told_on")
            typed = {name: cleaned(form.text(name))[:LONGEST_MAIL] for name in (*names, "bulletin", "led_to")}
            return self._show(request, voice_id, typed=typed, errors=fault.errors)
        except Changed:
            return self._show(request, voice_id, refusal=_CHANGED)
        except WrongMove:
            return self._show(request, voice_id, refusal=_NOT_NOW)
        return go(f"{VOICES}/{voice.id}", done)

    def _mailed(self, session: Session, voice: Voice, turn: Turn) -> str:
        """An answer by mail is told with it; that of who filled in a form stands on their page; any other is told by
        somebody, and then written down."""
        mailed = self._desk.letters.answer(session, voice, at=turn.at)
        if not mailed and voice.road != Road.FORM.value:
            return "voice-answered"
        way = ToldBy.MAIL if mailed else ToldBy.PAGE
        voice_life.told(session, voice, Turn(turn.by, turn.at), way=way, day=self._desk.today())
        return "voice-answered-mailed" if mailed else "voice-answered-page"

    def _show(
        self,
        request: Request,
        voice_id: str,
        *,
        typed: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
        refusal: Refusal | None = None,
    ) -> Response:
        with self._desk.database.read() as session:
            voice = voices.find(session, number(voice_id) or 0)
            if voice is None:
                return self._missing(request)
            liaison = session.get(Liaison, voice.liaison_id) if voice.liaison_id is not None else None
            around = self._around(session, voice)
        if liaison is not None or voice.mail or voice.phone:
            self._note_look(request, voice)
        names = {liaison.id: liaison.name} if liaison is not None else {}
        today = self._desk.today()
        empty = dict.fromkeys(("section", "officer", "answer", "why", "reopened", "due_on", "due_why", "told_by"), "")
        return self._page.show(
            request,
            "voice",
            here="liaisons",
            refusal=refusal,
            status=422 if errors else None,
            line=line_of(voice, self._desk.town, names, today=today),
            voice=voice,
            liaison=liaison,
            liaison_way=Way(liaison.way).label if liaison is not None else "",
            ways=[way for way in WAYS if way[0] != ToldBy.PAGE or voice.road == Road.FORM],
            told_way=ToldBy(voice.told_by).label if voice.told_by else "",
            told_day=date.fromisoformat(voice.told_on) if voice.told_on else None,
            typed={**empty, "told_on": today.isoformat(), "bulletin": "", "led_to": "", **(typed or {})},
            errors=errors or {},
            **around,
        )

    def _around(self, session: Session, voice: Voice) -> dict[str, Any]:
        """What the page tells beside the voice itself."""
        return {
            "steps": [(step, STEPS[Step(step.step)]) for step in voices.steps_of(session, voice.id)],
            "fate": self._desk.letters.fate(session, voice),
            "by_mail": self._desk.letters.addressee(session, voice) is not None,
            "about": session.get(Bulletin, voice.about_id) if voice.about_id is not None else None,
            "led_to": session.get(Bulletin, voice.led_to_id) if voice.led_to_id is not None else None,
            "people": [(str(each.id), each.name) for each in staff.everyone(session, at_least=Role.DRAFTER)],
            "sections": voices.sections(session),
        }

    def _note_look(self, request: Request, voice: Voice) -> None:
        """Somebody is named or can be reached there: as with the register, every look is a line of the ledger."""
        with self._desk.database.write() as session:
            deed = me_of(request).deed("voice.viewed", f"voice:{voice.id}")
            ledger.write(session, deed, at=self._desk.clock.now())

    def _missing(self, request: Request) -> Response:
        return self._page.message(request, 404, "この意見・要望はありません", _GONE)

    def _standing(self) -> str:
        """What the city says to every question about a case (the town file's own words, and whom to call)."""
        town = self._desk.town
        whom = f"{town.police.name}（電話 {town.police.phone}）"
        return f"{town.sentences.no_enquiries}\n事件についてのお問い合わせは、{whom}へお願いします。"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
