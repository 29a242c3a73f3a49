"""The pages of an approval that is not simply a button: by telephone, afterwards, alone, and the drill of today."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.bulletin.bulletin_view import facts_for_deciding
from admin.bulletin.pressed_twice import is_so_already
from admin.desk.approval_desk import ApprovalDesk, Call
from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, bulletin_number, posted
from admin.frame.refusals import REFUSING, Refusal, refusal_of
from admin.people.roles import Role
from bulletins.approval import Decision
from bulletins.life import WrongState
from bulletins.signatory import NotAllowed

Form = Annotated[Posted, Depends(posted)]

_UNSURE = "「ほかの人が確かめないことを分かったうえで送ります」にチェックを入れてください。"


class Shown(Protocol):
    """The page of one bulletin, with what was refused on top."""

    def __call__(
        self, request: Request, bulletin_id: str, *, refusal: Refusal | None = None, form: Posted | None = None
    ) -> Response: ...


@dataclass(frozen=True)
class ApprovalPages:
    """`show` answers where a button of the bulletin's page was refused."""

    approvals: ApprovalDesk
    page: ConsolePage
    show: Shown

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        writes, decides = self.page.needs(Role.DRAFTER), self.page.needs(Role.APPROVER)
        here = "/admin/bulletins/{bulletin_id}"
        router.add_api_route(f"{here}/telephone", self.telephone, methods=["POST"], dependencies=writes)
        router.add_api_route(f"{here}/countersign", self.countersign, methods=["POST"], dependencies=decides)
        router.add_api_route(f"{here}/confirm-drill", self.confirm_drill, methods=["POST"], dependencies=writes)
        router.add_api_route(f"{here}/alone", self.ask_alone, methods=["GET"], dependencies=writes)
        router.add_api_route(f"{here}/alone", self.send_alone, methods=["POST"], dependencies=writes)
        return router

    def telephone(self, request: Request, bulletin_id: str, form: Form) -> Response:
        if unsaid := _unsaid(form):
            return self.show(request, bulletin_id, refusal=Refusal(422, "電話承認できませんでした", unsaid), form=form)
        call = Call(form.number("approver") or 0, form.text("code"), _decision(form))
        return self._press(
            request,
            bulletin_id,
            form,
            lambda known: self.approvals.telephone(known, call, me_of(request)),
            "telephoned",
        )

    def countersign(self, request: Request, bulletin_id: str, form: Form) -> Response:
        return self._press(
            request, bulletin_id, form, lambda known: self.approvals.countersign(known, me_of(request)), "countersigned"
        )

    def confirm_drill(self, request: Request, bulletin_id: str, form: Form) -> Response:
        return self._press(
            request, bulletin_id, form, lambda known: self.approvals.confirm_drill(known, me_of(request)), "confirmed"
        )

    def ask_alone(self, request: Request, bulletin_id: str) -> Response:
        """The question, on a page of its own."""
        return self._alone(request, bulletin_id, Posted.nothing())

    def send_alone(self, request: Request, bulletin_id: str, form: Form) -> Response:
        errors = {} if form.has("sure") else {"sure": _UNSURE}
        if not form.text("urgent_reason").strip():
            errors["urgent_reason"] = "ほかの人の承認を待てない理由を書いてください。"
        try:
            known = bulletin_number(bulletin_id)
            self._refuse_unreleased(known)
            if errors:
                return self._alone(request, bulletin_id, form, errors=errors)
            self.approvals.send_alone(known, _decision(form), me_of(request))
        except REFUSING as error:
            refusal = refusal_of(error)
            if refusal.status == 403:
                return self.page.message(request, refusal.status, refusal.title, *refusal.sentences)
            return self.show(request, bulletin_id, refusal=refusal)
        return go(f"/admin/bulletins/{known}", "sent-alone")

    def _alone(
        self, request: Request, bulletin_id: str, form: Posted, *, errors: dict[str, str] | None = None
    ) -> Response:
        try:
            known = bulletin_number(bulletin_id)
            self._refuse_unreleased(known)
            facts = facts_for_deciding(self.approvals.desk, known)
        except REFUSING as error:
            refusal = refusal_of(error)
            return self.page.message(request, refusal.status, refusal.title, *refusal.sentences)
        return self.page.show(
            request,
            "alone",
            here="bulletins",
            status=422 if errors else None,
            facts=facts,
            bulletin=facts.bulletin,
            typed=form,
            errors=errors or {},
        )

    def _refuse_unreleased(self, bulletin_id: int) -> None:
        """Raises UnknownBulletin, NotAllowed."""
        if not self.approvals.solo.allows(self.approvals.desk.dossier(bulletin_id).bulletin):
            raise NotAllowed("この定型文は、緊急単独配信の対象ではありません。配信責任者の承認が必要です。")

    def _press(
        self, request: Request, bulletin_id: str, form: Posted, deed: Callable[[int], None], done: str
    ) -> Response:
        try:
            known = bulletin_number(bulletin_id)
            deed(known)
        except REFUSING as error:
            word = request.url.path.rpartition("/")[2]
            twice = isinstance(error, WrongState) and is_so_already(
                word, self.approvals.desk.standing(known)[0], form, me_of(request)
            )
            if not twice:
                return self.show(request, bulletin_id, refusal=refusal_of(error), form=form)
        return go(f"/admin/bulletins/{known}", done)


def _unsaid(form: Posted) -> tuple[str, ...]:
    """What a form for 電話承認 lacks; it is no wrong code, and is counted as none."""
    lacking = {"approver": "電話に出ている人を選んでください。", "code": "読み上げられたコードを入力してください。"}
    return tuple(sentence for name, sentence in lacking.items() if not form.text(name).strip())


def _decision(form: Posted) -> Decision:
    """A form without a version approves nothing: 0 is no version."""
    return Decision(
        urgent=form.has("urgent"),
        reason=form.text("urgent_reason") or None,
        version=form.number("version") or 0,
        revision=form.number("revision"),
    )
