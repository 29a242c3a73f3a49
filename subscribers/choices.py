"""What a resident chose: topics and areas. None, or all of them, means all, those that come later included."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from subscribers.headcount import counted
from subscribers.tables import Choice, ChoiceKind, Subscriber
from subscribers.town import Town


class ChoiceUnknown(ValueError):
    """A topic or area that this town does not have."""


@dataclass(frozen=True)
class Choices:
    """Empty means every one."""

    topics: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()

    @classmethod
    def of(cls, town: Town, topics: Collection[str], areas: Collection[str]) -> "Choices":
        """Raises ChoiceUnknown."""
        return cls(
            _narrowed(topics, [topic.key for topic in town.topics]), _narrowed(areas, [area.key for area in town.areas])
        )


def choose(session: Session, subscriber: Subscriber, choices: Choices) -> None:
    """Replaces what was chosen before, in the caller's transaction."""
    with counted(session, subscriber):
        subscriber.every_topic, subscriber.every_area = not choices.topics, not choices.areas
        session.flush()
        session.execute(delete(Choice).where(Choice.subscriber_id == subscriber.id))
        for kind, values in ((ChoiceKind.TOPIC, choices.topics), (ChoiceKind.AREA, choices.areas)):
            session.add_all(Choice(subscriber_id=subscriber.id, kind=kind.value, value=value) for value in values)
        session.flush()


def chosen(session: Session, subscriber_id: int) -> Choices:
    rows = session.execute(
        select(Choice.kind, Choice.value).where(Choice.subscriber_id == subscriber_id).order_by(Choice.value)
    ).all()
    return Choices(
        tuple(value for kind, value in rows if kind == ChoiceKind.TOPIC),
        tuple(value for kind, value in rows if kind == ChoiceKind.AREA),
    )


def _narrowed(wanted: Collection[str], offered: Sequence[str]) -> tuple[str, ...]:
    unknown = set(wanted) - set(offered)
    if unknown:
        raise ChoiceUnknown(", ".join(sorted(unknown))[:100])
    return () if set(wanted) == set(offered) else tuple(key for key in offered if key in set(wanted))
