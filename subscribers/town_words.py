"""The town's own words in other languages, as its file gives them: the Japanese words are the key."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType

from foundation.catalogue import without_readings
from foundation.languages import Language
from foundation.strict_table import KeyInvalid, StrictTable

# Signs of a reading that is no reading: a bar is missing, or a bracket.
_HALF_READ = re.compile("[｜《》]")


def read_translations(table: StrictTable, town: object) -> Mapping[str, Mapping[str, str]]:
    """Language → Japanese → its words. What the town's file does not say elsewhere, and a language that we do not
    speak, stay unread, and are refused with the other unknown keys. Raises KeyInvalid for a half-written reading."""
    known = set(_words(town))
    spoken = {each.value for each in Language if each is not Language.JAPANESE}
    given = table.table("translations", required=False)
    return MappingProxyType({name: _of(given.table(name), known) for name in given.names() if name in spoken})


def _of(table: StrictTable, known: set[str]) -> Mapping[str, str]:
    words = {japanese: table.text(japanese) for japanese in table.names() if japanese in known}
    for japanese, told in words.items():
        if _HALF_READ.search(without_readings(told)):
            raise KeyInvalid(table.key(japanese), "読みがなは ｜漢字《かんじ》 の形で書いてください")
    return MappingProxyType(words)


def _words(value: object) -> Iterator[str]:
    """Every text in it, whatever holds it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value
        for each in value.values():
            yield from _words(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from _words(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _words(getattr(value, field.name))
