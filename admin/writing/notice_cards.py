"""The notices as cards in groups, for choosing one by one click."""

from collections.abc import Sequence
from dataclasses import dataclass

from bulletins.categories import is_under
from bulletins.kinds import MENDING
from bulletins.notice_templates import Kind, NoticeTemplate
from bulletins.tables import Bulletin
from subscribers.town import CATEGORY_SEPARATOR, Town

_FOLLOWING = frozenset({Kind.FOLLOW_UP, Kind.ALL_CLEAR, Kind.END, Kind.CANCELLATION})


@dataclass(frozen=True)
class CardGroup:
    title: str
    notices: tuple[NoticeTemplate, ...]


def cards(notices: Sequence[NoticeTemplate], town: Town) -> tuple[CardGroup, ...]:
    """Grouped by what residents chose them for; groups stand in the order of their first notice."""
    labels = {topic.key: topic.label for topic in town.topics}
    groups: dict[str, list[NoticeTemplate]] = {}
    for notice in notices:
        groups.setdefault(_group(notice, labels), []).append(notice)
    return tuple(CardGroup(title, tuple(members)) for title, members in groups.items())


def following(bulletin: Bulletin, notices: Sequence[NoticeTemplate]) -> tuple[NoticeTemplate, ...]:
    """What may follow a bulletin besides a follow-up: an all-clear or end of the same subject."""
    subject = CATEGORY_SEPARATOR.join(bulletin.category.split(CATEGORY_SEPARATOR)[:2])
    same = [n for n in notices if n.kind in _FOLLOWING and any(is_under(c, subject) for c in n.categories)]
    return tuple(notice for notice in same if notice.name != bulletin.notice)


def _group(notice: NoticeTemplate, labels: dict[str, str]) -> str:
    if notice.kind in MENDING:
        return "訂正・取消"
    return labels.get(notice.topics[0], "") if notice.topics else "そのほか"
