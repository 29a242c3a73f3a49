"""Finds our own towns and other municipalities in a text, and keeps 国分寺市本町 apart from our own 本町."""

import re

from subscribers.town import Town

_NAME_CHARACTERS = "一-龠々〆ヶケァ-ヴー"
_NUMERAL = "0-9０-９一二三四五六七八九十"
# 市内, 市役所 and the like are no names, and neither is what stands before 市 in 都市 or 大都市.
_OTHER_CITY = re.compile(
    rf"(?<![{_NAME_CHARACTERS}])([{_NAME_CHARACTERS}ぁ-ん]{{1,6}}?[市区])(?=[{_NAME_CHARACTERS}ぁ-ん]{{1,8}}?(?:町|丁目|[0-9０-９]))"
)


def own_towns(text: str, town: Town) -> tuple[str, ...]:
    """Our towns in the text, the longest name at each spot; one that follows another city's name is not ours."""
    names = sorted((name.name for name in town.towns), key=len, reverse=True)
    if not names:
        return ()
    # 本町田1丁目 lies in no 本町: what follows the name must not go on to a 丁目 of its own.
    pattern = re.compile(rf"({'|'.join(map(re.escape, names))})(?![一-二四-龠々ヶケ]{{1,3}}[{_NUMERAL}]+丁目)")
    return tuple(dict.fromkeys(m[1] for m in pattern.finditer(text) if _is_ours(text[: m.start()], town)))


def names_own_city(text: str, town: Town) -> bool:
    """Whether the city itself, or 市内, is named; 東こもれび市 is not こもれび市."""
    without = text
    for other in sorted(town.neighbours, key=len, reverse=True):
        without = without.replace(other, "　")
    return town.name in without or "市内" in without


def other_cities(text: str, town: Town) -> tuple[str, ...]:
    """Neighbours by their names, and whatever else reads like `X市Y町` or `X市Y1丁目`."""
    found = [name for name in town.neighbours if name in text]
    without = text
    for name in (*sorted(town.neighbours, key=len, reverse=True), town.name):
        without = without.replace(name, "　")
    found.extend(m[1] for m in _OTHER_CITY.finditer(without) if not m[1].startswith("市"))
    return tuple(dict.fromkeys(found))


def _is_ours(before: str, town: Town) -> bool:
    others = (name for name in town.neighbours if before.endswith(name))
    if next(others, None) is not None:
        return False
    if not before or before.endswith((town.name, "市内", "内の", "の")):
        return not _ends_with_other_city(before, town)
    # A name that goes on from other characters of a name (日野本町) is another place.
    return re.search(rf"[{_NAME_CHARACTERS}]$", before) is None and not _ends_with_other_city(before, town)


def _ends_with_other_city(before: str, town: Town) -> bool:
    stripped = before.removesuffix("の")
    if stripped.endswith(town.name):
        return any(stripped.endswith(name) for name in town.neighbours)
    return re.search(rf"[{_NAME_CHARACTERS}ぁ-ん]{{1,6}}[市区郡]$", stripped) is not None
