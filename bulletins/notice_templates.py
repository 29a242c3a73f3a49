"""A notice template (定型文): the fields, texts and rules of one kind of notice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from bulletins.categories import CategoryTree, is_under
from bulletins.notice_fields import Field
from bulletins.translation import Translation
from foundation.languages import Language
from foundation.templating import TextTemplate


class Kind(Enum):
    """What a bulletin is to the ones before it, in the words of `notice.toml`."""

    ORDINARY = "ordinary"
    FOLLOW_UP = "follow_up"
    CORRECTION = "correction"
    ALL_CLEAR = "all_clear"
    END = "end"
    CANCELLATION = "cancellation"
    DRILL = "drill"
    TEST = "test"
    RETRACTION = "retraction"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Mapping[Kind, str] = {
    Kind.ORDINARY: "通常",
    Kind.FOLLOW_UP: "続報",
    Kind.CORRECTION: "訂正",
    Kind.ALL_CLEAR: "解除",
    Kind.END: "終了",
    Kind.CANCELLATION: "中止",
    Kind.DRILL: "訓練",
    Kind.TEST: "試験",
    Kind.RETRACTION: "取消",
}


@dataclass(frozen=True)
class NoticeTemplate:
    """Empty `topics` means every topic; the first of `categories` is the default, a whole path.

    `statistic_class` is empty where the category decides. `required_parts` are field names whose
    absence a check mentions. `looks_ahead` notices announce what is still to come, `fine_place` ones
    may name a place below 丁目, `redact` ones tell of a person and are redacted in the archive.
    `example` holds values that fill the form. `version` 0 is the one that ships, and the only one that is translated.
    """

    name: str
    title: str
    help: str
    kind: Kind
    order: int
    fields: tuple[Field, ...]
    categories: tuple[str, ...]
    topics: tuple[str, ...]
    to_all: bool
    statistic_class: str
    required_parts: tuple[str, ...]
    standing_notes: tuple[str, ...]
    expires_after: timedelta
    looks_ahead: bool
    fine_place: bool
    example: Mapping[str, object]
    zone: ZoneInfo
    subject: TextTemplate
    body: TextTemplate
    version: int = 0
    translations: Mapping[Language, Translation] = field(default_factory=dict)
    redact: bool = False

    @property
    def default_category(self) -> str:
        return self.categories[0]

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    def allows(self, category: str) -> bool:
        """Whether the path lies under one of `categories`; whether it exists the tree knows."""
        return any(is_under(category, prefix) for prefix in self.categories)

    def category_choices(self, tree: CategoryTree) -> tuple[str, ...]:
        """Every path that this notice may bear, the default one first."""
        rest = (path for path in tree.paths() if self.allows(path))
        return tuple(dict.fromkeys((self.default_category, *rest)))

    def counted_as(self, category: str, tree: CategoryTree) -> str:
        """統計区分 of a bulletin written from this notice."""
        return self.statistic_class or tree.statistic_class(category)
