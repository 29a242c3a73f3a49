"""Pages in every language: which one a reader asked for, and the menu by which they choose another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Self
from urllib.parse import urlencode

from fastapi import Depends, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse

from foundation.languages import Language
from foundation.pages import Pages

ASKED = "lang"
_LONGEST_QUERY = 300  # characters of what else was asked for that the menu carries on


@dataclass(frozen=True)
class Reader:
    """Who looks at a page. `asked` is None for whoever named no language; `page` is where the menu leads when it is not
    the page they see, as after a form; `query` is what else the address asked for."""

    asked: Language | None = None
    page: str = ""
    query: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, request: Request) -> Self:
        """A language that we do not speak is answered in Japanese."""
        given = request.query_params
        asked = Language.of(given[ASKED]) if ASKED in given else None
        query = tuple((name, value) for name, value in given.multi_items() if name != ASKED)
        return cls(asked, query=query if len(urlencode(query)) <= _LONGEST_QUERY else ())

    @property
    def speaks(self) -> Language:
        """On a page that is in Japanese unless another language is asked for."""
        return self.asked or Language.JAPANESE

    def at(self, page: str, **query: str) -> "Reader":
        """The same reader, whose menu leads to another page; empty values are left out."""
        return Reader(self.asked, page, tuple((name, value) for name, value in query.items() if value))

    def keep(self, address: str) -> str:
        """An address whose page would speak the resident's own language, so that it speaks the one chosen here."""
        return address if self.asked is None else f"{address}{'&' if '?' in address else '?'}{ASKED}={self.asked}"

    def menu(self) -> list[tuple[Language, str]]:
        return [(each, f"{self.page}?{urlencode([*self.query, (ASKED, each.value)])}") for each in Language]


NOBODY = Reader()


async def _reader(request: Request) -> Reader:
    return Reader.of(request)


AReader = Annotated[Reader, Depends(_reader)]


@dataclass(frozen=True)
class SpokenPages:
    """The same pages in each language."""

    by_language: Mapping[Language, Pages]

    @property
    def in_japanese(self) -> Pages:
        return self.by_language[Language.JAPANESE]

    def answer(
        self,
        name: str,
        *,
        reader: Reader = NOBODY,
        usual: Language = Language.JAPANESE,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> HTMLResponse:
        """In the language that the reader asked for, or else in the `usual` one of this page."""
        pages = self.by_language[reader.asked or usual]
        return pages.answer(name, status=status, headers=headers, menu=reader.menu(), **context)

    def sentence(self, japanese: str, *, reader: Reader, usual: Language = Language.JAPANESE) -> Markup:
        """A sentence that was not written in a template."""
        return self.by_language[reader.asked or usual].sentence(japanese)
