"""Where it happened: towns with their 丁目, ours and other cities', never finer than that."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bulletins.police_text.lines import plain
from bulletins.police_text.moments import number_of
from subscribers.town import Town

_KANJI = "一-龠々ヶケァ-ヴーノ"
_NAME = f"{_KANJI}ぁ-ん"
_NUMERAL = "0-9〇一二三四五六七八九十"
_TAIL = (
    rf"(?:(?P<chome>[{_NUMERAL}]{{1,3}})丁目)?"
    rf"(?P<block>の?[{_NUMERAL}]{{1,4}}(?:番地?|号|-)(?:の?[{_NUMERAL}]{{1,4}}(?:番|号|-)?){{0,2}})?"
    r"(?P<near>付近|周辺|地内|先(?=の|路上|、|で))?"
)
_SHORT = re.compile(r"(\d{1,2})(?:-\d{1,4}){1,2}")
_BETWEEN = re.compile(r"(?:の|、|・|と|や|及び|および)?")


@dataclass(frozen=True)
class Place:
    """`value` is as a field takes it, `dropped` what was finer than a 丁目."""

    span: tuple[int, int]
    value: str
    dropped: str = ""


def places_in(text: str, town: Town) -> list[Place]:
    """Every place in the order of the text; neighbouring ones joined by 、 or の are one."""
    joined: list[Place] = []
    for place in _each(text, town):
        last = joined[-1] if joined else None
        gap = text[last.span[1] : place.span[0]] if last else ""
        if last and len(gap) <= 2 and _BETWEEN.fullmatch(gap):
            dropped = "、".join(filter(None, (last.dropped, place.dropped)))
            joined[-1] = Place((last.span[0], place.span[1]), last.value + gap + place.value, dropped)
        else:
            joined.append(place)
    return joined


def _each(text: str, town: Town) -> Iterator[Place]:
    pattern = _pattern((town.name, *town.neighbours), tuple(name.name for name in town.towns), town.prefecture)
    chomes = {name.name: name.chome for name in town.towns}
    for match in pattern.finditer(plain(text)):
        if match["whole"]:
            yield Place(match.span(), match[0])
            continue
        head = text[match.start("head") : match.end("head")]
        chome, block = match["chome"], match["block"] or ""
        if not chome and block:
            own = next((name for name in chomes if head.endswith(name)), "")
            short = _SHORT.fullmatch(block)
            if short and 0 < int(short[1]) <= chomes.get(own, 0):
                chome, block = short[1], block[len(short[1]) :]
        # 4番5号先: without the number there is nothing to be in front of.
        near = "" if block and match["near"] == "先" else match["near"] or ""
        value = head + (f"{number_of(chome)}丁目" if chome else "") + near
        yield Place(match.span(), value, block.strip("-の"))


@lru_cache(maxsize=16)
def _pattern(known: Sequence[str], names: Sequence[str], prefecture: str) -> re.Pattern[str]:
    """Repeats are bounded everywhere, so that a long text takes time by its length alone."""
    cities = _either(known)
    own = _either(names)
    a_city = (
        rf"(?:(?:{re.escape(prefecture)}|[{_KANJI}]{{2,3}}[都道府県])?(?:{cities}|(?<![{_NAME}])(?!ごろ|ころ|頃)[{_NAME}]{{1,6}}?(?<!都)[市区])(?:内の|の)?"
        rf"|(?<![{_NAME}])[{_KANJI}]{{2,3}}[都道府県][{_NAME}]{{1,6}}?(?<!都)[市区])"
    )
    ours = rf"(?:{a_city}|(?<![{_KANJI}]))(?:{own})(?![{_KANJI}]{{1,3}}[{_NUMERAL}]{{1,3}}丁目)"
    by_chome = rf"(?:{a_city}|(?<![{_NAME}]))[{_KANJI}ぁ-ん]{{1,8}}?(?=[{_NUMERAL}]{{1,3}}丁目)"
    by_city = rf"{a_city}[{_KANJI}]{{1,8}}?(?<!市)[町村](?![{_KANJI}])"
    city_itself = rf"(?:{cities})(?!役所|職員|立|民|長|地域|警察|消防|内の?(?:各|全))(?:内)?"
    whole = rf"{city_itself}|(?<![{_NAME}])[{_NAME}]{{0,6}}?(?<!都)市内(?!全|各)"
    return re.compile(rf"(?P<head>{ours}|{by_chome}|{by_city}){_TAIL}|(?P<whole>{whole})")


def _either(names: Sequence[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or "(?!)"
