"""What residents want, topic by topic or area by area, from the choices that are kept as counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class WishLine:
    """`number` get it, whether they chose all or, as `chosen` did, this one among others."""

    label: str
    number: int
    chosen: int
    share: float  # of all who are active


@dataclass(frozen=True)
class Wishes:
    """`every` chose all; the lines stand in the order of the town's file."""

    active: int
    every: int
    lines: tuple[WishLine, ...]


def wishes(found: Mapping[tuple[str, ...], int], choices: Sequence[tuple[str, str]]) -> Wishes:
    """`choices` are the keys and labels that the town offers; a key that it offers no more is not shown."""
    every, active = found.get((), 0), sum(found.values())
    chosen: Counter[str] = Counter()
    for keys, number in found.items():
        for key in keys:
            chosen[key] += number
    lines = tuple(
        WishLine(label, every + chosen[key], chosen[key], (every + chosen[key]) / active if active else 0.0)
        for key, label in choices
    )
    return Wishes(active, every, lines)
