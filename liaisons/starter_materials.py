"""The starter set of materials, with the names and numbers of the town put in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from subscribers.town import Town

_NAME = re.compile(r"\d\d-(?P<key>[a-z]+)")
_GAP = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Words:
    """What a page says; `notes` are words for one area, by its key."""

    title: str
    text: str
    topics: tuple[str, ...]
    notes: Mapping[str, str]


def starter_set(folder: Path, town: Town) -> Mapping[str, Words]:
    """By key, in the order of the file names. Raises KeyError for a gap that the town cannot fill."""
    own = {
        "section": town.section,
        "city_phone": town.contact.phone,
        "police": town.police.name,
        "police_phone": town.police.phone,
        "service": town.service_name,
    }
    found: dict[str, Words] = {}
    for path in sorted(folder.glob("*.txt")):
        name = _NAME.fullmatch(path.stem)
        if name is not None:
            found[name["key"]] = _words(path.read_text(encoding="utf-8"), own, town)
    return found


def _words(source: str, own: Mapping[str, str], town: Town) -> Words:
    head, _, text = source.partition("\n---\n")
    heads = dict(line.split(": ", 1) for line in head.splitlines())
    # A town without such a topic simply has none that points here.
    topics = tuple(topic.key for topic in town.topics if topic.key in heads["topics"].split(", "))
    filled = _GAP.sub(lambda gap: own[gap[1]], text.strip("\n"))
    return Words(heads["title"], filled, topics, {})
