"""Looking up one address, as staff and the API see it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.choices import chosen
from subscribers.tables import Subscriber
from subscribers.unreachable import Watch


@dataclass(frozen=True)
class Finding:
    """The object of the contract: empty topics or areas mean all; times are ISO 8601 with offset. Who is not on the
    town's list gets none of its bulletins, whatever the topics."""

    id: int
    address: str
    state: str
    reason: str | None
    topics: list[str]
    areas: list[str]
    place: str | None
    since: str
    bounce_days: list[str]
    in_city_list: bool

    def public(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "id"}


def find(session: Session, address: str, *, watch: Watch, at: datetime) -> Finding | None:
    """The address as normalised by Address.parse; None when it is not known."""
    subscriber = session.scalars(select(Subscriber).where(Subscriber.address == address)).first()
    if subscriber is None or subscriber.address is None:
        return None
    choices = chosen(session, subscriber.id)
    return Finding(
        id=subscriber.id,
        address=subscriber.address,
        state=subscriber.state,
        reason=subscriber.reason,
        topics=list(choices.topics),
        areas=list(choices.areas),
        place=subscriber.place,
        since=subscriber.since.astimezone(watch.zone).isoformat(timespec="seconds"),
        bounce_days=[day.isoformat() for day in watch.days(session, subscriber, at=at)],
        in_city_list=subscriber.in_city_list,
    )
