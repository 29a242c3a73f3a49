"""Liaisons for tests, put in as the register leaves them, and a member of staff."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from foundation.ledger import Deed
from liaisons.tables import Liaison, LiaisonArea, LiaisonState, Way
from subscribers.tables import Subscriber, SubscriberState


@dataclass(frozen=True)
class Member:
    """As the console's Colleague: named by number in the ledger."""

    id: int
    name: str
    let_in_by: int | None = None

    def deed(self, action: str, subject: str) -> Deed:
        return Deed(f"staff:{self.id}", action, subject)


ANNA = Member(101, "担当 花子")
BEN = Member(102, "責任 太郎")


def enter(
    session: Session,
    name: str,
    *,
    at: datetime,
    way: Way = Way.MAIL,
    areas: tuple[str, ...] = (),
    state: LiaisonState = LiaisonState.ACTIVE,
    stopped: bool = False,
    resting_until: datetime | None = None,
    phone: str = "",
) -> Liaison:
    """By mail they have an address made of the name."""
    subscriber: Subscriber | None = None
    if way is Way.MAIL:
        subscriber = Subscriber(
            address=f"{name if name.isascii() else name.encode().hex()}@example.jp",
            domain="example.jp",
            state=(SubscriberState.STOPPED if stopped else SubscriberState.ACTIVE).value,
            since=at,
            watch_from=at,
            in_city_list=False,
        )
        session.add(subscriber)
        session.flush()
    liaison = Liaison(
        state=state.value,
        name=name,
        organisation=f"{name}自治会",
        way=way.value,
        subscriber_id=subscriber.id if subscriber else None,
        phone=phone,
        asked_at=at,
        asked_by_id=ANNA.id,
        asked_by_name=ANNA.name,
        resting_until=resting_until,
    )
    session.add(liaison)
    session.flush()
    session.add_all(LiaisonArea(liaison_id=liaison.id, area=area) for area in areas)
    session.flush()
    return liaison
