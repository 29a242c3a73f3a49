"""What residents' pages say: every sentence of their templates, and those that come from elsewhere."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from babel.messages.extract import extract_from_file

from bulletins.life import BulletinState
from bulletins.notice_templates import Kind
from foundation.addresses import AddressFault
from foundation.catalogue import Catalogue
from foundation.languages import Language
from foundation.pages import Pages
from foundation.spoken_pages import SpokenPages
from liaisons.page_voice import NOTHING_WRITTEN, NOW_TOO_MANY, TOO_LONG
from subscribers.entry_code import PlaceInvalid
from subscribers.filter_help import load_filter_help
from subscribers.headline import Headline
from subscribers.leaving_reasons import Why
from subscribers.page_personal import NOT_OFFERED
from subscribers.spoken_town import spoken
from subscribers.town import Town

TEMPLATES = Path(__file__).parents[2] / "templates"
_SAYS = {"_": None, "bare": None}
_READ = re.compile("｜[^｜《》]+《[ぁ-んー]+》")
_UNREAD = re.compile("[\u4e00-\u9fff々]")


def unread(plain: str) -> str:
    """The characters of a plain Japanese sentence that have no reading."""
    return "".join(_UNREAD.findall(_READ.sub("", plain)))


def pages_in(town: Town, *, practice: bool = False, standing: Callable[[], Sequence[Headline]] = tuple) -> SpokenPages:
    """Residents' pages in every language, as the assembly makes them; `standing` is what is urgent."""
    return SpokenPages(
        {
            language: Pages(
                TEMPLATES,
                {"town": spoken(town, language), "practice": practice, "standing": standing},
                Catalogue.read(TEMPLATES / "locale", language),
            )
            for language in Language
        }
    )


def in_templates() -> set[str]:
    """Of residents' pages and papers, and of the parts that they share with the console."""
    files = [path for folder in ("resident", "paper") for path in sorted((TEMPLATES / folder).glob("*.html"))]
    files.append(TEMPLATES / "_macros.html")
    found = {sentence for file in files for _, sentence, _, _ in extract_from_file("jinja2", file, keywords=_SAYS)}
    return {str(sentence) for sentence in found}


def from_elsewhere() -> set[str]:
    """Words that the rooms give to the pages: faults of what was typed, kinds of bulletins, help with filters, answers
    that are offered."""
    kinds = {kind.label for kind in Kind if kind is not Kind.ORDINARY}
    faults = {fault.sentence for fault in AddressFault}
    help_words = {words for each in load_filter_help() for words in (each.name, *each.steps)}
    whys = {why.label for why in Why}
    voices = {NOTHING_WRITTEN, TOO_LONG, NOW_TOO_MANY}
    return (
        kinds
        | faults
        | help_words
        | whys
        | voices
        | {BulletinState.WITHDRAWN.label, str(PlaceInvalid.__doc__), NOT_OFFERED}
    )
