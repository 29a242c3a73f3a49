"""The pages of notice templates: what there is, one with its versions, what a version changes, the decision on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, posted
from admin.frame.line_changes import LineChange, line_changes
from admin.frame.refusals import REFUSING, Refusal, refusal_of
from admin.notices.notice_desk import NoticeDesk, NoticeDossier, NoticeFaulty, title_of
from admin.notices.notice_words import KIND_WORDS, facts, settings_lines, signs, version_words
from admin.people.roles import Role
from admin.people.staff import Colleague
from admin.writing.notice_cards import cards
from bulletins.notice_source import SHIPPED, NoticeSource
from bulletins.notice_trial import Trial
from bulletins.notice_versions import UnknownVersion, VersionStale

Form = Annotated[Posted, Depends(posted)]
_LARGEST_VERSION = 6  # digits

REFUSED = (*REFUSING, NoticeFaulty, UnknownVersion, VersionStale)
HERE = "notices"


def refusal_for(error: Exception) -> Refusal:
    """Of one of REFUSED."""
    match error:
        case VersionStale():
            sentences = ("ほかの人が、先に保存したか決めました。いまの状態を確かめてください。",)
            return Refusal(409, "この定型文は、そのあいだに変わっています", sentences)
        case UnknownVersion():
            return Refusal(404, "この版はありません", ("番号を確かめてください。",))
        case NoticeFaulty():
            messages = tuple(fault.message for fault in error.trial.faults)
            return Refusal(409, "直すところがあるため、使えるようにできません", messages)
    return refusal_of(error)


@dataclass(frozen=True)
class Changed:
    """What a version changes, part by part; a part without lines is unchanged."""

    title: str
    lines: tuple[LineChange, ...]


class NoticePages:
    def __init__(self, desk: NoticeDesk, *, page: ConsolePage) -> None:
        self._desk = desk
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)

        def add(path: str, call: Callable[..., Response], method: str, role: Role) -> None:
            demand = self._page.needs(role)
            router.add_api_route(f"/admin/notices{path}", call, methods=[method], dependencies=demand)

        add("", self.listed, "GET", Role.VIEWER)
        add("/{name}", self.one, "GET", Role.VIEWER)
        add("/{name}/versions/{version}", self.version, "GET", Role.VIEWER)
        add("/{name}/versions/{version}/release", self.release, "POST", Role.APPROVER)
        add("/{name}/versions/{version}/dismiss", self.dismiss, "POST", Role.APPROVER)
        add("/{name}/retire", self.retire, "POST", Role.MANAGER)
        add("/{name}/restore", self.restore, "POST", Role.MANAGER)
        return router

    def listed(self, request: Request) -> Response:
        shelf, pasts = self._desk.overview()
        known = {notice.name for notice in (*shelf.all(), *shelf.retired)}
        return self._page.show(
            request,
            "notices",
            here=HERE,
            groups=cards(shelf.all(), self._desk.town),
            retired=shelf.retired,
            broken=shelf.broken,
            unborn=[
                (name, title_of(past.versions[-1].source))
                for name, past in pasts.items()
                if name not in known and past.proposed
            ],
            proposed={name for name, past in pasts.items() if past.proposed},
            version_words=version_words,
        )

    def one(self, request: Request, name: str) -> Response:
        return self._one(request, name)

    def version(self, request: Request, name: str, version: str) -> Response:
        return self._version(request, name, version)

    def release(self, request: Request, name: str, version: str, _form: Form) -> Response:
        def release(me: Colleague) -> Response:
            self._desk.release(name, version_number(version), me)
            return go(f"/admin/notices/{name}", "notice-released")

        return self._pressed(request, release, lambda refusal: self._version(request, name, version, refusal=refusal))

    def dismiss(self, request: Request, name: str, version: str, _form: Form) -> Response:
        def dismiss(me: Colleague) -> Response:
            self._desk.dismiss(name, version_number(version), me)
            return go(f"/admin/notices/{name}/versions/{version_number(version)}", "notice-dismissed")

        return self._pressed(request, dismiss, lambda refusal: self._version(request, name, version, refusal=refusal))

    def retire(self, request: Request, name: str, _form: Form) -> Response:
        def retire(me: Colleague) -> Response:
            self._desk.retire(name, me)
            return go(f"/admin/notices/{name}", "notice-retired")

        return self._pressed(request, retire, lambda refusal: self._one(request, name, refusal=refusal))

    def restore(self, request: Request, name: str, _form: Form) -> Response:
        def restore(me: Colleague) -> Response:
            self._desk.restore(name, me)
            return go(f"/admin/notices/{name}", "notice-restored")

        return self._pressed(request, restore, lambda refusal: self._one(request, name, refusal=refusal))

    def _pressed(
        self, request: Request, deed: Callable[[Colleague], Response], again: Callable[[Refusal], Response]
    ) -> Response:
        try:
            return deed(me_of(request))
        except REFUSED as error:
            return again(refusal_for(error))

    def _one(self, request: Request, name: str, *, refusal: Refusal | None = None) -> Response:
        try:
            dossier = self._desk.dossier(name)
            source = self._desk.source(name, dossier.serving) if dossier.notice else None
        except REFUSED as error:
            return self._message(request, refusal or refusal_for(error))
        return self._page.show(
            request,
            "notice",
            here=HERE,
            refusal=refusal,
            dossier=dossier,
            has_shipped=self._desk.has_shipped(name),
            source=source,
            trial=self._desk.tried(source) if source else None,
            facts=facts(dossier.notice, self._desk.town) if dossier.notice else (),
            signs=signs(dossier.notice) if dossier.notice else (),
            kind_words=KIND_WORDS,
            version_words=version_words,
        )

    def _version(self, request: Request, name: str, version: str, *, refusal: Refusal | None = None) -> Response:
        try:
            number = version_number(version)
            dossier = self._desk.dossier(name)
            source = self._desk.source(name, number)
            trial = self._desk.tried(source)
            changed = self._changed(dossier, source, trial)
        except REFUSED as error:
            return self._message(request, refusal or refusal_for(error))
        row = dossier.past.numbered(number) if number != SHIPPED else None
        return self._page.show(
            request,
            "notice-version",
            here=HERE,
            refusal=refusal,
            dossier=dossier,
            number=number,
            row=row,
            decision=dossier.past.decision(number) if row else None,
            is_proposed=dossier.past.proposed is not None and dossier.past.proposed.version == number,
            is_mine=row is not None and row.author_id == me_of(request).id,
            source=source,
            trial=trial,
            changed=changed,
            against=self._against(dossier, number),
            version_words=version_words,
        )

    def _against(self, dossier: NoticeDossier, number: int) -> int | None:
        """What a version is laid beside: a proposal what serves, an old one the one before it; None for the first."""
        proposed = dossier.past.proposed
        if proposed is not None and proposed.version == number:
            return dossier.serving if dossier.notice else None
        before = [each.version for each in dossier.past.released if each.version < number]
        if before:
            return before[0]
        return SHIPPED if number != SHIPPED and self._desk.has_shipped(dossier.name) else None

    def _changed(self, dossier: NoticeDossier, source: NoticeSource, trial: Trial) -> tuple[Changed, ...]:
        number = self._against(dossier, source.version)
        if number is None or trial.notice is None:
            return ()
        before = self._desk.source(dossier.name, number)
        old = self._desk.tried(before)
        if old.notice is None:
            return ()
        town = self._desk.town
        return (
            Changed("記入例のメール", line_changes(_mail(old), _mail(trial))),
            Changed("件名のもと", line_changes(_lines(before.subject), _lines(source.subject))),
            Changed("本文のもと", line_changes(_lines(before.body), _lines(source.body))),
            Changed("設定と項目", line_changes(settings_lines(old.notice, town), settings_lines(trial.notice, town))),
        )

    def _message(self, request: Request, refusal: Refusal) -> Response:
        return self._page.message(request, refusal.status, refusal.title, *refusal.sentences)


def version_number(text: str) -> int:
    """Raises UnknownVersion for what is no number."""
    if not (text.isascii() and text.isdigit()) or len(text) > _LARGEST_VERSION:
        raise UnknownVersion(text)
    return int(text)


def _mail(trial: Trial) -> list[str]:
    return [f"件名：{trial.written.subject}", *_lines(trial.written.text)] if trial.written else []


def _lines(text: str) -> list[str]:
    return text.strip("\n").split("\n")
