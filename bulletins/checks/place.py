"""市内 and 市外 against the towns that are named, and places finer than 丁目."""

import re

from bulletins.categories import first_level
from bulletins.checks.draft import DraftText, Finding, Level, Passage, each_match
from bulletins.checks.town_names import names_own_city, other_cities, own_towns
from bulletins.notice_fields import FieldKind
from bulletins.notice_templates import Kind

INSIDE = "市内"
OUTSIDE = "市外"
# Where it was stands in the bulletin that they put right.
_SPEAK_OF_ANOTHER = (Kind.CORRECTION, Kind.RETRACTION)

_NUMERALS = "0-9０-９一二三四五六七八九十百〇"
_DASH = "[-－−‐‑–ー]"
_FINER = re.compile(
    rf"[{_NUMERALS}]+丁目\s*(?:[{_NUMERALS}]+\s*(?:番|号|{_DASH}|の)|の\s*[0-9０-９])"
    rf"|[{_NUMERALS}]+番地|[{_NUMERALS}]+番\s*[{_NUMERALS}]+号"
)


def outside_with_own_town(draft: DraftText) -> list[Finding]:
    if first_level(draft.category) != OUTSIDE:
        return []
    for passage in _places(draft):
        towns = own_towns(passage.text, draft.town)
        if towns:
            message = (
                f"配信内容は「{OUTSIDE}」ですが、「{passage.label}」に市内の町名「{towns[0]}」があります。"
                "配信内容か場所のどちらかを直してください。"
            )
            return [Finding("outside-with-own-town", Level.WARN, message, passage.field)]
    return []


def inside_without_own_town(draft: DraftText) -> list[Finding]:
    if first_level(draft.category) != INSIDE:
        return []
    places = _places(draft)
    whole = "\n".join(passage.text for passage in places)
    towns = own_towns(whole, draft.town)
    others = other_cities(whole, draft.town)
    field = places[0].field if len(places) == 1 else None
    if others and not towns:
        message = (
            f"配信内容は「{INSIDE}」ですが、場所が「{others[0]}」になっています。"
            f"{draft.town.name}の中でなければ、配信内容を「{OUTSIDE}」にしてください。"
        )
    elif not towns and not names_own_city(whole, draft.town) and draft.kind not in _SPEAK_OF_ANOTHER:
        message = f"配信内容は「{INSIDE}」ですが、市内の町名がありません。場所を確かめてください。"
    else:
        return []
    return [Finding("inside-without-own-town", Level.WARN, message, field)]


def place_too_fine(draft: DraftText) -> list[Finding]:
    if draft.notice.fine_place:
        return []
    # 午後2-3時 is no place: numbers with a dash count only after one of our towns.
    names = "|".join(re.escape(name.name) for name in draft.town.towns) or "(?!)"
    short = re.compile(rf"(?:{names})\s*[0-9０-９]+\s*{_DASH}\s*[0-9０-９]+")
    findings = []
    for passage, found in [*each_match(draft, _FINER), *each_match(draft, short)]:
        message = (
            f"「{passage.label}」の「{found[0]}」は、場所が細かすぎます。"
            "個人のお宅が分からないように、丁目までにしてください。"
        )
        findings.append(Finding("place-too-fine", Level.WARN, message, passage.field))
    return findings


def _places(draft: DraftText) -> list[Passage]:
    """The fields that hold places, or all that was typed where the notice has none."""
    places = list(draft.passages(FieldKind.PLACE)) if draft.fields else []
    return places or [*draft.passages()]
