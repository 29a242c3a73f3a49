"""The liaisons' turn: they come before all others, and are counted with them."""

from datetime import datetime

from sqlalchemy.orm import Session

from bulletins import mending
from bulletins.liaison_edition import LiaisonEdition, ToLiaisons
from bulletins.tables import Bulletin, PublishingOrder
from mailer import outbox, tallies
from mailer.outbox import Made, Post

PUBLISHER = "publisher"


def letter(session: Session, order: PublishingOrder, edition: LiaisonEdition, *, at: datetime) -> int | None:
    """The number of what they get; None where liaisons are nobody but residents. Who had an edition of what is put
    right is told with an edition of this, or in the words of all."""
    bulletin = session.get_one(Bulletin, order.bulletin_id)
    if bulletin.to_liaisons != ToLiaisons.NONE:
        return outbox.write_letter(session, edition.letter(bulletin), batch=bulletin.batch, at=at)
    mended = mending.addressed(session, bulletin).mended
    return order.letter_id if any(each.to_liaisons != ToLiaisons.NONE for each in mended) else None


def take(session: Session, order: PublishingOrder, edition: LiaisonEdition, post: Post, *, limit: int) -> None:
    """One chunk. Whoever is on the city's list too has this copy then, and gets no second one."""
    bulletin = session.get_one(Bulletin, order.bulletin_id)
    scope = mending.addressed(session, bulletin).scope
    page = edition.page(scope, after=order.liaison_cursor, limit=limit, at=post.at)
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
