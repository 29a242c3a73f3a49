"""Progress: how far a bulletin has come, how fast, and why it stands still; never by counting rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from bulletins.life import BulletinState
from bulletins.tables import Bulletin, PublishingOrder
from mailer import domain_paces, domain_pauses, roll, tallies
from mailer.delivery_hours import DeliveryHours
from mailer.tallies import Counts

WINDOW = timedelta(seconds=10)  # the pace is that of these last seconds
FORGOTTEN = timedelta(seconds=60)  # a reading older than this says nothing about the pace of now
STILL = timedelta(seconds=8)  # without a letter for this long, it stands still
SHORTEST = timedelta(seconds=1)  # two readings nearer than this say more about their moments than about the pace


@dataclass(frozen=True)
class Progress:
    """`audience` is how many letters were made so far; sent + failed + suppressed + expired = audience at the end."""

    audience: int
    queued: int
    counts: Counts
    fanned_out: bool

    @property
    def not_reached(self) -> int:
        return self.counts.not_reached


@dataclass(frozen=True)
class Reading:
    """How many letters had ended at one moment, in all and of each domain."""

    at: datetime
    ended: int
    by_domain: Mapping[str, int] = field(default_factory=dict)


class Standstill(StrEnum):
    """Why nothing moves, and so nobody can say how long it will take."""

    HALTED = "halted"  # a person pressed the button
    LEAD = "lead"  # the liaisons have it, and all others wait for their turn
    CLOSED = "closed"  # outside the delivery hours, until the next opening
    RETRIES = "retries"  # what is left was put off by its servers and waits for its next try
    TROUBLE = "trouble"  # the senders cannot hand letters over
    PAUSED = "paused"  # a domain waits for a person's verdict
    HELD = "held"  # a receiving system asked for patience
    STILL = "still"  # none of these, and yet no letter has ended for a while


@dataclass(frozen=True)
class Circumstances:
    """What the database and the hours say besides the counts. `paused` are domains to which no bulk goes, `held` the
    receiving systems that are left alone and until when; `trouble` is what keeps senders from handing letters over.
    `lead_until` is when all but the liaisons begin, where that is to come."""

    state: BulletinState
    may_travel: bool
    paused: tuple[str, ...] = ()
    held: Mapping[str, datetime] = field(default_factory=dict)
    trouble: str = ""
    lead_until: datetime | None = None


def progress(session: Session, bulletin: Bulletin) -> Progress:
    order = session.get(PublishingOrder, bulletin.id)
    counts = tallies.of(session, bulletin.batch)
    audience = order.audience if order else 0
    queued = max(0, audience - counts.ended - counts.deferred)
    return Progress(audience, queued, counts, fanned_out=bool(order and order.closed_at))


def circumstances(session: Session, bulletin: Bulletin, hours: DeliveryHours, *, at: datetime) -> Circumstances:
    """Reads what stands in the way; urgent bulletins know neither hours nor pauses."""
    urgent = bulletin.urgent
    ahead = (PublishingOrder.bulletin_id == bulletin.id, PublishingOrder.closed_at.is_(None))
    everyone = session.scalar(select(PublishingOrder.everyone_at).where(*ahead, PublishingOrder.everyone_at > at))
    return Circumstances(
        state=BulletinState(bulletin.state),
        may_travel=urgent or _within(hours, bulletin.started_at, at=at),
        paused=() if urgent else tuple(sorted(domain_pauses.paused_domains(session))),
        held=domain_paces.held(session, at=at),
        trouble="／".join(sorted(set(roll.troubles(session, at=at).values()))),
        lead_until=everyone,
    )


def noted(before: Sequence[Reading], now: Reading) -> tuple[Reading, ...]:
    """The readings with one more, oldest first; those that no longer tell the pace are dropped.

    A count that fell (sent again) or a clock that was set back begins anew.
    """
    if not before or now.ended < before[-1].ended or now.at < before[-1].at:
        return (now,)
    earlier = [reading for reading in before if reading.at < now.at]
    recent = [reading for reading in earlier if now.at - reading.at <= WINDOW]
    if not recent:
        recent = [reading for reading in earlier[-1:] if now.at - reading.at <= FORGOTTEN]
    return (*recent, now)


def rate(readings: Sequence[Reading], domain: str | None = None) -> float | None:
    """Letters a second, in all or of one domain; None until two readings lie a second apart."""
    if not readings or readings[-1].at - readings[0].at < SHORTEST:
        return None
    ended = _ended(readings[-1], domain) - _ended(readings[0], domain)
    return max(0, ended) / (readings[-1].at - readings[0].at).total_seconds()


def time_left(found: Progress, letters_a_second: float | None) -> timedelta | None:
    """Until every letter has had its first try; None while the audience still grows or nothing moves."""
    if not found.fanned_out:
        return None
    if not found.queued:
        return timedelta(0)
    return timedelta(seconds=found.queued / letters_a_second) if letters_a_second else None


def standstill(found: Progress, readings: Sequence[Reading], around: Circumstances) -> Standstill | None:
    """None while it moves, or while it is too early to say that it does not."""
    if around.state is BulletinState.HALTED:
        return Standstill.HALTED
    left = found.queued + found.counts.deferred
    if around.state is not BulletinState.SENDING or (found.fanned_out and not left):
        return None
    if not around.may_travel or (around.lead_until is not None and not left):
        return Standstill.LEAD if around.may_travel else Standstill.CLOSED
    quiet_for = readings[-1].at - readings[0].at if readings else timedelta(0)
    moves = bool(readings) and readings[-1].ended > readings[0].ended
    if around.trouble and not moves:
        return Standstill.TROUBLE
    if found.fanned_out and not found.queued:
        return Standstill.RETRIES
    if moves or quiet_for < STILL:
        return None
    if around.paused:
        return Standstill.PAUSED
    return Standstill.HELD if around.held else Standstill.STILL


def _ended(reading: Reading, domain: str | None) -> int:
    return reading.ended if domain is None else reading.by_domain.get(domain, 0)


def _within(hours: DeliveryHours, begun: datetime | None, *, at: datetime) -> bool:
    """Open, or in the grace of the hours in which it began."""
    if hours.is_open(at):
        return True
    span = hours.span_in_grace(at)
    return span is not None and begun is not None and span[0] <= begun < span[1]
