"""What the Meteorological Agency announces, as it names it: 「レベル３大雨警報」, 「大雪に関する気象情報」."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from bulletins.phrases import WeatherPhrases

_ISSUED = "(?:が発表されました|が発表されています|発表)"


@dataclass(frozen=True)
class WeatherWords:
    """`prefecture` as it is in Japanese: 「大雪に関する東京都気象情報」 speaks of the town's own."""

    prefecture: str
    phrases: WeatherPhrases

    def said(self, japanese: str) -> str | None:
        """None for what is not wholly understood."""
        text = unicodedata.normalize("NFKC", japanese).strip().rstrip("。")
        about = self._about.fullmatch(text)
        if about:
            return self.phrases.about.replace("{phenomena}", self._phenomena(about["phenomena"]))
        warning = self._warning.fullmatch(text)
        if not warning:
            return None
        name = self.phrases.name.replace("{phenomena}", self._phenomena(warning["phenomena"]))
        name = name.replace("{grade}", self.phrases.grades[warning["grade"]])
        if warning["level"]:
            name = self.phrases.level.replace("{n}", warning["level"]) + name
        return self.phrases.issued.replace("{name}", name) if warning["issued"] else name

    def _phenomena(self, japanese: str) -> str:
        return self.phrases.both.join(self.phrases.phenomena[each] for each in japanese.split("・"))

    @cached_property
    def _some(self) -> str:
        one = "|".join(sorted(map(re.escape, self.phrases.phenomena), key=len, reverse=True))
        return f"(?P<phenomena>(?:{one})(?:・(?:{one}))*)"

    @cached_property
    def _about(self) -> re.Pattern[str]:
        return re.compile(f"{self._some}に関する(?:{re.escape(self.prefecture)})?気象(?:解説)?情報")

    @cached_property
    def _warning(self) -> re.Pattern[str]:
        grades = "|".join(sorted(map(re.escape, self.phrases.grades), key=len, reverse=True))
        return re.compile(f"(?:レベル(?P<level>[1-5]))?{self._some}(?P<grade>{grades})(?P<issued>{_ISSUED})?")
