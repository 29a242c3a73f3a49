"""Catalogues: what the Japanese sentences of pages and letters are in another language (gettext's .po files).

The Japanese sentence itself is the key. In plain Japanese a word may carry its reading, written as ｜漢字《かんじ》:
pages show it above the word, letters behind it in brackets.
"""

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po
from markupsafe import Markup, escape

from foundation.languages import Language

_READ = re.compile("｜([^｜《》]+)《([^《》]+)》")
# With the figures before it, since a line may be cut before each word that has a reading.
_SHOWN = re.compile("([0-9]*)" + _READ.pattern)
# As letters have them, and people write them.
_BRACKETED = re.compile("([0-9]*)([々〆ヶ\u3400-\u9fff\uf900-\ufaff]+)（([ぁ-ゖー]+)）")


class CatalogueBroken(Exception):
    """A catalogue cannot be read; the text is one line that names the file."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


class Catalogue:
    """The sentences of one language. One that is missing is said in Japanese."""

    def __init__(self, language: Language, sentences: dict[str, str]) -> None:
        self.language = language
        self._sentences = sentences

    @classmethod
    def read(cls, folder: Path, language: Language) -> "Catalogue":
        """From `<folder>/<language>.po`; of Japanese, which is the key, there is no file. Raises CatalogueBroken."""
        if language is Language.JAPANESE:
            return cls(language, {})
        path = folder / f"{language}.po"
        try:
            with path.open("rb") as file:
                found: Catalog = read_po(file, locale=language.tag.partition("-")[0], abort_invalid=True)
        except (OSError, ValueError, PoFileError) as problem:
            raise CatalogueBroken(path, str(problem)) from problem
        told = {str(each.id): str(each.string) for each in found if each.id and each.string and not each.fuzzy}
        return cls(language, told)

    def sentence(self, japanese: str) -> str:
        return self._sentences.get(japanese, japanese)

    def has(self, japanese: str) -> bool:
        return self.language is Language.JAPANESE or japanese in self._sentences

    def on_page(self, japanese: str) -> Markup:
        """Catalogues are ours, so that they may hold markup; what is filled in is escaped by Jinja2."""
        return Markup(_SHOWN.sub(_above, self.sentence(japanese)))  # noqa: S704

    def in_letter(self, japanese: str) -> str:
        return readings_in_brackets(self.sentence(japanese))

    def bare(self, japanese: str, **values: object) -> str:
        """Without readings, for the title of a page and the subject of a letter. A literal % is doubled only where
        there are values."""
        text = without_readings(self.sentence(japanese))
        return text % values if values else text


class Told(str):
    """Words that are no sentence of ours, a town's name for one. A page shows their readings above them, and marks
    those that are `in_japanese` among words of another language; all else sees the text as it was written."""

    __slots__ = ("in_japanese",)
    in_japanese: bool

    def __new__(cls, text: str, *, in_japanese: bool = False) -> "Told":
        told = super().__new__(cls, text)
        told.in_japanese = in_japanese
        return told

    def __html__(self) -> Markup:
        shown = Markup(_SHOWN.sub(_above, str(escape(str(self)))))  # noqa: S704 -- escaped before the readings
        return marked_japanese(shown) if self.in_japanese else shown


def _above(found: re.Match[str]) -> str:
    figures, word, reading = found.groups()
    shown = f"<ruby>{word}<rp>（</rp><rt>{reading}</rt><rp>）</rp></ruby>"
    return f'<span class="nowrap">{figures}{shown}</span>' if figures else shown


def marked_japanese(text: str) -> Markup:
    """For who hears a page read aloud whose language is another one (WCAG 3.1.2)."""
    return Markup('<span lang="ja">{}</span>').format(text)


def without_readings(text: str) -> str:
    return _READ.sub(r"\1", str(text))


def readings_above(text: str) -> Markup:
    """Of a letter's text, on a page: what stands there in brackets is shown above its word."""
    return Markup(_BRACKETED.sub(_above, str(escape(text))))  # noqa: S704 -- escaped before the readings


def without_brackets(text: str) -> str:
    """The text of a letter without its readings."""
    return _BRACKETED.sub(r"\1\2", text)


def readings_behind_each(text: str) -> str:
    """In brackets, wherever the word stands: for lines that are read one by one."""
    return _READ.sub(r"\1（\2）", str(text))


def readings_in_brackets(text: str) -> str:
    """Behind each word where it stands first; again and again they would hide the words."""
    told: set[str] = set()

    def first_time(found: re.Match[str]) -> str:
        if found[0] in told:
            return found[1]
        told.add(found[0])
        return f"{found[1]}（{found[2]}）"

    return _READ.sub(first_time, str(text))
