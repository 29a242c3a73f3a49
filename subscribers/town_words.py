"""The town's own words in other languages, as its file gives them: the Japanese words are the key."""

import re
from collections.abc import Callable, Iterator, Mapping
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
    return _by_language(table, "translations", lambda japanese: japanese in known)


def read_further_names(table: StrictTable) -> Mapping[str, Mapping[str, str]]:
    """The same of names that stand in notices only: shelters, rivers, events. Raises KeyInvalid."""
    return _by_language(table, "names", bool)


def _by_language(table: StrictTable, name: str, is_known: Callable[[str], bool]) -> Mapping[str, Mapping[str, str]]:
    spoken = {each.value for each in Language if each is not Language.JAPANESE}
    given = table.table(name, required=False)
    return MappingProxyType({each: _of(given.table(each), is_known) for each in given.names() if each in spoken})


def _of(table: StrictTable, is_known: Callable[[str], bool]) -> Mapping[str, str]:
    words = {japanese: table.text(japanese) for japanese in table.names() if is_known(japanese)}
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
