"""Emptying: what tells of a person goes from the register when they decline or end, at once and for certain."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.ledger import Deed, Doer
from liaisons import circles, links, mail_side, voice_erasure
from liaisons.life import WrongMove, held
from liaisons.tables import Liaison, LiaisonArea, LiaisonState
from subscribers.tables import Subscriber

# Three years are as long as an office's people usually stay in one post: until then somebody could ask again who does
# not know of the first time.
DECLINED_KEPT = timedelta(days=3 * 365)


def empty(session: Session, liaison: Liaison, by: str | Doer, *, at: datetime, keep_name: bool) -> None:
    """With the row held, after its last move. Number, state, dates, way and version of a consent stay."""
    voice_erasure.strike_liaison(session, liaison.id, _telling(session, liaison))
    if not keep_name:
        liaison.name = liaison.organisation = ""
    liaison.post = liaison.other_posts = liaison.phone = liaison.fax = liaison.postal = ""
    liaison.officer_id = liaison.asked_again_because = liaison.consent_words = liaison.resting_until = None
    session.execute(delete(LiaisonArea).where(LiaisonArea.liaison_id == liaison.id))
    links.close(session, liaison.id, at=at)
    circles.close(session, liaison.id, at=at)
    mail_side.let_go(session, liaison, by, at=at)
    session.flush()


def _telling(session: Session, liaison: Liaison) -> tuple[str, ...]:
    """What tells of the person wherever they, or staff, wrote it down beside the register."""
    subscriber = session.get(Subscriber, liaison.subscriber_id) if liaison.subscriber_id is not None else None
    address = (subscriber.address or "") if subscriber is not None else ""
    return (liaison.name, liaison.phone, liaison.fax, liaison.postal, address)


def erase_name(session: Session, liaison_id: int, by: Doer, *, at: datetime) -> None:
    """Of who declined and wishes that nothing stays; asking them again by accident is on us then. Raises WrongMove."""
    liaison = held(session, liaison_id)
    if liaison.state != LiaisonState.DECLINED:
        raise WrongMove(LiaisonState(liaison.state), LiaisonState.DECLINED)
    if liaison.name:
        liaison.name = liaison.organisation = ""
        ledger.write(session, by.deed("liaison.erased", f"liaison:{liaison.id}"), at=at)


def forget_declined(session: Session, *, at: datetime, limit: int = 200) -> int:
    """Names of those who declined long ago; returns how many."""
    old = session.scalars(
        select(Liaison)
        .where(
            Liaison.state == LiaisonState.DECLINED.value,
            Liaison.name != "",
            Liaison.declined_at <= at - DECLINED_KEPT,
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for liaison in old:
        liaison.name = liaison.organisation = ""
        ledger.write(session, Deed("rule:erasure", "liaison.erased", f"liaison:{liaison.id}"), at=at)
    return len(old)
