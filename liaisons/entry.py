"""What is held of a liaison, as it is typed and as it is taken: by staff, and by themselves on their own page."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from foundation.addresses import Address, AddressInvalid
from foundation.plain_text import forbidden_character
from foundation.unfit import Unfit
from liaisons.tables import Liaison, Way
from subscribers.town import Town

# Of the texts, in characters.
LONGEST: Mapping[str, int] = {
    "name": 40,
    "organisation": 60,
    "post": 40,
    "other_posts": 120,
    "phone": 30,
    "fax": 30,
    "postal": 120,
}
LABELS: Mapping[str, str] = {
    "name": "氏名",
    "organisation": "団体",
    "post": "役職",
    "other_posts": "ほかの役職",
    "way": "連絡方法",
    "address": "メールアドレス",
    "phone": "電話",
    "fax": "ファックス",
    "postal": "住所",
    "areas": "地域",
    "officer": "担当者",
}
NEEDED_BY: Mapping[Way, str] = {Way.MAIL: "address", Way.PHONE: "phone", Way.FAX: "fax", Way.PAPER: "postal"}
_NUMBER = re.compile(r"[0-9+() -]*[0-9][0-9+() -]*")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー－", "-"))


@dataclass(frozen=True)
class EntryForm:
    """As typed."""

    name: str = ""
    organisation: str = ""
    post: str = ""
    other_posts: str = ""
    way: str = ""
    address: str = ""
    phone: str = ""
    fax: str = ""
    postal: str = ""
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """As taken; an empty `address` is none, no areas are the whole town."""

    name: str
    organisation: str
    post: str
    other_posts: str
    way: Way
    address: str
    phone: str
    fax: str
    postal: str
    areas: tuple[str, ...]


class EntryUnfit(Unfit):
    """What is to be held of a liaison."""


def read(form: EntryForm, town: Town) -> Entry:
    """Raises EntryUnfit."""
    errors: dict[str, str] = {}
    texts = {name: _text(name, getattr(form, name), errors) for name in LONGEST}
    address = _address(form.address, errors)
    for name in ("phone", "fax"):
        texts[name] = unicodedata.normalize("NFKC", texts[name]).translate(_DASHES)
        if texts[name] and name not in errors and not _NUMBER.fullmatch(texts[name]):
            errors[name] = f"{LABELS[name]}は、数字とハイフンで書いてください。"
    way = next((each for each in Way if each.value == form.way), None)
    if way is None:
        errors["way"] = "連絡方法を選んでください。"
    elif not {**texts, "address": form.address.strip()}[NEEDED_BY[way]]:
        errors[NEEDED_BY[way]] = f"連絡方法が「{way.label}」のときは、{LABELS[NEEDED_BY[way]]}を書いてください。"
    known = tuple(area.key for area in town.areas)
    if not set(form.areas) <= set(known):
        errors["areas"] = "選ばれた地域の中に、いまは選べないものがあります。もう一度選んでください。"
    if errors or way is None:
        raise EntryUnfit({name: errors[name] for name in LABELS if name in errors})
    areas = tuple(key for key in known if key in form.areas)
    return Entry(**texts, way=way, address=address, areas=() if len(areas) == len(known) else areas)


def form_of(liaison: Liaison, areas: tuple[str, ...], address: str) -> EntryForm:
    """What stands, to be typed over."""
    texts = {name: getattr(liaison, name) for name in (*LONGEST, "way")}
    return EntryForm(**texts, address=address, areas=areas)


def with_address(form: EntryForm, address: str) -> EntryForm:
    return replace(form, address=address)


def same_words(text: str) -> str:
    """A name as it is compared: without spaces, in one width."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _text(name: str, typed: str, errors: dict[str, str]) -> str:
    text = typed.strip()
    if name in ("name", "organisation") and not text:
        errors[name] = f"{LABELS[name]}を書いてください。"
    elif len(text) > LONGEST[name]:
        errors[name] = f"{LABELS[name]}は、{LONGEST[name]}文字までで書いてください。"
    elif forbidden_character(text) is not None:
        errors[name] = f"{LABELS[name]}に、改行や使えない文字が入っています。"
    return text


def _address(typed: str, errors: dict[str, str]) -> str:
    if not typed.strip():
        return ""
    try:
        return Address.parse(typed).text
    except AddressInvalid as fault:
        errors["address"] = str(fault)
        return ""


FIELDS = tuple(each.name for each in fields(EntryForm))
