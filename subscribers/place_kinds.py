"""What kind of place a code hangs at, or is handed out by; and a place as the town file has it."""

from dataclasses import dataclass
from enum import StrEnum

from foundation.strict_table import KeyInvalid, StrictTable


class PlaceKind(StrEnum):
    """In the order in which lists show them."""

    LIBRARY = "library"
    CITIZENS_HALL = "citizens-hall"
    MEETING_HALL = "meeting-hall"
    PRIMARY_SCHOOL = "primary-school"
    JUNIOR_HIGH_SCHOOL = "junior-high-school"
    NURSERY = "nursery"
    KINDERGARTEN = "kindergarten"
    SHOP = "shop"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def gets_newcomers(self) -> bool:
        """Where children enter or move to in April, whose parents are handed a leaflet."""
        return self in _WITH_NEWCOMERS


_LABELS = {
    PlaceKind.LIBRARY: "図書館",
    PlaceKind.CITIZENS_HALL: "公民館",
    PlaceKind.MEETING_HALL: "集会施設",
    PlaceKind.PRIMARY_SCHOOL: "小学校",
    PlaceKind.JUNIOR_HIGH_SCHOOL: "中学校",
    PlaceKind.NURSERY: "保育園",
    PlaceKind.KINDERGARTEN: "幼稚園",
    PlaceKind.SHOP: "店舗",
    PlaceKind.OTHER: "その他",
}
_WITH_NEWCOMERS = frozenset(
    {PlaceKind.PRIMARY_SCHOOL, PlaceKind.JUNIOR_HIGH_SCHOOL, PlaceKind.NURSERY, PlaceKind.KINDERGARTEN}
)


@dataclass(frozen=True)
class Place:
    """A place where QR codes hang; `key` stands in the entry address `touroku-KEY@…`."""

    key: str
    label: str
    kind: PlaceKind = PlaceKind.OTHER


def place_kind(table: StrictTable) -> PlaceKind:
    """As the town file names it, in Japanese; その他 where it says nothing. Raises KeyInvalid."""
    word = table.text("kind", PlaceKind.OTHER.label)
    found = next((kind for kind in PlaceKind if kind.label == word), None)
    if found is None:
        raise KeyInvalid(table.key("kind"), f"{'・'.join(_LABELS.values())} のどれかを書いてください")
    return found
