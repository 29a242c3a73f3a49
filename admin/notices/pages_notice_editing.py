"""The pages where a notice template is changed, or a new one made as a copy: the form beside the example's mail."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, posted
from admin.frame.refusals import Refusal
from admin.notices.notice_desk import NoticeDesk, NoticeDossier
from admin.notices.notice_form import errors_of, form_of, source_of
from admin.notices.notice_words import signs, version_words
from admin.notices.pages_notices import HERE, REFUSED, refusal_for, version_number
from admin.people.roles import Role
from bulletins.notice_source import NoticeSource
from bulletins.notice_trial import Trial
from bulletins.notice_versions import VersionStale

Form = Annotated[Posted, Depends(posted)]
_STALE = Refusal(
    409,
    "書いているあいだに、ほかの人が新しい版を保存しました",
    (
        "まだ何も上書きしていません。新しい版を別のタブで開いて見比べ、必要なところを取り入れてください。",
        "もう一度保存すると、あなたの内容がその次の版になります。",
    ),
)


@dataclass(frozen=True)
class Editing:
    """One moment of editing. `base` is the version that the form began with, `newest` the last one known to it;
    a copy has none yet."""

    dossier: NoticeDossier
    base: NoticeSource
    newest: int
    is_copy: bool = False
    typed: Posted | None = None
    refusal: Refusal | None = None
    newer: int | None = None


class NoticeEditingPages:
    def __init__(self, desk: NoticeDesk, *, page: ConsolePage) -> None:
        self._desk = desk
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False, dependencies=self._page.needs(Role.MANAGER))
        for way in ("edit", "copy"):
            router.add_api_route(f"/admin/notices/{{name}}/{way}", self.begin, methods=["GET"])
            router.add_api_route(f"/admin/notices/{{name}}/{way}", self.keep, methods=["POST"])
        router.add_api_route("/admin/notices/{name}/preview", self.preview, methods=["POST"])
        return router

    def begin(self, request: Request, name: str) -> Response:
        """`?version=` begins with another version than the newest that was not given up."""
        is_copy = request.url.path.endswith("/copy")
        try:
            dossier = self._desk.dossier(name)
            wanted = request.query_params.get("version", "")
            number = version_number(wanted) if wanted else self._usual(dossier, is_copy=is_copy)
            base = self._desk.source(name, number)
        except REFUSED as error:
            return self._refused(request, error)
        return self._form(request, Editing(dossier, base, dossier.past.newest, is_copy))

    def keep(self, request: Request, name: str, form: Form) -> Response:
        try:
            editing = self._editing(request, name, form)
        except REFUSED as error:
            return self._refused(request, error)
        source = source_of(editing.base, form)
        if form.text("action") != "save":
            return self._form(request, editing)
        if self._desk.tried(source).faults:
            return self._form(request, editing, status=422)
        base = editing.newest
        if editing.is_copy:
            source, base = replace(source, name=self._desk.free_name(name)), 0
        try:
            number = self._desk.propose(source, me_of(request), base=base)
        except VersionStale:
            newest = self._desk.dossier(name).past.newest
            return self._form(request, replace(editing, refusal=_STALE, newest=newest, newer=newest))
        except REFUSED as error:
            return self._form(request, replace(editing, refusal=refusal_for(error)))
        return go(f"/admin/notices/{source.name}/versions/{number}", "notice-saved")

    def preview(self, request: Request, name: str, form: Form) -> Response:
        """The half of the page with the mail, for the script."""
        try:
            editing = self._editing(request, name, form)
        except REFUSED as error:
            return self._refused(request, error)
        return self._page.show(request, "_notice-preview", here=HERE, **self._seen(editing))

    def _editing(self, request: Request, name: str, form: Posted) -> Editing:
        """Raises UnknownNotice, UnknownVersion."""
        base = self._desk.source(name, version_number(form.text("made_from")))
        newest = version_number(form.text("newest") or "0")
        is_copy = request.url.path.endswith("/copy")
        return Editing(self._desk.dossier(name), base, newest, is_copy, typed=form)

    def _usual(self, dossier: NoticeDossier, *, is_copy: bool) -> int:
        """A proposal is gone on with; a copy is made of what serves."""
        proposed = dossier.past.proposed
        if proposed is not None and (not is_copy or dossier.notice is None):
            return proposed.version
        if dossier.notice is None and dossier.past.versions:
            return dossier.past.newest
        return dossier.serving

    def _form(self, request: Request, editing: Editing, *, status: int | None = None) -> Response:
        form = form_of(editing.base, editing.typed, self._desk.town)
        known = self._desk.tried(editing.base).notice
        return self._page.show(
            request,
            "notice-edit",
            here=HERE,
            status=status,
            refusal=editing.refusal,
            editing=editing,
            form=form,
            scolded=status == 422,
            signs=signs(known) if known else (),
            version_words=version_words,
            **self._seen(editing),
        )

    def _seen(self, editing: Editing) -> dict[str, Any]:
        source = source_of(editing.base, editing.typed) if editing.typed else editing.base
        trial: Trial = self._desk.tried(source)
        return {"trial": trial, "errors": errors_of(source, trial.faults)}

    def _refused(self, request: Request, error: Exception) -> Response:
        refusal = refusal_for(error)
        return self._page.message(request, refusal.status, refusal.title, *refusal.sentences)
