"""Saving while somebody types, and who else has the draft open: what the script asks, answered in JSON."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from admin.desk.bulletin_desk import BulletinDesk
from admin.desk.version_guard import Keeper, Stale
from admin.frame.console_page import HEADERS, ConsolePage, me_of
from admin.frame.form_reading import Posted, number, page_key, posted
from admin.frame.kept_forms import MARK, FormKeeper
from admin.frame.refusals import REFUSING, refusal_of
from admin.people.roles import Role
from admin.people.staff import Colleague
from admin.writing import draft_presence
from admin.writing.draft_form import seen_of, sheet_of
from admin.writing.draft_presence import company_words
from bulletins.rough_drafts import Stroke
from bulletins.tables import Bulletin

Form = Annotated[Posted, Depends(posted)]

_STALE = (
    "ほかの人か別の画面が、この配信案を先に保存しました。自動保存を止めています。"
    "「下書きを保存」を押すと、両方を並べて見比べられます。"
)
_ANOTHER = (
    "この画面を開いた人とは別の人が、サインインしています。自動保存を止めています。"
    "この画面を開いた人が、新しいタブでサインインしなおしてください。"
)


@dataclass(frozen=True)
class AutosavePages:
    """`page` is the frame, of which only the guard is needed here."""

    desk: BulletinDesk
    forms: FormKeeper
    page: ConsolePage

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False, dependencies=self.page.needs(Role.DRAFTER))
        router.add_api_route("/admin/write/autosave", self.autosave, methods=["POST"])
        router.add_api_route("/admin/bulletins/{bulletin_id}/presence", self.presence, methods=["POST"])
        return router

    def autosave(self, request: Request, form: Form) -> Response:
        """`state` says what became of it: saved, empty (nothing to keep), stale, another (person), refused."""
        me = me_of(request)
        if self.forms.writer(form.text(MARK)) != me.id:
            return _answer(403, state="another", said=_ANOTHER)
        try:
            saved = self._save(form, me)
        except Stale as stale:
            return _answer(409, state="stale", said=_STALE, others=self._others(stale.bulletin.id, me))
        except REFUSING as error:
            refusal = refusal_of(error)
            said = f"自動保存できませんでした。{''.join(refusal.sentences) or refusal.title}"
            return _answer(refusal.status, state="refused", said=said)
        if saved is None:
            return _answer(200, state="empty", said="", others="")
        at = self.desk.clock.now().astimezone(self.desk.town.zone)
        return _answer(
            200,
            state="saved",
            said=f"{at.hour}:{at.minute:02} に自動保存しました",
            id=saved.id,
            version=saved.version,
            revision=saved.revision,
            others=self._note(saved.id, me),
        )

    def presence(self, request: Request, bulletin_id: str, form: Form) -> Response:
        """The page tells that it is still open, or with `leaving` that it is being closed."""
        known, me = number(bulletin_id), me_of(request)
        if known is None:
            return _answer(404, others="")
        if form.has("leaving"):
            with self.desk.database.write() as session:
                draft_presence.leave(session, known, me)
            return _answer(200, others="")
        with self.desk.database.read() as session:
            bulletin = session.get(Bulletin, known)
        if bulletin is None:
            return _answer(404, others="")
        return _answer(200, others=self._note(known, me))

    def _save(self, form: Posted, me: Colleague) -> Bulletin | None:
        template = self.desk.shelf.get(form.text("notice"))
        sheet, _ = sheet_of(form, template, self.desk.town)
        stroke = Stroke(sheet, page=page_key(form.text("page")), quiet=True)
        saved = Keeper(self.desk, me).keep(stroke, form.number("bulletin"), seen=seen_of(form))
        if form.has("kept"):
            self.forms.let_go(form.text("kept"), me)
        return saved

    def _note(self, bulletin_id: int, me: Colleague) -> str:
        with self.desk.database.write() as session:
            draft_presence.note(session, bulletin_id, me, at=self.desk.clock.now())
        return self._others(bulletin_id, me)

    def _others(self, bulletin_id: int, me: Colleague) -> str:
        with self.desk.database.read() as session:
            return company_words(draft_presence.others(session, bulletin_id, me, at=self.desk.clock.now()))


def _answer(status: int, **members: object) -> JSONResponse:
    return JSONResponse(members, status_code=status, headers=HEADERS)
