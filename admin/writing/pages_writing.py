"""The pages where a bulletin is written: choose the notice, fill the form beside the exact mail, save or submit."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.desk.bulletin_desk import BulletinDesk
from admin.desk.version_guard import Keeper, Seen, Stale
from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, bulletin_number, page_key, posted
from admin.frame.guard import Guard
from admin.frame.kept_forms import FormKeeper
from admin.frame.line_changes import mail_changes
from admin.frame.refusals import REFUSING, Refusal, refusal_of
from admin.people.roles import Role
from admin.writing import draft_presence
from admin.writing.draft_form import PREFIX, form_of, seen_of, sheet_copied, sheet_following, sheet_from, sheet_of
from admin.writing.draft_presence import company_words
from admin.writing.lengths import lengths_of
from admin.writing.listening import heard_notices
from admin.writing.notice_cards import cards
from admin.writing.pages_autosave import AutosavePages
from admin.writing.pasting import Pasting, pasting_of
from bulletins.approval import Blocked
from bulletins.checks.copies import COPY_RULES
from bulletins.checks.draft import Level
from bulletins.drafting import UNCHOSEN, Preview, Sheet, UnknownBulletin, find
from bulletins.life import EDITABLE
from bulletins.notice_shelf import UnknownNotice
from bulletins.notice_templates import NoticeTemplate
from bulletins.rough_drafts import Stroke
from bulletins.schedule import StartUnfit
from bulletins.tables import Bulletin
from foundation.pages import Pages
from foundation.routes import take_in
from foundation.templating import TemplateBroken
from foundation.tokens import random_token

Form = Annotated[Posted, Depends(posted)]

_STALE = Refusal(
    409,
    "書いているあいだに、ほかの人か、あなたの別の画面が、この配信案を変えました",
    (
        "まだ何も上書きしていません。「保存されている内容とのちがい」に、変わった行を並べました。",
        "見比べて直してから、もう一度保存してください。保存すると、あなたの内容に変わります。",
    ),
)
_TOLD_AS_EMPTY = ("placeholder-left", "text-too-short")
_NOT_KEPT = (
    "預かった内容が見つかりません",
    "預かるのは1時間までで、書いた人だけが続きから書けます。",
    "下書きとして保存されているものは、「お知らせ」の一覧にあります。",
)


@dataclass(frozen=True)
class Writing:
    """One moment of writing. A form that nobody has typed into (`touched` is False) is not scolded; `other` is what
    a colleague saved meanwhile; `seen` is what the form was opened with, `page` the key of the page that began it.
    `unsaved` holds words that stand on the page only; `kept` is the key of the kept form they came from."""

    notice: NoticeTemplate
    sheet: Sheet
    touched: bool = True
    errors: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None
    bulletin: Bulletin | None = None
    seen: Seen = field(default_factory=Seen)
    page: str = ""
    other: Bulletin | None = None
    unsaved: bool = False
    kept: str = ""
    pasting: Pasting | None = None
    listening: bool = False


class WritingPages:
    def __init__(self, desk: BulletinDesk, forms: FormKeeper, *, pages: Pages, guard: Guard) -> None:
        self._desk = desk
        self._forms = forms
        self._page = ConsolePage(pages, guard)

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False, dependencies=self._page.needs(Role.DRAFTER))
        router.add_api_route("/admin/write", self.choose, methods=["GET"])
        router.add_api_route("/admin/write/preview", self.preview, methods=["POST"])
        router.add_api_route("/admin/write/kept/{key}", self.go_on, methods=["GET"])
        take_in(router, AutosavePages(self._desk, self._forms, self._page).router())
        router.add_api_route("/admin/write/{notice}", self.begin, methods=["GET"])
        router.add_api_route("/admin/write/{notice}", self.keep, methods=["POST"])
        router.add_api_route("/admin/bulletins/{bulletin_id}/edit", self.edit, methods=["GET"])
        router.add_api_route("/admin/bulletins/{bulletin_id}/edit", self.change, methods=["POST"])
        return router

    def choose(self, request: Request) -> Response:
        groups = cards(self._desk.shelf.all(), self._desk.town)
        return self._page.show(request, "write", here="write", groups=groups, broken=self._desk.shelf.broken)

    def begin(self, request: Request, notice: str) -> Response:
        """`?example=1` fills in the example, `?from=` a bulletin's values, `?follows=` those and the reference."""
        try:
            return self._form(request, self._start(request, self._desk.shelf.offered(notice)))
        except REFUSING as error:
            return self._refused(request, error)

    def keep(self, request: Request, notice: str, form: Form) -> Response:
        try:
            return self._answer(request, form.text("action"), self._written(form, notice))
        except REFUSING as error:
            return self._refused(request, error)

    def edit(self, request: Request, bulletin_id: str) -> Response:
        try:
            bulletin = self._bulletin(bulletin_id)
            if bulletin.state not in EDITABLE:
                return go(f"/admin/bulletins/{bulletin.id}")
            template = self._desk.shelf.get(bulletin.notice)
            sheet = sheet_from(bulletin, template)
            return self._form(request, Writing(template, sheet, bulletin=bulletin, seen=Seen.of(bulletin)))
        except REFUSING as error:
            return self._refused(request, error)

    def change(self, request: Request, bulletin_id: str, form: Form) -> Response:
        try:
            bulletin = self._bulletin(bulletin_id)
            return self._answer(request, form.text("action"), self._written(form, bulletin.notice, bulletin))
        except REFUSING as error:
            return self._refused(request, error)

    def go_on(self, request: Request, key: str) -> Response:
        """What was being written when the session had ended, for the one who wrote it."""
        pairs = self._forms.read(key, me_of(request))
        if pairs is None:
            return self._page.message(request, 404, *_NOT_KEPT)
        form = Posted.of(pairs)
        try:
            bulletin = self._bulletin(form.text("bulletin")) if form.has("bulletin") else None
            writing = self._written(form, bulletin.notice if bulletin else form.text("notice"), bulletin)
            return self._form(request, replace(writing, kept=key, page=key))  # the old page may yet come back
        except REFUSING as error:
            return self._refused(request, error)

    def _written(self, form: Posted, notice: str, bulletin: Bulletin | None = None) -> Writing:
        """What the form holds. Raises UnknownNotice."""
        writing = self.read(form, self._desk.shelf.get(notice))
        sheet = writing.sheet
        if bulletin:
            sheet = replace(sheet, follows=bulletin.follows_id, copied_from=bulletin.copied_from_id)
        return replace(writing, sheet=sheet, bulletin=bulletin, seen=seen_of(form))

    def preview(self, request: Request, form: Form) -> Response:
        """The half of the page with the mail, for the script."""
        try:
            writing = self._written(form, form.text("notice"))
            return self._page.show(request, "_preview", here="write", alone=True, **self._seen(writing))
        except REFUSING as error:
            return self._refused(request, error)

    def read(self, form: Posted, notice: NoticeTemplate) -> Writing:
        """What was posted, filled from the pasted text where that was asked for."""
        town = self._desk.town
        sheet, errors = sheet_of(form, notice, town)
        pasting = pasting_of(form, notice, town, at=self._desk.clock.now())
        sheet = pasting.into(sheet) if pasting else sheet
        found = Writing(notice, sheet, errors=errors, pasting=pasting, listening=form.text("listening") == "form")
        return replace(found, page=page_key(form.text("page")), kept=form.text("kept"), unsaved=True)

    def show(self, request: Request, writing: Writing, *, status: int | None = None) -> Response:
        """The form of one moment; saves nothing."""
        return self._form(request, writing, status=status)

    def _answer(self, request: Request, action: str, writing: Writing) -> Response:
        """Saves, and submits where that was asked; otherwise shows the form again, with what speaks against it."""
        try:
            if action not in ("save", "submit"):
                return self._form(request, writing)
            if writing.errors.keys() - UNCHOSEN.keys():
                return self._form(request, writing, status=422)
            if action == "submit":
                preview = self._desk.preview(writing.sheet)
                if writing.errors or preview.errors:
                    return self._form(request, writing, status=422)
                _refuse_blocked(preview)
            return self._keep(request, writing, submit=action == "submit")
        except Stale as stale:
            now = stale.bulletin
            writing = replace(writing, refusal=_STALE, bulletin=now, seen=Seen.of(now), other=now)
            return self._form(request, writing)
        except StartUnfit as unfit:
            return self._form(request, replace(writing, errors={"starts_at": str(unfit)}), status=422)
        except (TemplateBroken, UnknownNotice) as error:
            return self._refused(request, error)
        except REFUSING as error:
            return self._form(request, replace(writing, refusal=refusal_of(error)))

    def _keep(self, request: Request, writing: Writing, *, submit: bool) -> Response:
        me, begun = me_of(request), writing.bulletin.id if writing.bulletin else None
        stroke = Stroke(writing.sheet, page=writing.page)
        kept = Keeper(self._desk, me).keep(stroke, begun, seen=writing.seen, submit=submit)
        if writing.kept:
            self._forms.let_go(writing.kept, me)
        return go(f"/admin/bulletins/{kept.id}" if kept else "/admin", "submitted" if submit else "saved")

    def _start(self, request: Request, notice: NoticeTemplate) -> Writing:
        query = request.query_params
        if "example" in query:
            return Writing(notice, Sheet(notice.name, dict(notice.example)))
        if "follows" in query:
            followed = self._bulletin(query["follows"])
            return Writing(notice, sheet_following(followed, notice, self._desk.town))
        if "from" in query:
            return Writing(notice, sheet_copied(self._bulletin(query["from"]), notice))
        return Writing(notice, Sheet(notice.name, {}), touched=False)

    def _form(self, request: Request, writing: Writing, *, status: int | None = None) -> Response:
        context = self._seen(writing)
        pasting = writing.pasting
        pasted = pasting.marked(writing.sheet) if pasting else frozenset()
        form = form_of(writing.sheet, writing.notice, self._desk.town, pasted=pasted)
        return self._page.show(
            request,
            "listen" if writing.listening else "write-notice",
            pasting=pasting,
            kinds=heard_notices(self._desk.shelf),
            here="write",
            status=status,
            refusal=writing.refusal,
            form=form,
            followed=self._named((writing.bulletin and writing.bulletin.mends_id) or form.follows),
            scolded=status == 422,
            page=writing.page or random_token(),
            writer=self._forms.mark(me_of(request)),
            unsaved=writing.unsaved,
            kept=writing.kept,
            company=self._company(request, writing),
            **context,
        )

    def _company(self, request: Request, writing: Writing) -> str:
        """Who else has it open; a form that was posted tells that this person has, too."""
        if writing.bulletin is None:
            return ""
        number, me, at = writing.bulletin.id, me_of(request), self._desk.clock.now()
        if request.method == "POST":
            with self._desk.database.write() as session:
                draft_presence.note(session, number, me, at=at)
        with self._desk.database.read() as session:
            return company_words(draft_presence.others(session, number, me, at=at))

    def _named(self, number: int | None) -> Bulletin | None:
        """What the form names; a number that names nothing is refused when the form is kept."""
        try:
            return self._bulletin(str(number)) if number else None
        except UnknownBulletin:
            return None

    def _seen(self, writing: Writing) -> dict[str, Any]:
        """The mail, the findings and the errors under the names that the form gives its fields."""
        preview = self._desk.preview(writing.sheet)
        lacking = {PREFIX + name: sentence for name, sentence in preview.errors.items()} | dict(writing.errors)
        # What is still empty is told once, as a field to fill, not again by what stands for it in the text.
        findings = [f for f in preview.findings if not (preview.errors and f.rule in _TOLD_AS_EMPTY)]
        return {
            "notice": writing.notice,
            "preview": preview,
            "lengths": lengths_of(preview),
            "lacking": lacking if writing.touched else {},
            "findings": findings if writing.touched else [],
            "touched": writing.touched,
            "prefix": PREFIX,
            "bulletin": writing.bulletin,
            "seen": writing.seen,
            "other": writing.other,
            "differing": mail_changes(writing.other, preview) if writing.other else (),
            "source": self._named(writing.sheet.copied_from),
            "untouched": [f for f in preview.findings if f.rule in COPY_RULES],
        }

    def _bulletin(self, bulletin_id: str) -> Bulletin:
        """Raises UnknownBulletin, for what is no number too."""
        with self._desk.database.read() as session:
            return find(session, bulletin_number(bulletin_id))

    def _refused(self, request: Request, error: Exception) -> Response:
        refusal = refusal_of(error)
        return self._page.message(request, refusal.status, refusal.title, *refusal.sentences)


def _refuse_blocked(preview: Preview) -> None:
    """Before anything is saved. Raises Blocked."""
    blocking = tuple(finding for finding in preview.findings if finding.level is Level.BLOCK)
    if blocking:
        raise Blocked(blocking)
