"""The liaison edition: who gets it, and what it says beneath the notice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from bulletins.tables import Bulletin
from foundation.languages import Language
from foundation.spoken_letters import SpokenLetter
from liaisons.personal_link import LIAISON
from liaisons.tables import Liaison, LiaisonArea, LiaisonState, Way
from liaisons.voice_links import REPLY_MAIL
from mailer import had_letter
from mailer.letter import Letter
from subscribers.audience import Scope
from subscribers.links import resident_links
from subscribers.tables import Subscriber, SubscriberState
from subscribers.town import Town


@dataclass(frozen=True)
class Edition:
    """By area; topics are the residents' choice, and liaisons asked for what happens near them."""

    town: Town
    public_url: str
    template: SpokenLetter

    def page(self, scope: Scope, *, also: tuple[str, ...], after: int, limit: int, at: datetime) -> Select[Any]:
        who = (Subscriber.address, Subscriber.domain, Subscriber.id.label("recipient_ref"))
        return (
            select(*who)
            .join(Liaison, Liaison.subscriber_id == Subscriber.id)
            .where(Subscriber.id > after, *_reached(scope, also, at))
            .order_by(Subscriber.id)
            .limit(limit)
            # Whoever leaves meanwhile waits for these letters to be in the outbox, and then suppresses them.
            .with_for_update(read=True, of=Subscriber)
        )

    def reach(self, session: Session, scope: Scope, *, also: tuple[str, ...], at: datetime) -> int:
        counted = select(func.count()).select_from(Subscriber).join(Liaison, Liaison.subscriber_id == Subscriber.id)
        return session.scalar(counted.where(*_reached(scope, also, at))) or 0

    def letter(self, bulletin: Bulletin) -> Letter:
        values = {
            "decision": self.town.forwarding.decision,
            "number": bulletin.id,
            "forward": "{forward}",
            "me": "{me}",
            "stop": "{stop}",
        }
        template, japanese = self.template, Language.JAPANESE
        return Letter(
            subject=template.subject(japanese, town=self.town, subject=bulletin.subject),
            body=bulletin.text,
            tail="\n\n" + template.body(japanese, town=self.town, text="", **values),
            links={
                **resident_links(self.public_url),
                **REPLY_MAIL,
                "forward": (f"{self.public_url}/liaison/", LIAISON),
            },
            unsubscribe=True,
        )


def _reached(scope: Scope, also: tuple[str, ...], at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Who had something wrong is told what is right, at rest or not."""
    reachable = (Subscriber.state == SubscriberState.ACTIVE, Subscriber.address.is_not(None))
    who = (Liaison.state == LiaisonState.ACTIVE, *reachable)
    if scope.had:
        return (*who, had_letter.has_had(Subscriber.address, scope.had))
    resting = or_(Liaison.resting_until.is_(None), Liaison.resting_until <= at)
    usual = and_(Liaison.way == Way.MAIL, resting, _area(scope))
    return (*who, or_(usual, had_letter.has_had(Subscriber.address, also)) if also else usual)


def _area(scope: Scope) -> ColumnElement[bool]:
    """Without any area a liaison is one for the whole town."""
    if scope.to_all or not scope.areas:
        return true()
    mine = select(LiaisonArea.area).where(LiaisonArea.liaison_id == Liaison.id)
    return or_(~mine.exists(), mine.where(LiaisonArea.area.in_(scope.areas)).exists())
