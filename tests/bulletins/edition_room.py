"""Editions of bulletins for the tests: of every notice, in every language, with every choice."""

from collections.abc import Iterator, Mapping

from bulletins.editions import Edition, edition
from bulletins.filling import fill
from bulletins.notice_fields import Filled
from bulletins.notice_templates import NoticeTemplate
from bulletins.tongue import Tongue
from bulletins.wording import write
from foundation.languages import Language
from subscribers.town import Town
from tests.bulletins.samples import NOTICES, komorebi, shelf, tongues

NAMES = sorted(folder.name for folder in NOTICES.iterdir() if folder.is_dir())
# Free words have no translation, and no standing sentences to say.
TRANSLATED = [name for name in NAMES if name != "plain"]
LANGUAGES = [language for language in Language if language is not Language.JAPANESE]


def said(
    name: str,
    language: Language,
    values: Mapping[str, object] | None = None,
    *,
    turn: int = 0,
    told: Mapping[str, str] | None = None,
) -> Edition:
    notice = shelf(komorebi()).get(name)
    filled = fill(notice, {**notice.example, **(values or {})})
    return edition_of(notice, filled, language, turn=turn, told=told)


def edition_of(
    notice: NoticeTemplate,
    filled: Mapping[str, Filled],
    language: Language,
    *,
    town: Town | None = None,
    turn: int = 0,
    told: Mapping[str, str] | None = None,
) -> Edition:
    town = town or komorebi()
    written = write(notice, filled, town, turn=turn)
    return edition(notice, filled, tongues(town)[language], written, turn=turn, told=told or {})


def translated_part(each: Edition, tongue: Tongue) -> str:
    """All but what stands below the mark."""
    mark = tongue.finished(tongue.phrases.details)
    before, _, below = each.text.partition(f"\n{mark}\n")
    return before + "\n" + below.partition("\n\n")[2]


def variants(notice: NoticeTemplate) -> Iterator[Mapping[str, object]]:
    """The example; as bare as may be; with each choice and suggestion."""
    yield notice.example
    yield {**notice.example, **{field.name: "" for field in notice.fields if not field.required}}
    for field in notice.fields:
        for choice in field.choices:
            yield {**notice.example, field.name: choice}
