"""A tongue: how one value of a field is said in a language, where that is known; what is not stays Japanese."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from pathlib import Path

from bulletins.looks_words import LooksWords
from bulletins.notice_fields import FieldKind
from bulletins.phrases import Phrases, read_phrases
from bulletins.place_words import PlaceWords
from bulletins.text_words import TextWords
from bulletins.translation import Wordbook
from bulletins.weather_words import WeatherWords
from foundation.catalogue import readings_behind_each
from foundation.languages import Language
from foundation.letter_dates import LETTER_DATES, LetterDates
from foundation.templating import TextTemplates
from subscribers.spoken_town import spoken
from subscribers.town import Town

# Kana, Chinese characters, and the signs and full-width letters that stand among them.
JAPANESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
# What a reader of plain Japanese may not be able to read; and the signs of readings, which are not for strangers.
_HARD = re.compile(r"[\u3005\u3400-\u9fff\uf900-\ufaff｜《》]")
_PHONE = re.compile(r"(?P<name>.*?)\s*(?P<phone>#?\d[\d-]{2,}\d)\s*(?:\(?内線:?\s*(?P<extension>\d+)\)?)?")
_MOMENT = re.compile(
    r"(?P<month>\d{1,2})月(?P<day>\d{1,2})日\((?P<weekday>[月火水木金土日])(?:曜日?)?\)"
    r"|(?P<half>午前|午後)(?P<hour>\d{1,2})時(?:(?P<minute>\d{1,2})分)?"
)
_WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True)
class Tongue:
    """`town` is named in the language, `home` is the same town in Japanese."""

    language: Language
    phrases: Phrases
    home: Town

    @cached_property
    def town(self) -> Town:
        return spoken(self.home, self.language)

    @property
    def dates(self) -> LetterDates:
        return LETTER_DATES[self.language]

    @cached_property
    def templates(self) -> TextTemplates:
        return TextTemplates(narrow=True, language=self.language)

    def said(self, kind: FieldKind, japanese: str, words: Wordbook) -> str | None:
        """None where it is not known, or not wholly: such a value stays Japanese as a whole."""
        if kind is FieldKind.PHONE:
            return self._phone(japanese)
        found = self._word(japanese, words)
        if found is not None or kind in (FieldKind.CHOICE, FieldKind.CHOICES):
            return found
        plain = unicodedata.normalize("NFKC", japanese)
        if not (_HARD if self.language is Language.PLAIN_JAPANESE else JAPANESE).search(plain):
            return plain
        known = self._places.said(japanese) or self._weather.said(japanese) or self._moment(plain)
        known = known or (self._looks.said(japanese) if kind is FieldKind.LIST else None)
        return known or self._text(words).said(japanese)

    def _word(self, japanese: str, words: Wordbook) -> str | None:
        return words.said(japanese) or self.phrases.words.said(japanese) or self._names.said(japanese)

    def _text(self, words: Wordbook) -> TextWords:
        return TextWords(
            self.phrases.texts,
            home=self.home.name,
            town=self.town.name,
            word=lambda sentence: self._word(sentence, words),
            moment=self._moment,
            warning=self._weather.said,
        )

    def standing_note(self, key: str, notice: str) -> str | None:
        own = self._own.get(self.home.standing_note(key, notice))
        return own or self.phrases.standing_notes.get(key)

    def finished(self, text: str) -> str:
        """Plain text with the readings that plain Japanese carries."""
        return readings_behind_each(text)

    def _phone(self, japanese: str) -> str | None:
        found = _PHONE.fullmatch(unicodedata.normalize("NFKC", japanese).strip())
        name = self._names.said(found["name"]) if found and found["name"] else ""
        if found is None or name is None:
            return None
        number = found["phone"]
        if found["extension"]:
            number = self.phrases.extension.replace("{phone}", number).replace("{extension}", found["extension"])
        return f"{name} {number}".strip()

    def _moment(self, plain: str) -> str | None:
        found = _MOMENT.fullmatch(plain)
        spoken = self.dates
        try:
            if found and found["month"]:
                date(2000, int(found["month"]), int(found["day"]))
                return spoken.month_day(int(found["month"]), int(found["day"]), _WEEKDAYS.index(found["weekday"]))
            if found:
                hour = int(found["hour"]) + (12 if found["half"] == "午後" else 0)
                return spoken.clock(time(hour, int(found["minute"] or 0)))
        except ValueError:
            return None  # no day or hour of ours: left as it was written
        return None

    @property
    def _own(self) -> Mapping[str, str]:
        """The town's own words, by what they are in Japanese."""
        return self.home.translations.get(self.language, {})

    @cached_property
    def _names(self) -> Wordbook:
        return Wordbook({**self._own, **self.home.further_names.get(self.language, {})})

    @cached_property
    def _places(self) -> PlaceWords:
        return PlaceWords(self.home, self._own, self.language, self.phrases.places)

    @cached_property
    def _weather(self) -> WeatherWords:
        return WeatherWords(self.home.prefecture, self.phrases.weather)

    @cached_property
    def _looks(self) -> LooksWords:
        return LooksWords(self.phrases.looks, self.phrases.words.said)


def read_tongues(folder: Path, town: Town) -> Mapping[Language, Tongue]:
    """Every language but Japanese, from `<folder>/<language>.toml`. Raises TemplateBroken."""
    others = [language for language in Language if language is not Language.JAPANESE]
    return {language: Tongue(language, read_phrases(folder / f"{language}.toml"), town) for language in others}
