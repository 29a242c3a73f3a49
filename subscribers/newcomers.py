"""Newcomers: addresses that came from an older system and to which we have not written yet.

Of an old list some addresses are dead, and nobody knows how many. Carriers take a sudden rise of unknown recipients for
the sign of a spammer. So the first letters to newcomers go out in waves, a few of each domain first: what is wrong with
a domain shows itself, and the breaker stops it (mailer/breaker.py), before all of its letters are on their way.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, delete, func, insert, literal, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation import row_sets
from foundation.database import Base, RowId
from mailer import outbox
from mailer.outbox import Post
from mailer.outbox_tables import OutboxRow
from subscribers.tables import Subscriber

FIRST_WAVE = 60  # of one domain; more than the 50 attempts after which the breaker has an opinion
GROWTH = 3  # times as many as the wave before
LARGEST_WAVE = 10_000
GAP = timedelta(minutes=2)  # between two waves of a bulletin, in which refusals are heard and weighed
STILL_NEW = timedelta(hours=1)  # a second bulletin within it goes in waves too
_MANY_DOMAINS = 20_000


class NewcomerRow(Base):
    """`rank` is the place in the queue of its domain, from 0. Those who were written to at `tried_at` are newcomers for
    a little while longer."""

    __tablename__ = "newcomers"

    subscriber_id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    import_id: Mapped[int] = mapped_column(index=True)
    rank: Mapped[int]
    tried_at: Mapped[datetime | None] = mapped_column(index=True)


def wave(rank: int) -> int:
    """Which wave, from 0, the letter to that place in a domain's queue belongs to: 60 go at once, then 180, 540 …"""
    size, number = FIRST_WAVE, 0
    while rank >= size and size < LARGEST_WAVE:
        rank -= size
        size = min(size * GROWTH, LARGEST_WAVE)
        number += 1
    return number + rank // size


class Ranks:
    """Gives each address its place in the queue of its domain."""

    def __init__(self, known: Mapping[str, int] | None = None) -> None:
        self._next = Counter(known or {})

    @classmethod
    def of(cls, session: Session, import_id: int) -> "Ranks":
        """As far as that import had come."""
        highest = (
            select(Subscriber.domain, func.max(NewcomerRow.rank) + 1)
            .join(NewcomerRow, NewcomerRow.subscriber_id == Subscriber.id)
            .where(NewcomerRow.import_id == import_id)
            .group_by(Subscriber.domain)
        )
        return cls({str(domain): int(number) for domain, number in session.execute(highest)})

    def take(self, domain: str) -> int:
        if domain not in self._next and len(self._next) >= _MANY_DOMAINS:
            # A domain of a handful of people may begin again.
            self._next = Counter({name: number for name, number in self._next.items() if number >= FIRST_WAVE})
        rank = self._next[domain]
        self._next[domain] += 1
        return rank


def add(session: Session, import_id: int, ranked: Sequence[tuple[int, int]], *, tried_at: datetime | None) -> None:
    """`ranked` are subscribers' numbers with their ranks."""
    if ranked:
        given = row_sets.given(session, "ranked", {"number": BigInteger(), "rank": BigInteger()}, ranked)
        import_, tried = literal(import_id, BigInteger()), literal(tried_at, NewcomerRow.tried_at.type)
        values = select(given.c.number, import_, given.c.rank, tried)
        columns = ["subscriber_id", "import_id", "rank", "tried_at"]
        row_sets.changed(session, insert(NewcomerRow).from_select(columns, values))


def by_wave(ranked: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """Numbers by their wave."""
    found: dict[int, list[int]] = {}
    for number, rank in ranked:
        found.setdefault(wave(rank), []).append(number)
    return found


def ease(session: Session, post: Post, *, after: int, last: int) -> None:
    """Of the letters just put in to subscribers behind `after` and up to `last`, those to newcomers wait for their
    wave; never beyond half of the time in which they are of use."""
    new = or_(NewcomerRow.tried_at.is_(None), NewcomerRow.tried_at > post.at - STILL_NEW)
    these = NewcomerRow.subscriber_id > after, NewcomerRow.subscriber_id <= last, new
    # Nearly always there is none: that is found out by a look at one row.
    if session.scalar(select(NewcomerRow.subscriber_id).where(*these).limit(1)) is None:
        return
    found = session.execute(
        select(OutboxRow.id, NewcomerRow.rank, NewcomerRow.subscriber_id)
        .select_from(NewcomerRow)
        .join(Subscriber, Subscriber.id == NewcomerRow.subscriber_id)
        .join(OutboxRow, (OutboxRow.once_key == post.once_key) & (OutboxRow.address == Subscriber.address))
        .where(*these)
    ).all()
    longest = (post.expires_at - post.at) / 2
    for number, letters in by_wave((letter, rank) for letter, rank, _ in found).items():
        if number:
            outbox.put_off(session, letters, until=post.at + min(delay(number, GAP), longest))
    if found:
        who = row_sets.given(session, "who", {"id": BigInteger()}, [(subscriber,) for _, _, subscriber in found])
        untried = NewcomerRow.subscriber_id.in_(select(who.c.id)), NewcomerRow.tried_at.is_(None)
        row_sets.changed(session, update(NewcomerRow).where(*untried).values(tried_at=post.at))


def forget(session: Session, *, tried_before: datetime) -> None:
    """They have had their letters, and are subscribers like all others."""
    session.execute(delete(NewcomerRow).where(NewcomerRow.tried_at < tried_before))


def delay(number: int, gap: timedelta) -> timedelta:
    """How long after the first wave the wave with that number goes."""
    return number * gap
