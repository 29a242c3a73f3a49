"""A letter in every language: its own folder is the Japanese one, and one folder within it each of the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from foundation.catalogue import readings_in_brackets, without_readings
from foundation.languages import Language
from foundation.templating import LetterTemplate, read_letter


@dataclass(frozen=True)
class SpokenLetter:
    """Readings stand in brackets behind their words, and are left out of subjects."""

    by_language: Mapping[Language, LetterTemplate]

    @classmethod
    def read(cls, folder: Path) -> "SpokenLetter":
        """Raises TemplateBroken where a language is missing or broken."""
        return cls({each: read_letter(_folder(folder, each)) for each in Language})

    @classmethod
    def in_japanese(cls, folder: Path) -> "SpokenLetter":
        """One that nobody reads in another language. Raises TemplateBroken."""
        return cls({Language.JAPANESE: read_letter(folder)})

    def subject(self, language: Language, **values: object) -> str:
        return without_readings(self.by_language[language].subject(**values))

    def body(self, language: Language, **values: object) -> str:
        return readings_in_brackets(self.by_language[language].body(**values))


def _folder(letter: Path, language: Language) -> Path:
    return letter if language is Language.JAPANESE else letter / language
