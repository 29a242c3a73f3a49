"""One notice in another language: its texts, the labels of its fields, its standing words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from foundation.languages import Language
from foundation.templating import TextTemplate

_GAP = re.compile(r"\\\{([nm])\\\}")
_NUMBER = r"(?P<\1>\\d+(?:\\.\\d+)?)"


@dataclass(frozen=True)
class Wordbook:
    """What Japanese words are in a language. `{n}` and `{m}` in a key stand for numbers: 「先着{n}人」."""

    words: Mapping[str, str]

    def said(self, japanese: str) -> str | None:
        found = self.words.get(japanese)
        if found is not None:
            return found
        for pattern, other in self._patterns:
            match = pattern.fullmatch(japanese)
            if match:
                return _filled(other, match.groupdict())
        return None

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        return tuple(
            (re.compile(_GAP.sub(_NUMBER, re.escape(japanese))), other)
            for japanese, other in self.words.items()
            if "{n}" in japanese
        )


def _filled(text: str, numbers: Mapping[str, str]) -> str:
    for name, number in numbers.items():
        text = text.replace(f"{{{name}}}", number)
    return text


@dataclass(frozen=True)
class Translation:
    """`labels` are those of fields by name, for what stays Japanese below the text."""

    language: Language
    subject: TextTemplate
    body: TextTemplate
    labels: Mapping[str, str]
    words: Wordbook

    @property
    def names(self) -> frozenset[str]:
        return self.subject.names | self.body.names
