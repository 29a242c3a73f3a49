"""Candidates: any section sends one in and reads what became of it; the owning section decides."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.console_page import go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.refusals import Refusal
from admin.network.liaison_desk import HERE, LIAISONS, LiaisonDesk
from admin.people.roles import Role
from liaisons import candidates
from liaisons.candidates import FIELDS, AlreadyDecided, CandidateForm, CandidateRow, CandidateState, CandidateUnfit

Form = Annotated[Posted, Depends(posted)]

CANDIDATES = f"{LIAISONS}/candidates"
ONE = f"{CANDIDATES}/{{candidate_id}}"


class CandidatePages:
    def __init__(self, desk: LiaisonDesk) -> None:
        self._desk = desk

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        everybody, decides = self._desk.page.needs(Role.VIEWER), self._desk.page.needs(Role.DRAFTER)
        router.add_api_route(CANDIDATES, self.mine, methods=["GET"], dependencies=everybody)
        router.add_api_route(CANDIDATES, self.send, methods=["POST"], dependencies=everybody)
        router.add_api_route(ONE, self.show, methods=["GET"], dependencies=decides)
        router.add_api_route(f"{ONE}/aside", self.put_aside, methods=["POST"], dependencies=decides)
        return router

    def mine(self, request: Request) -> Response:
        return self._mine(request, CandidateForm())

    def send(self, request: Request, form: Form) -> Response:
        typed = CandidateForm(**{name: form.text(name).replace("\r\n", "\n")[:1000] for name in FIELDS})
        try:
            with self._desk.database.write() as session:
                candidates.send(session, typed, me_of(request), at=self._desk.clock.now())
        except CandidateUnfit as fault:
            return self._mine(request, typed, errors=fault.errors)
        return go(CANDIDATES, "candidate-sent")

    def show(self, request: Request, candidate_id: str) -> Response:
        return self._show(request, candidate_id)

    def put_aside(self, request: Request, candidate_id: str, form: Form) -> Response:
        because, known = form.text("because")[:1000], number(candidate_id)
        try:
            with self._desk.database.write() as session:
                if known is None or session.get(CandidateRow, known) is None:
                    return self._missing(request)
                candidates.put_aside(session, known, because, me_of(request), at=self._desk.clock.now())
        except CandidateUnfit as fault:
            return self._show(request, candidate_id, because=because, errors=fault.errors)
        except AlreadyDecided as error:
            return self._show(request, candidate_id, refusal=Refusal(409, "ほかの人が先に決めました", (str(error),)))
        return go(LIAISONS, "candidate-put-aside")

    def _mine(self, request: Request, typed: CandidateForm, *, errors: Mapping[str, str] | None = None) -> Response:
        me = me_of(request)
        with self._desk.database.read() as session:
            sent = candidates.sent_by(session, me.id)
        return self._desk.page.show(
            request,
            "candidates",
            here=HERE,
            status=422 if errors else 200,
            form=typed,
            fields=FIELDS,
            sent=sent,
            state=CandidateState,
            errors=errors or {},
        )

    def _show(
        self,
        request: Request,
        candidate_id: str,
        *,
        because: str = "",
        errors: Mapping[str, str] | None = None,
        refusal: Refusal | None = None,
    ) -> Response:
        known = number(candidate_id)
        with self._desk.database.read() as session:
            row = session.get(CandidateRow, known) if known is not None else None
        if row is None:
            return self._missing(request)
        with self._desk.looking(me_of(request), "candidate.viewed", f"candidate:{row.id}"):
            pass
        return self._desk.page.show(
            request,
            "candidate",
            here=HERE,
            status=422 if errors else None,
            refusal=refusal,
            candidate=row,
            state=CandidateState(row.state),
            because=because,
            longest=candidates.LONGEST_REASON,
            errors=errors or {},
        )

    def _missing(self, request: Request) -> Response:
        return self._desk.page.message(
            request, 404, "この番号の候補はありません", "「連絡員一覧表」から選んでください。"
        )
