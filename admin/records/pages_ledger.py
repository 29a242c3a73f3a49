"""The pages of the ledger: search, proof of the chain, export."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response, StreamingResponse

from admin.frame.console_page import HEADERS, ConsolePage, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.people import staff
from admin.people.roles import Role
from admin.records.ledger_words import PLACES, ROOMS, line_words, who_words
from foundation import ledger, ledger_search
from foundation.clock import Clock
from foundation.database import Database
from foundation.ledger_search import Question
from foundation.spreadsheet import as_csv, csv_line
from subscribers.town import Town

Form = Annotated[Posted, Depends(posted)]

PAGE = 50
LEDGER = "/admin/ledger"
_COLUMNS = (
    "番号",
    "日時",
    "だれが",
    "氏名など",
    "操作",
    "対象",
    "詳細",
    "どこから",
    "前の行のハッシュ",
    "この行のハッシュ",
)


class LedgerPages:
    def __init__(self, database: Database, clock: Clock, town: Town, *, page: ConsolePage) -> None:
        self._database = database
        self._clock = clock
        self._town = town
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        reads, carries_out = self._page.needs(Role.APPROVER), self._page.needs(Role.MANAGER)
        router.add_api_route(LEDGER, self.listed, methods=["GET"], dependencies=reads)
        router.add_api_route(f"{LEDGER}/verify", self.verify, methods=["POST"], dependencies=reads)
        router.add_api_route(f"{LEDGER}/export", self.export, methods=["POST"], dependencies=carries_out)
        return router

    def listed(self, request: Request) -> Response:
        """`?who=&room=&number=&since=&until=` narrow, `?before=` goes on below a line."""
        return self._listed(request)

    def verify(self, request: Request) -> Response:
        """Follows the whole chain; that somebody did is a line itself."""
        with self._database.read() as session:
            proof = ledger.verify(session)
        with self._database.write() as session:
            deed = me_of(request).deed("ledger.verified", "ledger")
            details = {"lines": proof.lines, "last": proof.last, "holds": proof.holds}
            ledger.write(session, deed, at=self._clock.now(), details=details)
        return self._listed(request, proof=proof)

    def export(self, request: Request, form: Form) -> Response:
        """CSV with every hash, so that the chain can be followed elsewhere."""
        asked = QueryParams({name: form.text(name) for name in ("who", "room", "number", "since", "until")})
        question = question_of(asked, self._town)
        with self._database.write() as session:
            ledger.write(session, me_of(request).deed("ledger.exported", "ledger"), at=self._clock.now())
        name = f"ledger-{self._clock.now().astimezone(self._town.zone).date()}.csv"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(self._rows(question), headers=headers, media_type="text/csv; charset=utf-8")

    def _listed(self, request: Request, *, proof: ledger.Proof | None = None) -> Response:
        asked = request.query_params
        question = question_of(asked, self._town)
        with self._database.read() as session:
            names = _names(staff.all_ever(session))
            before = number(asked.get("before", ""))
            found = ledger_search.newest(session, question, before=before, limit=PAGE + 1)
            lines = [line_words(line, names, self._town.zone) for line in found[:PAGE]]
        return self._page.show(
            request,
            "ledger",
            here="ledger",
            lines=lines,
            older=lines[-1].number if len(found) > PAGE else None,
            asked={name: asked.get(name, "") for name in ("who", "room", "number", "since", "until")},
            narrowed=question != Question(),
            before=before,
            people=[*((f"staff:{key}", name) for key, name in names.items()), *_OTHERS],
            rooms=list(ROOMS.items()),
            proof=proof,
        )

    def _rows(self, question: Question) -> Iterator[bytes]:
        yield as_csv([_COLUMNS])
        with self._database.read() as session:
            names = _names(staff.all_ever(session))
            for line in ledger_search.lines(session, question):
                moment = line.at.astimezone(self._town.zone).isoformat(timespec="seconds")
                who = who_words(line.actor, names)
                cells = (line.id, moment, line.actor, who, line.action, line.subject, line.details, line.origin)
                yield csv_line((*cells, line.link, line.hash))


_ACTOR = re.compile(r"[a-z]+(?::[a-z0-9-]+)?")
_OTHERS = tuple((actor, who_words(actor, {})) for actor in ("resident", "publisher", "command"))


def question_of(asked: QueryParams, town: Town) -> Question:
    """What cannot be read narrows nothing. A number alone is a bulletin's."""
    room, who = asked.get("room", ""), asked.get("who", "")
    known = number(asked.get("number", ""))
    kind = room if room in PLACES else "bulletin"
    since, until = _day(asked.get("since", "")), _day(asked.get("until", ""))
    return Question(
        actor=who if _ACTOR.fullmatch(who) else "",
        room=room if room in ROOMS else "",
        subject=f"{kind}:{known}" if known is not None else "",
        since=_midnight(since, town) if since else None,
        until=_midnight(until + timedelta(days=1), town) if until and until.year < 9000 else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date, town: Town) -> datetime | None:
    """None for years in which no ledger was kept, at whose ends moments cannot be told in every zone."""
    return datetime.combine(day, time(), town.zone) if 2000 <= day.year <= 9000 else None


def _names(everyone: list[staff.Colleague]) -> Mapping[int, str]:
    return {one.id: one.name for one in everyone}
