"""One thing that a text tells, and where in the text it stands."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """`spans` are the places in the text that need not be shown as unread once this fact has a field."""

    name: str
    value: str | tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
