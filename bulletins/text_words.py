"""Running text in other languages, sentence by sentence, where every sentence of it is known."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from bulletins.phrases import TextPhrases

_SENTENCES = re.compile("[^。]+。?")
_AND = re.compile("[やと、・]")
_CAUTION = re.compile("(?P<hazards>.+?)に(?P<grade>厳重に警戒|十分に?注意|警戒|注意)してください。?")

Say = Callable[[str], str | None]


@dataclass(frozen=True)
class TextWords:
    """`home` and `town` are the town's name in Japanese and in the language. `word` says a sentence that stands in a
    list, `moment` a day or an hour, `warning` what the Meteorological Agency announces."""

    phrases: TextPhrases
    home: str
    town: str
    word: Say
    moment: Say
    warning: Say

    def said(self, japanese: str) -> str | None:
        """None where a single sentence is not known: without it, the others may say the contrary."""
        lines: list[str] = []
        for line in japanese.split("\n"):
            said = [self._sentence(each.strip()) for each in _SENTENCES.findall(line)]
            known = [each for each in said if each is not None]
            if len(known) < len(said):
                return None
            lines.append(self.phrases.space.join(known))
        return "\n".join(lines) if any(lines) else None

    def _sentence(self, japanese: str) -> str | None:
        plain = unicodedata.normalize("NFKC", japanese)
        return self.word(japanese) or self._issued_at(plain) or self._caution(plain)

    def _issued_at(self, plain: str) -> str | None:
        found = self._announcement.fullmatch(plain)
        if found is None:
            return None
        day, clock, name = self.moment(found["day"]), self.moment(found["clock"]), self.warning(found["name"])
        if day is None or clock is None or name is None:
            return None
        way = self.phrases.issued_at.replace("{day}", day).replace("{clock}", clock)
        return way.replace("{town}", self.town).replace("{name}", name)

    def _caution(self, plain: str) -> str | None:
        found = _CAUTION.fullmatch(plain)
        hazards = found["hazards"] if found else ""
        # Whole first: 「雪や路面の凍結」 may be one of the list, with 「や」 in it.
        whole = self.phrases.hazards.get(hazards)
        said = [whole] if whole else [self.phrases.hazards.get(each) for each in _AND.split(hazards)]
        known = [each for each in said if each is not None]
        if found is None or len(known) < len(said):
            return None
        way = self.phrases.beware if "警戒" in found["grade"] else self.phrases.careful
        return way.replace("{hazards}", self.phrases.both.join(known))

    @cached_property
    def _announcement(self) -> re.Pattern[str]:
        return re.compile(
            r"(?P<day>\d{1,2}月\d{1,2}日\([月火水木金土日]\))[、\s]*(?P<clock>(?:午前|午後)\d{1,2}時(?:\d{1,2}分)?)[、に\s]*"
            rf"{re.escape(self.home)}に(?P<name>.+)(?:が発表されました|が発表されています)。?"
        )
