"""The fields of a notice template: what kinds there are and what a filled one holds."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum

# A line is a str, a list or several choices a tuple, an empty date or time None.
Filled = str | tuple[str, ...] | date | time | datetime | None

LONGEST_LINE = 200
LONGEST_TEXT = 4000


class FieldKind(Enum):
    """`choice` and `choices` take only what is listed; for `line` and `place` the list is a suggestion."""

    LINE = "line"
    TEXT = "text"
    LIST = "list"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    PHONE = "phone"
    PLACE = "place"


HOLDING_SEVERAL = frozenset({FieldKind.LIST, FieldKind.CHOICES})
HOLDING_MOMENTS = frozenset({FieldKind.DATE, FieldKind.TIME, FieldKind.DATETIME})
# A closed list: the form shows radio buttons, check boxes or a menu.
CHOOSING = frozenset({FieldKind.CHOICE, FieldKind.CHOICES})


@dataclass(frozen=True)
class Field:
    """`phone` is a name with its number (`こもれび警察署 042-000-0110`); `default` is what the form starts with."""

    name: str
    label: str
    kind: FieldKind
    required: bool
    choices: tuple[str, ...]
    help: str
    default: str

    def empty(self) -> Filled:
        """What an optional field holds when nothing was typed."""
        if self.kind in HOLDING_SEVERAL:
            return ()
        return None if self.kind in HOLDING_MOMENTS else ""
