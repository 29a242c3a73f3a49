"""A liaison written down anew, changed, or asked a second time: one form for all three."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from admin.frame.console_page import go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.network.liaison_desk import HERE, LIAISONS, LiaisonDesk, officer_choices, refusal_of
from admin.network.pages_liaison import ONE, LiaisonPages, address_of
from admin.people.roles import Role
from liaisons import candidates, entry, life, mail_side, register
from liaisons.candidates import AlreadyDecided, CandidateRow, CandidateState
from liaisons.entry import LONGEST, Entry, EntryForm, EntryUnfit
from liaisons.life import UnknownLiaison, WrongMove
from liaisons.mail_side import AddressTaken
from liaisons.register import AlreadyListed, DeclinedBefore, ReasonMissing
from liaisons.tables import Liaison, Way
from liaisons.typed_entry import entry_form

Form = Annotated[Posted, Depends(posted)]

_DONE = {"edit": "liaison-changed", "again": "liaison-asked"}
_WAYS = tuple((way.value, way.label) for way in Way)


class LiaisonFormPages:
    """Drafters and those above."""

    def __init__(self, desk: LiaisonDesk, one: LiaisonPages) -> None:
        self._desk = desk
        self._one = one

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        acts = self._desk.page.needs(Role.DRAFTER)
        for path, show, take in (
            (f"{LIAISONS}/new", self.new, self.ask),
            (f"{ONE}/edit", self.edit, self.change),
            (f"{ONE}/again", self.again, self.ask_again),
        ):
            router.add_api_route(path, show, methods=["GET"], dependencies=acts)
            router.add_api_route(path, take, methods=["POST"], dependencies=acts)
        return router

    def new(self, request: Request, candidate: str = "") -> Response:
        """With `?candidate=`, what another section knew of the person is filled in."""
        found = self._candidate(candidate)
        form = EntryForm(name=found.name, organisation=found.organisation) if found is not None else EntryForm()
        return self._form(request, "new", form, candidate=found)

    def ask(self, request: Request, form: Form) -> Response:
        me, at, found = me_of(request), self._desk.clock.now(), self._candidate(form.text("candidate"))
        typed = _typed(form)
        try:
            with self._desk.database.write() as session:
                taken = entry.read(typed, self._desk.town)
                liaison = register.ask(session, taken, me, officer_id=form.number("officer"), at=at)
                if found is not None:
                    candidates.take(session, found.id, liaison.id, me, at=at)
        except AlreadyDecided:
            return self._form(request, "new", typed, errors={"name": str(AlreadyDecided.__doc__)}, posted=form)
        except (EntryUnfit, DeclinedBefore, AlreadyListed, AddressTaken) as fault:
            return self._refused(request, "new", typed, fault, form=form, candidate=found)
        return go(address_of(liaison.id), "liaison-asked")

    def edit(self, request: Request, liaison_id: str) -> Response:
        return self._of(request, liaison_id, "edit")

    def change(self, request: Request, liaison_id: str, form: Form) -> Response:
        def change(session: Session, known: int, taken: Entry) -> None:
            at, officer = self._desk.clock.now(), form.number("officer")
            register.change(session, known, taken, me_of(request), officer_id=officer, at=at)

        return self._taken(request, liaison_id, form, "edit", change)

    def again(self, request: Request, liaison_id: str) -> Response:
        return self._of(request, liaison_id, "again")

    def ask_again(self, request: Request, liaison_id: str, form: Form) -> Response:
        def ask(session: Session, known: int, taken: Entry) -> None:
            at, because = self._desk.clock.now(), form.text("because")
            register.ask_again(session, known, taken, me_of(request), because=because, at=at)

        return self._taken(request, liaison_id, form, "again", ask)

    def _taken(
        self, request: Request, liaison_id: str, form: Posted, purpose: str, step: Callable[[Session, int, Entry], None]
    ) -> Response:
        """What was typed of a known liaison goes its way, or stands in the form again with what is wrong."""
        known, typed = number(liaison_id) or 0, _typed(form)
        try:
            with self._desk.database.write() as session:
                life.held(session, known)
                step(session, known, entry.read(typed, self._desk.town))
        except UnknownLiaison:
            return self._one.missing(request)
        except WrongMove as error:
            return self._desk.page.message(request, 409, refusal_of(error).title, str(error))
        except (EntryUnfit, AddressTaken, ReasonMissing) as fault:
            return self._refused(request, purpose, typed, fault, form=form, liaison_id=known)
        return go(address_of(known), _DONE[purpose])

    def _of(self, request: Request, liaison_id: str, purpose: str) -> Response:
        known, me = number(liaison_id), me_of(request)
        with self._desk.database.read() as session:
            row = session.get(Liaison, known) if known is not None else None
            if row is None:
                return self._one.missing(request)
            address = mail_side.address_of(session, row)
            typed, officer = entry.form_of(row, life.areas_of(session, row.id), address), row.officer_id
        with self._desk.looking(me, "liaison.viewed", register.subject(row.id)):
            pass
        return self._form(request, purpose, typed, liaison_id=row.id, officer=str(officer or ""))

    def _refused(
        self,
        request: Request,
        purpose: str,
        typed: EntryForm,
        fault: Exception,
        *,
        form: Posted,
        liaison_id: int | None = None,
        candidate: CandidateRow | None = None,
    ) -> Response:
        other: int | None = None
        match fault:
            case EntryUnfit():
                errors = dict(fault.errors)
            case DeclinedBefore() | AlreadyListed():
                errors, other = {"name": str(fault)}, fault.liaison_id
            case ReasonMissing():
                errors = {"because": str(fault)}
            case _:
                errors = {"address": str(fault)}
        return self._form(
            request, purpose, typed, liaison_id=liaison_id, errors=errors, other=other, candidate=candidate, posted=form
        )

    def _form(
        self,
        request: Request,
        purpose: str,
        typed: EntryForm,
        *,
        liaison_id: int | None = None,
        officer: str = "",
        errors: Mapping[str, str] | None = None,
        other: int | None = None,
        candidate: CandidateRow | None = None,
        posted: Posted | None = None,
    ) -> Response:
        with self._desk.database.read() as session:
            officers = officer_choices(session)
        chosen = posted.text("officer")[:16] if posted is not None else officer or str(me_of(request).id)
        return self._desk.page.show(
            request,
            "liaison-form",
            here=HERE,
            status=422 if errors else 200,
            purpose=purpose,
            liaison_id=liaison_id,
            form=typed,
            officers=officers,
            officer=chosen,
            because=posted.text("because")[:1000] if posted is not None else "",
            candidate=candidate,
            errors=errors or {},
            other=other,
            ways=_WAYS,
            areas=self._desk.area_choices,
            longest={**LONGEST, "because": register.LONGEST_REASON},
        )

    def _candidate(self, text: str) -> CandidateRow | None:
        """One that waits."""
        known = number(text)
        with self._desk.database.read() as session:
            row = session.get(CandidateRow, known) if known is not None else None
        return row if row is not None and row.state == CandidateState.WAITING else None


def _typed(form: Posted) -> EntryForm:
    return entry_form(form.text, form.texts("areas"))
