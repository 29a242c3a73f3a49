"""The materials as a liaison reads them, behind the personal link; in Japanese, to be read and printed."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from foundation.database import Database
from foundation.spoken_pages import SpokenPages
from foundation.tokens import Keyring
from liaisons.life import areas_of
from liaisons.materials import Materials, UnknownMaterial
from liaisons.personal_link import LIAISON, liaison_of
from liaisons.simple_text import blocks
from subscribers.page_headers import PERSONAL


@dataclass(frozen=True)
class MaterialReading:
    """Whoever holds the link is the liaison; a page that is not shown is not there."""

    database: Database
    pages: SpokenPages
    materials: Materials
    keyring: Keyring

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/liaison/{token}/materials", self.index, methods=["GET"])
        router.add_api_route("/liaison/{token}/materials/{key}", self.one, methods=["GET"])
        return router

    def index(self, token: str) -> Response:
        with self.database.read() as session:
            if liaison_of(session, self.keyring, token) is None:
                return self._closed(token)
            shown = self.materials.shown(session)
        return self._answer("materials", token=token, shown=shown)

    def one(self, token: str, key: str) -> Response:
        with self.database.read() as session:
            liaison = liaison_of(session, self.keyring, token)
            if liaison is None:
                return self._closed(token)
            areas = areas_of(session, liaison.id)
            try:
                material = self.materials.find(session, key)
            except UnknownMaterial:
                material = None
        if material is None or not material.shown:
            return self._answer("no-material", status=404, token=token)
        labels = {area.key: area.label for area in self.materials.town.areas}
        notes = [(labels[area], blocks(note)) for area, note in material.notes_for(areas).items() if area in labels]
        return self._answer("material", token=token, material=material, text=blocks(material.words.text), notes=notes)

    def _closed(self, token: str) -> Response:
        """Whoever was a liaison is told so; who has no link of ours, that it is none."""
        if self.keyring.read(LIAISON, token) is not None:
            return self._answer("ended", status=410)
        return self.pages.in_japanese.answer("resident/link-unknown.html", status=404, headers=PERSONAL)

    def _answer(self, name: str, *, status: int = 200, **context: object) -> Response:
        return self.pages.in_japanese.answer(f"liaison/{name}.html", status=status, headers=PERSONAL, **context)
