"""The pages for whoever waits for a mail that does not come: three questions, answered by plain links.

They say the same to everybody: what became of a mail to an address is no stranger's to ask.
"""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from foundation.spoken_pages import AReader, Reader, SpokenPages
from subscribers.filter_help import FilterHelp
from subscribers.page_headers import PUBLIC


class HelpPages:
    """Which mail service, how to set it, and then to wait or to take another way."""

    def __init__(self, pages: SpokenPages, services: Sequence[FilterHelp]) -> None:
        self._pages = pages
        self._services = services
        self._by_key = {each.key: each for each in services}

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/help", self.which, methods=["GET"])
        router.add_api_route("/help/{key}", self.how, methods=["GET"])
        router.add_api_route("/help/{key}/wait", self.wait, methods=["GET"])
        return router

    def which(self, reader: AReader) -> Response:
        return self._pages.answer("resident/help.html", reader=reader, headers=PUBLIC, services=self._services)

    def how(self, reader: AReader, key: str) -> Response:
        return self._of(reader, key, "resident/help-settings.html")

    def wait(self, reader: AReader, key: str) -> Response:
        return self._of(reader, key, "resident/help-wait.html")

    def _of(self, reader: Reader, key: str, template: str) -> Response:
        service = self._by_key.get(key)
        if service is None:
            return self._pages.answer("resident/not-found.html", reader=reader, status=404, headers=PUBLIC)
        return self._pages.answer(template, reader=reader, headers=PUBLIC, service=service)
