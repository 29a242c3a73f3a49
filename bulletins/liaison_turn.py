"""The liaisons' turn: they come before all others, and are counted with them."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bulletins import mending
from bulletins.liaison_edition import LiaisonEdition, ToLiaisons
from bulletins.tables import Bulletin, PublishingOrder
from mailer import had_letter, outbox, tallies
from mailer.outbox import Made, Post
from subscribers.audience import Scope

PUBLISHER = "publisher"


@dataclass(frozen=True)
class Turn:
    """The liaisons within `scope`, and besides them those who had a letter under one of the once_keys `also`; with an
    edition, or in the words of all."""

    scope: Scope
    also: tuple[str, ...] = ()
    edition: bool = True


def turn_of(session: Session, bulletin: Bulletin) -> Turn | None:
    """None where liaisons are nobody but residents. Who had an edition of what is put right is told, whomever else that
    goes to: they need not be on the town's list."""
    scope = mending.addressed(session, bulletin).scope
    chosen = bulletin.to_liaisons != ToLiaisons.NONE
    mended = [each for each in mending.put_right(session, bulletin) if each.started_at is not None]
    if not chosen and all(each.to_liaisons == ToLiaisons.NONE for each in mended):
        return None
    keys = tuple(each.batch for each in mended)
    if scope.had or not keys or not had_letter.is_known(session, keys):
        return Turn(scope, edition=chosen)
    return Turn(scope, also=keys) if chosen else Turn(replace(scope, had=keys), edition=False)


def letter(session: Session, order: PublishingOrder, edition: LiaisonEdition, *, at: datetime) -> int | None:
    """The number of what they get; None where they get nothing apart."""
    bulletin = session.get_one(Bulletin, order.bulletin_id)
    turn = turn_of(session, bulletin)
    if turn is None or not turn.edition:
        return order.letter_id if turn else None
    return outbox.write_letter(session, edition.letter(bulletin), batch=bulletin.batch, at=at)


def take(session: Session, order: PublishingOrder, edition: LiaisonEdition, post: Post, *, limit: int) -> None:
    """One chunk. Whoever is on the city's list too has this copy then, and gets no second one."""
    bulletin = session.get_one(Bulletin, order.bulletin_id)
    turn = turn_of(session, bulletin) or Turn(Scope())
    page = edition.page(turn.scope, also=turn.also, after=order.liaison_cursor, limit=limit, at=post.at)
    made = outbox.enqueue_page(session, order.liaison_letter_id or 0, post, page)
    if made.last is not None:
        order.liaison_cursor = made.last
        count(session, order, post, made)
        return
    order.liaisons_closed_at = post.at
    if bulletin.to_liaisons == ToLiaisons.ONLY:
        order.closed_at = post.at


def count(session: Session, order: PublishingOrder, post: Post, made: Made) -> None:
    """The audience grows by what was made."""
    order.audience += sum(made.by_domain.values())
    told = ((domain, {tallies.AUDIENCE: number}) for domain, number in made.by_domain.items())
    tallies.add(session, PUBLISHER, (tallies.Change(post.batch, domain, by) for domain, by in told))
