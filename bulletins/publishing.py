"""Publishing: an order opens at its start, the audience of that moment fans out in chunks, and the end is proved."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from bulletins import approval_marks, danger, drill_day, liaison_turn, mending, other_languages, search_index
from bulletins.audience_source import AudienceSource
from bulletins.liaison_edition import Lead, LiaisonEdition
from bulletins.liaison_turn import PUBLISHER
from bulletins.life import BulletinState
from bulletins.other_languages import EditionRow
from bulletins.tables import Bulletin, PublishingOrder
from foundation import bell, ledger
from foundation.languages import Language
from foundation.ledger import Deed
from foundation.spoken_letters import SpokenLetter
from mailer import outbox, tallies
from mailer.delivery_hours import DeliveryHours
from mailer.letter import Letter
from mailer.outbox import Post
from mailer.outbox_tables import BatchState, Lane, State
from subscribers import newcomers
from subscribers.links import resident_links
from subscribers.town import Town

log = logging.getLogger(__name__)

CHUNK = 500  # recipients a transaction, where nobody says otherwise
LOOKED_AT = 4  # times as many are looked at for one who was sent what is put right


def place_order(session: Session, bulletin: Bulletin, *, held: bool = False) -> None:
    """In the approval's transaction: approved and ordered are one thing. `held` is a drill to be confirmed first."""
    if bulletin.starts_at is None:
        raise ValueError("only an approved bulletin is ordered")
    session.add(
        PublishingOrder(bulletin_id=bulletin.id, urgent=bulletin.urgent, starts_at=bulletin.starts_at, held=held)
    )
    session.flush()
    bell.ring(session, "order")


def withdraw_order(session: Session, bulletin: Bulletin, *, at: datetime | None = None) -> None:
    """An order that has not begun disappears; one that has is closed at `at`, with what it fanned out so far."""
    order = session.get(PublishingOrder, bulletin.id, with_for_update=True)
    if order is None:
        return
    if order.opened_at is None:
        session.delete(order)
    elif order.closed_at is None:
        order.closed_at = at
    session.flush()


@dataclass(frozen=True)
class Publisher:
    """Each method works in the caller's transaction and may be called by several processes at once."""

    town: Town
    public_url: str
    template: SpokenLetter
    source: AudienceSource
    liaisons: LiaisonEdition
    lead: Lead
    hours: DeliveryHours

    def has_due(self, session: Session, *, at: datetime) -> bool:
        """Reads only, so that an idle service writes nothing."""
        return session.scalar(select(PublishingOrder.bulletin_id).where(*self._due(at)).limit(1)) is not None

    def has_work(self, session: Session, *, at: datetime) -> bool:
        """Whether an order may want more of its audience in the outbox; reads only."""
        return session.scalar(select(PublishingOrder.bulletin_id).where(*_open(at)).limit(1)) is not None

    def has_nearly_done(self, session: Session) -> bool:
        """Whether a closed order's bulletin has yet to be proved finished; reads only."""
        return session.scalar(_nearly_done().limit(1)) is not None

    def open_due(self, session: Session, *, at: datetime) -> int:
        """Begins the orders whose start has come; returns how many. One that comes too late for its hours (the
        service was down) waits for the next opening."""
        opened = 0
        due = session.scalars(
            select(PublishingOrder.bulletin_id)
            .where(*self._due(at))
            .order_by(PublishingOrder.urgent.desc(), PublishingOrder.starts_at)
        ).all()
        for number in due:
            # First the bulletin, then its order: whoever approves or withdraws takes them in the same order.
            # Read anew: as part of a chain, or as a warning, it may have been seen before somebody changed it.
            locked = select(Bulletin).where(Bulletin.id == number).with_for_update(skip_locked=True)
            bulletin = session.scalars(locked.execution_options(populate_existing=True)).first()
            order = session.get(PublishingOrder, number, with_for_update=True, populate_existing=True)
            if bulletin is None or order is None or order.opened_at is not None or order.starts_at > at:
                continue
            if bulletin.state != BulletinState.WAITING or bulletin.approved_version != bulletin.version:
                continue
            if not self._may_open(session, bulletin, order, at=at):
                continue
            if self._is_put_off(bulletin, order, at=at):
                continue
            self._open(session, order, bulletin, at=at)
            opened += 1
        return opened

    def fan_out(self, session: Session, *, at: datetime, limit: int | None = None) -> bool:
        """One chunk of one order; False when no order wants more."""
        order = session.scalars(
            select(PublishingOrder)
            .join(Bulletin, Bulletin.id == PublishingOrder.bulletin_id)
            .where(*_open(at), Bulletin.state == BulletinState.SENDING)
            .order_by(PublishingOrder.urgent.desc(), PublishingOrder.opened_at)
            .limit(1)
            .with_for_update(of=PublishingOrder, skip_locked=True)
        ).first()
        if order is None or order.letter_id is None or order.expires_at is None:
            return False
        bulletin = session.get_one(Bulletin, order.bulletin_id)
        post = Post(
            batch=bulletin.batch,
            once_key=bulletin.batch,
            lane=Lane.URGENT if order.urgent else Lane.BULK,
            at=at,
            expires_at=order.expires_at,
        )
        if order.liaisons_closed_at is None:
            liaison_turn.take(session, order, self.liaisons, post, limit=limit or CHUNK)
            return True
        page, until = self._page(session, order, bulletin, limit=limit or CHUNK, at=at)
        editions = {row.language: row.letter_id for row in other_languages.settled(session, bulletin) if row.letter_id}
        made = outbox.enqueue_page(session, order.letter_id, post, page, editions=editions)
        if made.last is None:
            order.cursor, order.closed_at = (until, None) if until else (order.cursor, at)
            return True
        if not order.urgent:
            newcomers.ease(session, post, after=order.cursor, last=made.last)
        order.cursor = made.last
        liaison_turn.count(session, order, post, made)
        return True

    def finish(self, session: Session, *, at: datetime) -> int:
        """Bulletins whose order is closed and whose counts add up are sent; returns how many."""
        finished = 0
        for number in session.scalars(_nearly_done().with_for_update(of=Bulletin, skip_locked=True)).all():
            bulletin = session.get_one(Bulletin, number)
            order = session.get_one(PublishingOrder, number)
            # Rows first: once none is open, the tallies no longer move.
            if outbox.open_rows(session, bulletin.batch):
                continue
            counts = tallies.of(session, bulletin.batch)
            if counts.ended != order.audience:
                repair(session, bulletin, order)
                continue
            bulletin.state, bulletin.finished_at = BulletinState.SENT.value, at
            outbox.end_batch(session, bulletin.batch, at=at)
            details = {**vars(counts), tallies.AUDIENCE: order.audience}
            ledger.write(session, Deed(PUBLISHER, "bulletin.sent", f"bulletin:{bulletin.id}"), at=at, details=details)
            finished += 1
        return finished

    def _page(
        self, session: Session, order: PublishingOrder, bulletin: Bulletin, *, limit: int, at: datetime
    ) -> tuple[Select[Any], int | None]:
        """The next recipients; with a number, nobody behind it was looked at, so that an empty page is not the end."""
        addressed = mending.addressed(session, bulletin)
        if addressed.forgotten:
            # From the beginning: who has this letter already gets no second one.
            bulletin.to_recipients_of, order.cursor = None, 0
            ledger.write(session, Deed(PUBLISHER, "bulletin.widened", f"bulletin:{bulletin.id}"), at=at)
        page = self.source.page(addressed.scope, after=order.cursor, limit=limit, at=at)
        if not addressed.scope.had:
            return page, None
        farthest = mending.farthest(session, addressed.mended)
        until = min(order.cursor + limit * LOOKED_AT, farthest)
        within = page.where(page.selected_columns.recipient_ref <= until)
        return within, until if until < farthest else None

    def _may_open(self, session: Session, bulletin: Bulletin, order: PublishingOrder, *, at: datetime) -> bool:
        if order.held:
            if order.starts_at < drill_day.midnight(at, self.town.zone):
                drill_day.lapse(session, bulletin, order, actor=PUBLISHER, at=at)
            return False
        if self._is_put_back(session, bulletin, at=at):
            return False
        return mending.may_begin(session, bulletin, due=order.starts_at, at=at)

    def _is_put_off(self, bulletin: Bulletin, order: PublishingOrder, *, at: datetime) -> bool:
        """It comes too late for its hours, or a drill for its day."""
        start = at if order.urgent else self.hours.next_opening(at)
        held = drill_day.must_be_confirmed_anew(bulletin, order, start, self.town.zone)
        if start == at and not held:
            return False
        order.starts_at = bulletin.starts_at = start
        if held:
            drill_day.hold_anew(bulletin, order)
        return True

    def _is_put_back(self, session: Session, bulletin: Bulletin, *, at: datetime) -> bool:
        """A drill that was approved before the real thing came: it needs another approval on a quiet day."""
        why = danger.why_no_drill(session, bulletin, self.town.zone, at=at)
        if not why:
            return False
        withdraw_order(session, bulletin)
        approval_marks.clear(bulletin)
        bulletin.state, bulletin.return_reason = BulletinState.RETURNED.value, why
        deed = Deed(PUBLISHER, "bulletin.returned", f"bulletin:{bulletin.id}")
        ledger.write(session, deed, at=at, details={"version": bulletin.version, "reason": why})
        return True

    def _due(self, at: datetime) -> tuple[ColumnElement[bool], ...]:
        """A drill that nobody confirmed comes up once more, when its day is over."""
        over = PublishingOrder.starts_at < drill_day.midnight(at, self.town.zone)
        free = or_(PublishingOrder.held.is_(False), over)
        return PublishingOrder.opened_at.is_(None), PublishingOrder.starts_at <= at, free

    def _open(self, session: Session, order: PublishingOrder, bulletin: Bulletin, *, at: datetime) -> None:
        order.letter_id = self._letter(session, bulletin, bulletin, Language.JAPANESE, at=at)
        for row in other_languages.settled(session, bulletin):
            row.letter_id = self._letter(session, bulletin, row, Language(row.language), at=at)
        order.opened_at = bulletin.started_at = at
        order.everyone_at = self.lead.everyone_at(bulletin, at=at)
        order.liaison_letter_id = liaison_turn.letter(session, order, self.liaisons, at=at)
        order.liaisons_closed_at = None if order.liaison_letter_id else at
        order.expires_at = at + timedelta(seconds=bulletin.expires_seconds)
        bulletin.state = BulletinState.SENDING.value
        search_index.shelve(session, bulletin)
        outbox.set_batch(session, bulletin.batch, BatchState.OPEN, at=at)
        ledger.write(session, Deed(PUBLISHER, "bulletin.started", f"bulletin:{bulletin.id}"), at=at)

    def _letter(
        self, session: Session, bulletin: Bulletin, words: Bulletin | EditionRow, language: Language, *, at: datetime
    ) -> int:
        """The number of the letter that says these words."""
        letter = Letter(
            subject=self.template.subject(language, town=self.town, subject=words.subject),
            body=words.text,
            tail="\n\n" + self.template.body(language, town=self.town, text="", me="{me}", stop="{stop}"),
            links=resident_links(self.public_url),
            unsubscribe=True,
        )
        return outbox.write_letter(session, letter, batch=bulletin.batch, at=at)


def repair(session: Session, bulletin: Bulletin, order: PublishingOrder) -> None:
    """The rows are the truth: tallies and audience are set to what they say, and the difference is reported."""
    truth = outbox.recount(session, bulletin.batch)
    counted = tallies.of(session, bulletin.batch)
    by = {state.value: truth.get(state, 0) - getattr(counted, state.value) for state in State if state != State.QUEUED}
    by[tallies.AUDIENCE] = sum(truth.values()) - counted.audience
    tallies.add(session, tallies.REPAIR, [tallies.Change(bulletin.batch, "", by)])
    order.audience = sum(truth.values())
    log.error("the counts of bulletin %d did not add up and were set right: %s", bulletin.id, by)


def _open(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Those that have begun and want more now; while liaisons are ahead, all others wait."""
    everyone = func.coalesce(PublishingOrder.everyone_at, PublishingOrder.opened_at) <= at
    turn = or_(PublishingOrder.liaisons_closed_at.is_(None), everyone)
    return PublishingOrder.opened_at.is_not(None), PublishingOrder.closed_at.is_(None), turn


def _nearly_done() -> Select[tuple[int]]:
    return (
        select(Bulletin.id)
        .join(PublishingOrder, PublishingOrder.bulletin_id == Bulletin.id)
        .where(Bulletin.state == BulletinState.SENDING, PublishingOrder.closed_at.is_not(None))
    )
