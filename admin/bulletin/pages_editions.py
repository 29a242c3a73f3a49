"""The page on which a bulletin's words in another language are written by a person, in place of the notice's own."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.desk.bulletin_desk import BulletinDesk
from admin.frame.console_page import ConsolePage, go, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.refusals import REFUSING, Refusal, refusal_of
from admin.people.roles import Role
from bulletins.drafting import UnknownBulletin
from bulletins.other_languages import LONGEST_SUBJECT, LONGEST_TEXT, OTHERS, Said
from foundation.languages import Language

Form = Annotated[Posted, Depends(posted)]
_PATH = "/admin/bulletins/{bulletin_id}/editions/{language}"


@dataclass(frozen=True)
class EditionPages:
    desk: BulletinDesk
    page: ConsolePage

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        writes = self.page.needs(Role.DRAFTER)
        router.add_api_route(_PATH, self.ask, methods=["GET"], dependencies=writes)
        router.add_api_route(_PATH, self.write, methods=["POST"], dependencies=writes)
        return router

    def ask(self, request: Request, bulletin_id: str, language: str) -> Response:
        try:
            return self._show(request, *_known(bulletin_id, language))
        except REFUSING as error:
            return self._message(request, refusal_of(error))

    def write(self, request: Request, bulletin_id: str, language: str, form: Form) -> Response:
        """With the button `reset`, the notice's own words come back."""
        try:
            known, spoken = _known(bulletin_id, language)
            reset = form.has("reset")
            words = Said(spoken, "" if reset else form.text("subject"), "" if reset else form.text("text"))
            version = form.number("version")
            self.desk.translate(known, words, me_of(request), version=version)
        except UnknownBulletin as error:
            return self._message(request, refusal_of(error))
        except REFUSING as error:
            return self._show(request, known, spoken, refusal=refusal_of(error), form=form)
        return go(f"/admin/bulletins/{known}", "translated")

    def _show(
        self,
        request: Request,
        bulletin_id: int,
        language: Language,
        *,
        refusal: Refusal | None = None,
        form: Posted | None = None,
    ) -> Response:
        dossier = self.desk.dossier(bulletin_id)
        edition = next((each for each in dossier.editions if each.language is language), None)
        return self.page.show(
            request,
            "edition",
            here="bulletins",
            status=refusal.status if refusal else 200,
            bulletin=dossier.bulletin,
            language=language,
            edition=edition,
            subject=form.text("subject") if form else edition.subject if edition else "",
            text=form.text("text") if form else edition.text if edition else "",
            refusal=refusal,
            longest_subject=LONGEST_SUBJECT,
            longest_text=LONGEST_TEXT,
        )

    def _message(self, request: Request, refusal: Refusal) -> Response:
        return self.page.message(request, refusal.status, refusal.title, *refusal.sentences)


def _known(bulletin_id: str, language: str) -> tuple[int, Language]:
    """Raises UnknownBulletin."""
    found, spoken = number(bulletin_id), next((each for each in OTHERS if each.value == language), None)
    if found is None or spoken is None:
        raise UnknownBulletin(bulletin_id)
    return found, spoken
