"""Forwarding: circles are fanned out like a bulletin's own audience, behind it, and where nobody sees it.

A circle waits until the bulletin itself has fanned out: who is on the city's list too has that copy, whether somebody
passes it on or not, and so the bulletin's counts say nothing about it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select
from sqlalchemy.orm import Session

from bulletins import kinds, mending, other_languages
from bulletins.life import BulletinState
from bulletins.tables import Bulletin, PublishingOrder
from foundation.database import insert_into
from foundation.languages import Language
from foundation.spoken_letters import SpokenLetter
from liaisons.forward_orders import ForwardDesk
from liaisons.forward_tables import MENDING, ForwardOrder, SilencedMember
from liaisons.forward_words import Words
from liaisons.tables import Circle, Liaison, Membership
from mailer import had_letter, outbox, quiet
from mailer.letter import Letter
from mailer.outbox import Post
from mailer.outbox_tables import BatchRow, BatchState, Lane, LetterRow
from subscribers.links import resident_links
from subscribers.tables import OFF_THE_LIST, Subscriber, SubscriberState
from subscribers.town import Town

CHUNK = 500
_GOES = (BulletinState.SENDING.value, BulletinState.SENT.value)


@dataclass(frozen=True)
class Forwarding:
    """Each method works in the caller's transaction and may be called by several processes at once. Nothing of it is
    logged, and no line of the ledger tells of it."""

    town: Town
    public_url: str
    template: SpokenLetter
    desk: ForwardDesk

    def has_work(self, session: Session, *, at: datetime) -> bool:
        """Reads only, so that an idle service writes nothing."""
        return any(session.scalar(some.limit(1)) is not None for some in (self._due(at), _to_follow(at)))

    def fan_out(self, session: Session, *, at: datetime, limit: int | None = None) -> bool:
        """One chunk of one circle; False when there is nothing to do."""
        followed = session.scalar(_to_follow(at).limit(1))
        if followed is not None:
            _follow(session, session.get_one(Bulletin, followed), at=at)
            return True
        locked = self._due(at).limit(1).with_for_update(of=ForwardOrder, skip_locked=True)
        number = session.scalar(locked)
        order = session.get(ForwardOrder, number, populate_existing=True) if number is not None else None
        if order is None:
            return False
        # Whoever halts or withdraws it, or approves what puts it right, comes before this, or after: then the quiet
        # batch is there, and stops with the other.
        bulletin = session.get_one(Bulletin, order.bulletin_id, with_for_update={"read": True}, populate_existing=True)
        if bulletin.state not in _GOES:
            return True
        published = session.get_one(PublishingOrder, order.bulletin_id)
        if published.expires_at is None or not self._may_go_on(session, order, bulletin, at=at):
            order.closed_at = at
            return True
        if order.opened_at is None:
            self._open(session, order, bulletin, published, at=at)
        post = Post(
            batch=quiet.quiet(bulletin.batch),
            once_key=bulletin.batch,
            lane=Lane.URGENT if published.urgent else Lane.BULK,
            at=at,
            expires_at=published.expires_at,
        )
        page = self._page(session, order, bulletin, limit=limit or CHUNK, at=at)
        letters = dict(json.loads(order.letters))
        made = outbox.enqueue_page(session, letters.pop(""), post, page, editions=letters)
        if made.last is None:
            order.closed_at = at
        else:
            order.cursor = made.last
        return True

    def tidy(self, session: Session, *, at: datetime) -> None:
        """What was passed on of a bulletin that is over grows old as its letters do; who passed it on is forgotten."""
        over = select(PublishingOrder.bulletin_id).where(PublishingOrder.expires_at <= at)
        session.execute(delete(ForwardOrder).where(ForwardOrder.bulletin_id.in_(over)))
        open_ones = select(BatchRow.batch).where(quiet.in_quiet(BatchRow.batch), BatchRow.ended_at.is_(None))
        beside = {int(batch.rpartition(":")[2]): batch for batch in session.scalars(open_ones) if batch != quiet.CODES}
        for number in session.scalars(over.where(PublishingOrder.bulletin_id.in_(beside))).all():
            batch = beside[number]
            if not outbox.open_rows(session, batch):
                outbox.end_batch(session, batch, at=at)
                session.execute(delete(LetterRow).where(LetterRow.batch == batch))

    def _due(self, at: datetime) -> Select[tuple[int]]:
        """Those that want more now: inside the hours, or begun inside them, or urgent; the oldest first."""
        begun = or_(ForwardOrder.opened_at.is_not(None), ForwardOrder.circle_id == MENDING, Bulletin.urgent)
        which: list[ColumnElement[bool]] = [] if self.desk.hours.is_open(at) else [begun]
        return (
            select(ForwardOrder.id)
            .join(Bulletin, Bulletin.id == ForwardOrder.bulletin_id)
            .join(PublishingOrder, PublishingOrder.bulletin_id == ForwardOrder.bulletin_id)
            .where(ForwardOrder.closed_at.is_(None), Bulletin.state.in_(_GOES), *_is_fanned_out(), *which)
            .order_by(ForwardOrder.placed_at, ForwardOrder.id)
        )

    def _may_go_on(self, session: Session, order: ForwardOrder, bulletin: Bulletin, *, at: datetime) -> bool:
        """Asked again at each chunk: a night, or a correction, may lie between."""
        if order.circle_id == MENDING:
            return True
        circle = session.get(Circle, order.circle_id)
        liaison = session.get(Liaison, circle.liaison_id) if circle is not None and circle.closed_at is None else None
        return liaison is not None and not self.desk.why_not(session, liaison, bulletin, at=at)

    def _open(
        self, session: Session, order: ForwardOrder, bulletin: Bulletin, published: PublishingOrder, *, at: datetime
    ) -> None:
        batch = quiet.quiet(bulletin.batch)
        settled = other_languages.settled(session, bulletin)
        if order.circle_id == MENDING:
            letters = {"": published.letter_id, **{row.language: row.letter_id for row in settled}}
            # It belongs to the correction itself, and began with it.
            begun = bulletin.started_at or at
        else:
            circle = session.get_one(Circle, order.circle_id)
            said = {"": (bulletin.subject, bulletin.text)}
            said |= {row.language: (row.subject, row.text) for row in settled}
            organisation = session.get_one(Liaison, circle.liaison_id).organisation
            letters = {
                language: outbox.write_letter(
                    session, self._letter(order, organisation, Language.of(language or None), words), batch=batch, at=at
                )
                for language, words in said.items()
            }
            begun = at
        outbox.set_batch(session, batch, BatchState.OPEN, at=begun)
        order.opened_at, order.letters = at, json.dumps({name: number for name, number in letters.items() if number})

    def _letter(self, order: ForwardOrder, organisation: str, language: Language, words: tuple[str, str]) -> Letter:
        subject, text = words
        values: Mapping[str, object] = {"text": "", "circle": organisation, "me": "{me}", "stop": "{stop}"}
        return Letter(
            subject=self.template.subject(language, town=self.town, subject=subject),
            body=Words(order.sentence, order.line).above(text),
            tail="\n\n" + self.template.body(language, town=self.town, **values),
            links=resident_links(self.public_url),
            unsubscribe=True,
        )

    def _page(
        self, session: Session, order: ForwardOrder, bulletin: Bulletin, *, limit: int, at: datetime
    ) -> Select[Any]:
        who = (Subscriber.address, Subscriber.domain, Subscriber.id.label("recipient_ref"))
        page = select(*who, Subscriber.language.label("edition")).where(
            Subscriber.id > order.cursor,
            Subscriber.state == SubscriberState.ACTIVE,
            Subscriber.address.is_not(None),
        )
        if order.circle_id == MENDING:
            keys = [each.batch for each in mending.put_right(session, bulletin)]
            # Who had it as a resident, and is in a circle alone by now, is in no audience of the correction itself.
            stayed = and_(OFF_THE_LIST, had_letter.has_had(Subscriber.address, keys))
            page = page.where(or_(had_letter.has_had(Subscriber.address, keys, quietly=True), stayed))
        else:
            page = page.join(Membership, Membership.subscriber_id == Subscriber.id).where(
                Membership.circle_id == order.circle_id, _is_awake(bulletin, at), ~_is_silenced()
            )
        return page.order_by(Subscriber.id).limit(limit).with_for_update(read=True, of=Subscriber)


def _follow(session: Session, bulletin: Bulletin, *, at: datetime) -> None:
    """Whoever had through a circle what it puts right gets it too; what of that is still open never leaves."""
    for mended in mending.put_right(session, bulletin):
        quiet.follow(session, mended.batch, BatchState.WITHDRAWN, at=at)
    order = {"bulletin_id": bulletin.id, "circle_id": MENDING, "sentence": "", "line": "", "placed_at": at}
    once = insert_into(session, ForwardOrder).values(**order, letters="{}", cursor=0)
    session.execute(once.on_conflict_do_nothing(index_elements=["bulletin_id", "circle_id"]))


def _to_follow(at: datetime) -> Select[tuple[int]]:
    """Corrections and retractions that went to everybody who is known to the city, and to nobody else yet."""
    followed = select(ForwardOrder.id).where(ForwardOrder.bulletin_id == Bulletin.id, ForwardOrder.circle_id == MENDING)
    return (
        select(Bulletin.id)
        .join(PublishingOrder, PublishingOrder.bulletin_id == Bulletin.id)
        .where(
            Bulletin.kind.in_([kind.value for kind in kinds.MENDING]),
            Bulletin.state.in_(_GOES),
            *_is_fanned_out(),
            PublishingOrder.expires_at > at,
            ~followed.exists(),
        )
    )


def _is_fanned_out() -> tuple[ColumnElement[bool], ...]:
    return PublishingOrder.opened_at.is_not(None), PublishingOrder.closed_at.is_not(None)


def _is_awake(bulletin: Bulletin, at: datetime) -> ColumnElement[bool]:
    awake = or_(Subscriber.paused_until.is_(None), Subscriber.paused_until <= at)
    return awake if not bulletin.to_all else Subscriber.id.is_not(None)


def _is_silenced() -> ColumnElement[bool]:
    silenced = and_(SilencedMember.subscriber_id == Membership.subscriber_id, SilencedMember.at >= Membership.joined_at)
    return select(SilencedMember.subscriber_id).where(silenced).exists()
