"""Places of the town in other languages: 「水車町3丁目2番、8番」. Nothing is guessed at that its list does not hold."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bulletins.notice_fields import LONGEST_LINE
from bulletins.phrases import PlacePhrases
from foundation.languages import Language
from foundation.romaji import hepburn
from subscribers.town import Town, TownName

_SEPARATOR = re.compile(r"[・、,\s]+")
_NUMERALS = {kanji: str(number) for number, kanji in enumerate("一二三四五六七八九十", 1)}
_KANJI_CHOME = re.compile("([一二三四五六七八九十])(?=丁目)")
# 「1・2丁目」 names two, as 「2、8番」 does.
_SHORT = re.compile(r"(\d+)(?:番地?)?[・、,](?=(?:\d+(?:番地?)?[・、,])*\d+(丁目|番))")
_TAIL = re.compile(
    "(?P<place>.*?)内?(?:(?P<part>の一部)|(?P<near>の?(?:付近|周辺))|(?P<whole>の?(?:全域|全体|一帯)))?", re.DOTALL
)
_WITHIN_CITY = re.compile("市内(?:の?全域|の?全体|の一部)?")
_SUFFIXES = (("町", "ちょう"), ("町", "まち"), ("村", "むら"), ("村", "そん"))


@dataclass(frozen=True)
class _Piece:
    """One of several: a name, a 丁目, a block or blocks, or what of them is said anew."""

    name: TownName | None
    chome: str
    first_block: str
    last_block: str


@dataclass(frozen=True)
class PlaceWords:
    """`names` are those of city and towns in the language, where the town's file has them; other towns are spelt as
    they are read. In Chinese all stand as they are written on the signs."""

    town: Town
    names: Mapping[str, str]
    language: Language
    phrases: PlacePhrases

    def said(self, japanese: str) -> str | None:
        """None for what is not wholly understood. What is longer than a line is no place, however long it is."""
        if len(japanese) > LONGEST_LINE:
            return None
        text = unicodedata.normalize("NFKC", japanese).strip()
        of_city = text.startswith(self.town.name)
        rest = text.removeprefix(self.town.name) if of_city else text
        if not of_city and _WITHIN_CITY.fullmatch(text):
            of_city, rest = True, text.removeprefix("市")
        # Whole first: the name of a town may end as 「…内」 does.
        for middle, tail in ((rest, ""), self._without_tail(rest)):
            if not middle and of_city:
                return self._with_tail(self._city, tail)
            pieces = self._pieces(middle.removeprefix("の"))
            if pieces is not None:
                place = self._with_tail(self._joined(pieces), tail)
                return self._filled(self.phrases.in_city, place=place, city=self._city) if of_city else place
        return None

    @property
    def _city(self) -> str:
        return self.names.get(self.town.name, self.town.name)

    def name(self, town: TownName) -> str:
        if self.language is Language.CHINESE:
            return town.name
        if town.name in self.names:
            return self.names[town.name]
        if self.language is not Language.ENGLISH:
            return town.name if town.name == town.reading else f"｜{town.name}《{town.reading}》"
        for suffix, reading in _SUFFIXES:
            stem = town.reading.removesuffix(reading)
            if town.name.endswith(suffix) and stem not in ("", town.reading):
                return f"{hepburn(stem).capitalize()}-{hepburn(reading)}"
        return hepburn(town.reading).capitalize()

    def _without_tail(self, text: str) -> tuple[str, str]:
        """At most one, and 「内」 before it: 「市内の一部」."""
        found = _TAIL.fullmatch(text)
        if found is None:
            return text, ""
        return found["place"], next((name for name in ("part", "near", "whole") if found[name]), "")

    def _with_tail(self, place: str, tail: str) -> str:
        way = {"part": self.phrases.part, "near": self.phrases.near, "whole": self.phrases.whole}.get(tail, "{place}")
        return self._filled(way, place=place)

    def _pieces(self, text: str) -> list[_Piece] | None:
        text = _KANJI_CHOME.sub(lambda found: _NUMERALS[found[1]], text)
        text = _SHORT.sub(r"\1\2、", text)
        pieces: list[_Piece] = []
        for part in filter(None, _SEPARATOR.split(text)):
            found = self._piece.fullmatch(part)
            if found is None or (not pieces and not found["name"]):
                return None
            name = next((each for each in self.town.towns if each.name == found["name"]), None)
            pieces.append(
                _Piece(name, found["chome"] or "", found["first"] or found["only"] or "", found["last"] or "")
            )
        return pieces or None

    @cached_property
    def _piece(self) -> re.Pattern[str]:
        names = "|".join(re.escape(each.name) for each in sorted(self.town.towns, key=lambda each: -len(each.name)))
        return re.compile(
            rf"(?=.)(?P<name>{names})?(?:(?P<chome>\d+)丁目)?"
            r"(?:(?P<first>\d+)番?地?(?:から|~)(?P<last>\d+)番地?(?:まで)?|(?P<only>\d+)番地?)?"
        )

    def _joined(self, pieces: list[_Piece]) -> str:
        said = ""
        fine = any(piece.first_block for piece in pieces)
        for piece in pieces:
            if said:
                said += self.phrases.between if piece.name or not fine else self.phrases.finer
            said += self._one(piece)
        return said

    def _one(self, piece: _Piece) -> str:
        said = self.name(piece.name) if piece.name else ""
        if piece.chome:
            said += (self.phrases.before_chome if said else "") + self._filled(self.phrases.chome, n=piece.chome)
        if piece.first_block:
            way = self.phrases.blocks if piece.last_block else self.phrases.block
            said += (self.phrases.finer if said and self.language is Language.ENGLISH else "") + self._filled(
                way, n=piece.first_block, m=piece.last_block
            )
        return said

    @staticmethod
    def _filled(way: str, **parts: str) -> str:
        for name, part in parts.items():
            way = way.replace(f"{{{name}}}", part)
        return way
