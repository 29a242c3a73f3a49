"""意見・要望 in the console: the list with what is open first, its file, and one written down after a talk."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from admin.frame.console_page import HEADERS, ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, page_key, posted
from admin.network.voice_words import ROADS, STAFF_ROADS, STATES, VoiceLine, line_of, rows
from admin.people.roles import Role
from foundation.addresses import Address, AddressInvalid
from foundation.spreadsheet import as_csv
from foundation.tokens import random_token
from liaisons import voices
from liaisons.tables import Liaison, LiaisonState
from liaisons.voice_desk import VoiceDesk
from liaisons.voice_tables import Road
from liaisons.voice_text import LONGEST, LONGEST_MAIL, LONGEST_PHONE, cleaned, cleaned_line, is_phone
from liaisons.voices import Asked, Heard

Form = Annotated[Posted, Depends(posted)]

VOICES = "/admin/voices"
A_PAGE = 50
MOST_ROWS = 20_000
EARLIEST_DAYS = 366  # how far back a talk may lie that is written down only now


class VoicesPages:
    """Every section reads; drafters and those above write."""

    def __init__(self, desk: VoiceDesk, *, page: ConsolePage) -> None:
        self._desk = desk
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, writes = self._page.needs(Role.VIEWER), self._page.needs(Role.DRAFTER)
        router.add_api_route(VOICES, self.show, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{VOICES}/voices.csv", self.save, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{VOICES}/new", self.new, methods=["GET"], dependencies=writes)
        router.add_api_route(f"{VOICES}/new", self.write, methods=["POST"], dependencies=writes)
        return router

    def show(self, request: Request) -> Response:
        asked, kept = self._asked(request)
        page = number(request.query_params.get("page", "")) or 1
        today = self._desk.today()
        with self._desk.database.read() as session:
            total = voices.how_many(session, asked)
            pages = max(1, -(-total // A_PAGE))
            page = min(page, pages)
            lines = self._lines(session, asked, limit=A_PAGE, skip=(page - 1) * A_PAGE)
            counts, sections = voices.open_ones(session, today=today), voices.sections(session)
            states = {state.value: number for state, number in voices.by_state(session).items()}
            states |= {"open": counts.open, "untold": voices.how_many(session, Asked(state="untold"))}
        return self._page.show(
            request,
            "voices",
            here="liaisons",
            lines=lines,
            total=total,
            counts=counts,
            page=page,
            pages=pages,
            asked=asked,
            query=urlencode(kept),
            narrowed=bool(kept),
            states=[(value, name, states.get(value, 0)) for value, name in STATES],
            roads=ROADS,
            sections=[(name, name) for name in sections],
        )

    def save(self, request: Request) -> Response:
        """For a spreadsheet: with a byte order mark, as the usual one wants it."""
        asked, _ = self._asked(request)
        with self._desk.database.read() as session:
            table = rows(self._lines(session, asked, limit=MOST_ROWS), self._desk.town)
        name = f"voices-{self._desk.today():%Y%m%d}.csv"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(table), media_type="text/csv; charset=utf-8", headers=headers)

    def new(self, request: Request, liaison: str = "") -> Response:
        """With `?liaison=`, of that one."""
        typed = {"road": Road.VISIT.value, "day": self._desk.today().isoformat(), "liaison": str(number(liaison) or "")}
        return self._form(request, typed)

    def write(self, request: Request, form: Form) -> Response:
        names = ("road", "day", "liaison", "area", "mail", "phone")
        typed = {name: cleaned_line(form.text(name))[:300] for name in names}
        typed["text"] = cleaned(form.text("text"))[:LONGEST_MAIL]
        errors, mail = self._faults(typed)
        me = me_of(request)
        with self._desk.database.write() as session:
            liaison = session.get(Liaison, number(typed["liaison"]) or 0)
            if typed["liaison"] and liaison is None:
                errors["liaison"] = "連絡員を選び直してください。"
            if errors:
                return self._form(request, typed, errors=errors)
            heard = Heard(
                road=Road(typed["road"]),
                text=typed["text"],
                once_key=f"staff:{page_key(form.text('once')) or random_token()}",
                due_on=self._desk.due(),
                by=me,
                liaison_id=liaison.id if liaison is not None else None,
                area=self._desk.area(typed["area"]),
                mail=mail,
                phone=typed["phone"] or None,
                writer=(me.id, me.name),
                at=self._said_at(typed["day"]),
            )
            voice, mailed = self._desk.hear(session, heard)
        return go(f"{VOICES}/{voice.id}", "voice-written-mailed" if mailed else "voice-written")

    def _faults(self, typed: Mapping[str, str]) -> tuple[dict[str, str], str | None]:
        """Sentences by the name of the field, and the address."""
        errors: dict[str, str] = {}
        if typed["road"] not in {road for road, _ in STAFF_ROADS}:
            errors["road"] = "どこで聞いたか、選んでください。"
        if self._said_at(typed["day"]) is None:
            errors["day"] = "聞いた日を、1年前からきょうまでの日付で選んでください。"
        if not typed["text"]:
            errors["text"] = "聞いたことを書いてください。"
        elif len(typed["text"]) > LONGEST:
            errors["text"] = f"{LONGEST:,}文字までで書いてください（いま{len(typed['text']):,}文字）。"
        if typed["phone"] and (len(typed["phone"]) > LONGEST_PHONE or not is_phone(typed["phone"])):
            errors["phone"] = "電話番号を確かめてください。"
        try:
            mail = Address.parse(typed["mail"]).text if typed["mail"] else None
        except AddressInvalid as problem:
            return {**errors, "mail": str(problem)}, None
        return errors, mail

    def _said_at(self, day: str) -> datetime | None:
        """Today is now; another day is its noon. None for what is no day of the last year."""
        try:
            said = date.fromisoformat(day) if len(day) == 10 else None
        except ValueError:
            return None
        today = self._desk.today()
        if said is None or not 0 <= (today - said).days <= EARLIEST_DAYS:
            return None
        return self._desk.clock.now() if said == today else datetime.combine(said, time(12), self._desk.town.zone)

    def _form(self, request: Request, typed: Mapping[str, str], *, errors: Mapping[str, str] | None = None) -> Response:
        with self._desk.database.read() as session:
            known = session.execute(
                select(Liaison.id, Liaison.name, Liaison.organisation)
                .where(Liaison.state.in_([LiaisonState.CONSENTED.value, LiaisonState.ACTIVE.value]))
                .order_by(Liaison.organisation, Liaison.id)
            ).all()
        return self._page.show(
            request,
            "voice-new",
            here="liaisons",
            status=422 if errors else 200,
            typed={"text": "", "area": "", "mail": "", "phone": "", **typed},
            roads=STAFF_ROADS,
            liaisons=[(str(each.id), f"{each.name}（{each.organisation}）") for each in known],
            once=random_token(),
            errors=errors or {},
        )

    def _lines(self, session: Session, asked: Asked, *, limit: int, skip: int = 0) -> list[VoiceLine]:
        """Liaisons by their number: each look at a name is in the ledger, and a list of what to do needs none."""
        found = voices.listed(session, asked, limit=limit, skip=skip)
        return [line_of(each, self._desk.town, {}, today=self._desk.today()) for each in found]

    def _asked(self, request: Request) -> tuple[Asked, dict[str, str]]:
        """What the address asks for, and the same to keep on further pages; what nobody knows is not asked."""
        given = {name: request.query_params.get(name, "")[:60] for name in ("state", "section", "area", "road", "late")}
        state = given["state"] if given["state"] in dict(STATES) else ""
        road = given["road"] if given["road"] in set(Road) else ""
        area = self._desk.area(given["area"])
        section = given["section"].replace("\0", "")
        liaison = number(request.query_params.get("liaison", ""))
        late = self._desk.today().isoformat() if given["late"] else ""
        kept = {"state": state, "section": section, "area": area, "road": road, "late": "1" if late else ""}
        kept["liaison"] = str(liaison or "")
        return Asked(state, section, area, road, liaison, late), {name: each for name, each in kept.items() if each}
