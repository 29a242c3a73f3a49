"""Hears a page read aloud by who knows one language, and notes what they would not understand."""

import re
from html.parser import HTMLParser

_KANA = re.compile("[ぁ-んァ-ヶ]")
_HEARD = ("alt", "aria-label", "title", "placeholder", "content")
# They have no end tag (HTML, section 13.1.2).
_VOID = frozenset({"meta", "link", "img", "input", "br", "hr", "path", "circle", "wbr"})


class ForeignReader(HTMLParser):
    """`japanese` is what is Japanese where the page's `lang` does not say so; `languages` are those of the page's
    parts, with its own first."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.japanese: list[str] = []
        self.languages: list[str] = []
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        language = given.get("lang") or (self._open[-1] if self._open else "")
        if given.get("lang"):
            self.languages.append(language)
        for name in _HEARD:
            self._hear(given.get(name) or "", language)
        if tag == "input" and given.get("type") == "submit":
            self._hear(given.get("value") or "", language)
        if tag not in _VOID:
            self._open.append(language)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._hear(data, self._open[-1] if self._open else "")

    def _hear(self, text: str, language: str) -> None:
        if language != "ja" and _KANA.search(text):
            self.japanese.append(text.strip())
