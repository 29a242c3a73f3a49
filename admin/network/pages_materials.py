"""The materials for liaisons in the console: read, checked, written anew, and compared with what stood before."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.refusals import Refusal
from admin.people.roles import Role
from foundation.clock import Clock
from foundation.database import Database
from liaisons.materials import (
    LONGEST_TITLE,
    Material,
    MaterialOvertaken,
    Materials,
    MaterialUnfit,
    UnknownMaterial,
)
from liaisons.simple_text import blocks
from liaisons.starter_materials import Words

Form = Annotated[Posted, Depends(posted)]

MATERIALS = "/admin/materials"
ONE = f"{MATERIALS}/{{key}}"
STALE = timedelta(days=365)
_LONGEST = 20_000  # characters that are read of a field; the rest is not answered with either


def address_of(key: str) -> str:
    return ONE.format(key=key)


class MaterialPages:
    """Everybody reads; drafters and those above write."""

    def __init__(self, database: Database, clock: Clock, materials: Materials, *, page: ConsolePage) -> None:
        self._database = database
        self._clock = clock
        self._materials = materials
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks, writes = self._page.needs(Role.VIEWER), self._page.needs(Role.DRAFTER)
        router.add_api_route(MATERIALS, self.index, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{MATERIALS}/new", self.new, methods=["GET"], dependencies=writes)
        router.add_api_route(f"{MATERIALS}/new", self.add, methods=["POST"], dependencies=writes)
        router.add_api_route(ONE, self.show, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{ONE}/versions/{{version}}", self.past, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{ONE}/edit", self.edit, methods=["GET"], dependencies=writes)
        router.add_api_route(f"{ONE}/edit", self.change, methods=["POST"], dependencies=writes)
        router.add_api_route(f"{ONE}/check", self.check, methods=["POST"], dependencies=writes)
        router.add_api_route(f"{ONE}/hide", self.hide, methods=["POST"], dependencies=writes)
        return router

    def index(self, request: Request) -> Response:
        with self._database.read() as session:
            listed = self._materials.every(session)
        stale = self._clock.now() - STALE
        return self._page.show(
            request,
            "materials",
            here="liaisons",
            listed=listed,
            unread=sum(each.checked_at is None for each in listed),
            old={each.key for each in listed if each.shown and each.checked_at and each.checked_at < stale},
        )

    def show(self, request: Request, key: str) -> Response:
        return self._show(request, key)

    def past(self, request: Request, key: str, version: str) -> Response:
        asked = 0 if version == "0" else number(version)
        try:
            with self._database.read() as session:
                material = self._materials.find(session, key)
                words = self._materials.words_of(session, key, -1 if asked is None else asked)
        except UnknownMaterial:
            return self._missing(request)
        return self._page.show(
            request, "material", here="liaisons", of_past=True, version=asked, **self._read(material, words)
        )

    def new(self, request: Request) -> Response:
        return self._form(request, "", Words("", "", (), {}), 0)

    def add(self, request: Request, form: Form) -> Response:
        return self._save(request, None, form)

    def edit(self, request: Request, key: str) -> Response:
        try:
            with self._database.read() as session:
                material = self._materials.find(session, key)
        except UnknownMaterial:
            return self._missing(request)
        return self._form(request, key, material.words, material.version)

    def change(self, request: Request, key: str, form: Form) -> Response:
        return self._save(request, key, form)

    def check(self, request: Request, key: str, form: Form) -> Response:
        me, at = me_of(request), self._clock.now()
        try:
            with self._database.write() as session:
                self._materials.check(session, key, me, seen=_version(form), at=at)
        except UnknownMaterial:
            return self._missing(request)
        except MaterialOvertaken:
            sentence = "いま見えているのが新しい内容です。読んでから、もう一度押してください。"
            return self._show(request, key, Refusal(409, "別の人が書きかえました", (sentence,)))
        return go(address_of(key), "material-checked")

    def hide(self, request: Request, key: str) -> Response:
        try:
            with self._database.write() as session:
                self._materials.hide(session, key, me_of(request), at=self._clock.now())
        except UnknownMaterial:
            return self._missing(request)
        return go(address_of(key), "material-hidden")

    def _save(self, request: Request, key: str | None, form: Form) -> Response:
        typed, seen = self._typed(form), _version(form)
        me, at = me_of(request), self._clock.now()
        try:
            with self._database.write() as session:
                saved = self._materials.save(session, key, typed, me, seen=seen, at=at)
        except UnknownMaterial:
            return self._missing(request)
        except MaterialUnfit as fault:
            return self._form(request, key or "", typed, seen, errors=fault.errors)
        except MaterialOvertaken as other:
            sentence = (
                f"{other.now.written_by}さんの版を見てから、もう一度保存してください。書いた内容は下に残っています。"
            )
            refusal = Refusal(409, "書いている間に、別の人が保存しました", (sentence,))
            return self._form(request, key or "", typed, other.now.version, refusal=refusal)
        return go(address_of(saved.key), "material-saved")

    def _typed(self, form: Posted) -> Words:
        areas = {area.key: form.text(f"note-{area.key}")[:_LONGEST] for area in self._materials.town.areas}
        title, text = (form.text(name)[:_LONGEST] for name in ("title", "text"))
        return Words(title, text, tuple(form.texts("topics")), areas)

    def _form(
        self,
        request: Request,
        key: str,
        words: Words,
        version: int,
        *,
        errors: Mapping[str, str] | None = None,
        refusal: Refusal | None = None,
    ) -> Response:
        return self._page.show(
            request,
            "material-form",
            here="liaisons",
            status=422 if errors else None,
            refusal=refusal,
            key=key,
            words=words,
            version=version,
            longest_title=LONGEST_TITLE,
            errors=errors or {},
        )

    def _show(self, request: Request, key: str, refusal: Refusal | None = None) -> Response:
        try:
            with self._database.read() as session:
                material = self._materials.find(session, key)
                versions = self._materials.versions(session, key)
        except UnknownMaterial:
            return self._missing(request)
        return self._page.show(
            request,
            "material",
            here="liaisons",
            refusal=refusal,
            of_past=False,
            version=material.version,
            versions=versions,
            is_starter=key in self._materials.starters,
            **self._read(material, material.words),
        )

    def _read(self, material: Material, words: Words) -> dict[str, Any]:
        town = self._materials.town
        return {
            "material": material,
            "words": words,
            "text": blocks(words.text),
            "notes": [(area.label, blocks(words.notes[area.key])) for area in town.areas if area.key in words.notes],
            "topics": [topic.label for topic in town.topics if topic.key in words.topics],
        }

    def _missing(self, request: Request) -> Response:
        return self._page.message(request, 404, "この資料はありません", "「資料」の一覧から選んでください。")


def _version(form: Posted) -> int:
    return form.number("version") or 0
