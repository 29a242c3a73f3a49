"""The pages of bulletins: the list, one bulletin with its buttons, and the printed sheet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.bulletin.bulletin_view import view
from admin.bulletin.pages_approval import ApprovalPages
from admin.bulletin.pages_editions import EditionPages
from admin.bulletin.pages_not_reached import NotReachedPages
from admin.bulletin.pages_progress import ProgressPages, Watchers
from admin.bulletin.pressed_twice import is_so_already
from admin.desk.approval_desk import ApprovalDesk
from admin.desk.lookout import Lookout
from admin.desk.sheet import sheet_lines
from admin.desk.version_guard import Stale, submit_if_same
from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, bulletin_number, number, posted
from admin.frame.guard import Guard
from admin.frame.refusals import REFUSING, Refusal, refusal_of
from admin.people.roles import Role
from admin.people.staff import Colleague
from admin.writing.draft_form import seen_of
from bulletins.approval import Decision
from bulletins.drafting import UnknownBulletin
from bulletins.life import BulletinState, WrongState
from bulletins.notice_shelf import UnknownNotice
from foundation.pages import Pages
from foundation.routes import take_in

Form = Annotated[Posted, Depends(posted)]

PAGE = 30
MOST_LETTERS = 60  # that are looked for
_PULLED_BACK = "配信の前に取り戻しました。"
_STALE = Refusal(
    409,
    "画面を開いたあとに、内容が変わりました",
    ("下に出ているのが、いまの内容です。読みなおしてから、もう一度押してください。",),
)


@dataclass(frozen=True)
class Deed:
    """One button: what its address ends in, who may press it, and what is told afterwards."""

    word: str
    role: Role
    done: str


_DEEDS = (
    Deed("submit", Role.DRAFTER, "submitted"),
    Deed("approve", Role.APPROVER, "approved"),
    Deed("return", Role.APPROVER, "returned"),
    Deed("pull-back", Role.DRAFTER, "pulled-back"),
    Deed("withdraw", Role.DRAFTER, "withdrawn"),
    Deed("halt", Role.DRAFTER, "halted"),
    Deed("resume", Role.APPROVER, "resumed"),
    Deed("send-again", Role.APPROVER, "sent-again"),
)


class BulletinPages:
    def __init__(self, approvals: ApprovalDesk, *, pages: Pages, guard: Guard, watchers: Watchers) -> None:
        self._desk = desk = approvals.desk
        self._approvals = approvals
        self._page = ConsolePage(pages, guard)
        self._lookout = Lookout(desk.database, desk.clock, desk.hours)
        self._progress = ProgressPages(self._lookout, watchers, page=self._page)
        self._not_reached = NotReachedPages(desk, page=self._page)
        self._approving = ApprovalPages(approvals, self._page, self._one)
        self._editions = EditionPages(desk, self._page)

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks = self._page.needs(Role.VIEWER)
        router.add_api_route("/admin/bulletins", self.listed, methods=["GET"], dependencies=looks)
        router.add_api_route("/admin/bulletins/{bulletin_id}", self.one, methods=["GET"], dependencies=looks)
        router.add_api_route("/admin/bulletins/{bulletin_id}/sheet", self.sheet, methods=["GET"], dependencies=looks)
        for deed in _DEEDS:
            path = f"/admin/bulletins/{{bulletin_id}}/{deed.word}"
            demand = self._page.needs(deed.role)
            router.add_api_route(path, self._pressing(deed), methods=["POST"], dependencies=demand)
        rooms = (self._progress, self._not_reached, self._approving, self._editions)
        take_in(router, *(each.router() for each in rooms))
        return router

    def listed(self, request: Request) -> Response:
        """`?state=` keeps to one state, `?words=` to mails that hold them, `?before=` goes on below a number."""
        wanted = request.query_params.get("state", "")
        state = next((each for each in BulletinState if each.value == wanted), None)
        before = number(request.query_params.get("before", ""))
        words = request.query_params.get("words", "").replace("\0", "").strip()[:MOST_LETTERS]
        states = [state] if state else []
        found = list(self._desk.listed(states=states, words=words, before=before, limit=PAGE + 1))
        counts = self._desk.counts()
        return self._page.show(
            request,
            "bulletins",
            here="bulletins",
            bulletins=found[:PAGE],
            older=found[PAGE - 1].id if len(found) > PAGE else None,
            before=before,
            state=state.value if state else "",
            words=words,
            states=[(each.value, counts.get(each, 0)) for each in BulletinState],
            total=sum(counts.values()),
        )

    def one(self, request: Request, bulletin_id: str) -> Response:
        return self._one(request, bulletin_id)

    def sheet(self, request: Request, bulletin_id: str) -> Response:
        """配信伺 before approval, 配信記録 after."""
        try:
            dossier = self._desk.dossier(bulletin_number(bulletin_id))
            lines = sheet_lines(self._desk, dossier)
        except REFUSING as error:
            return self._message(request, refusal_of(error))
        return self._page.show(request, "sheet", here="bulletins", sheet=lines)

    def _pressing(self, deed: Deed) -> Callable[..., Response]:
        def press(request: Request, bulletin_id: str, form: Form) -> Response:
            try:
                known = bulletin_number(bulletin_id)
                self._do(deed, known, form, me_of(request))
            except Stale:
                return self._one(request, bulletin_id, refusal=_STALE)
            except REFUSING as error:
                if not (isinstance(error, WrongState) and self._is_so_already(deed, known, form, me_of(request))):
                    return self._one(request, bulletin_id, refusal=refusal_of(error), form=form)
            return go(f"/admin/bulletins/{known}", deed.done)

        return press

    def _is_so_already(self, deed: Deed, bulletin_id: int, form: Posted, me: Colleague) -> bool:
        bulletin, _ = self._desk.standing(bulletin_id)
        reason = _PULLED_BACK if deed.word == "pull-back" else form.text("return_reason").strip()
        return is_so_already(deed.word, bulletin, form, me, reason=reason)

    def _do(self, deed: Deed, bulletin_id: int, form: Posted, me: Colleague) -> None:
        """Raises what the rooms raise, and Stale."""
        match deed.word:
            case "submit":
                submit_if_same(self._desk, bulletin_id, me, seen=seen_of(form))
            case "approve":
                self._desk.approve(bulletin_id, _decision(form), me)
            case "return":
                self._desk.turn_down(bulletin_id, form.text("return_reason"), me)
            case "pull-back":
                self._desk.give_back(bulletin_id, _PULLED_BACK, me)
            case "withdraw":
                self._desk.withdraw(bulletin_id, me)
            case "halt":
                self._desk.halt(bulletin_id, me)
            case "resume":
                self._desk.resume(bulletin_id, me)
            case "send-again":
                self._desk.send_again(bulletin_id, me)

    def _one(
        self, request: Request, bulletin_id: str, *, refusal: Refusal | None = None, form: Posted | None = None
    ) -> Response:
        try:
            seen = view(self._approvals, self._lookout, bulletin_number(bulletin_id), me_of(request))
        except (UnknownBulletin, UnknownNotice) as error:
            return self._message(request, refusal or refusal_of(error))
        return self._page.show(
            request,
            "bulletin",
            here="bulletins",
            refusal=refusal,
            view=seen,
            bulletin=seen.bulletin,
            hours=self._desk.hours.describe(),
            hold=int(self._desk.approval.schedule.hold.total_seconds()),
            typed=form or Posted.nothing(),
        )

    def _message(self, request: Request, refusal: Refusal) -> Response:
        return self._page.message(request, refusal.status, refusal.title, *refusal.sentences)


def _decision(form: Posted) -> Decision:
    """A form without a version approves nothing: 0 is no version."""
    return Decision(
        urgent=form.has("urgent"),
        reason=form.text("urgent_reason") or None,
        no_hold=form.has("no_hold"),
        version=form.number("version") or 0,
    )
