"""Keeping: each second a sender looks after what it holds, and after rows that need no wire."""

import asyncio
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from foundation.database import Database
from mailer import claims, clock_leap, endings, roll
from mailer.claims import Claimed
from mailer.clock_leap import Leap, LeapWatch
from mailer.gate import HORIZON
from mailer.hand import Hand, Place
from mailer.lease_clock import LeaseClock
from mailer.trays import Desk

RENEWED_BEFORE = timedelta(seconds=15)  # its end
BEAT_SECONDS = 20.0  # of a sender that holds nothing
CUT_OFF_SECONDS = 5.0
UNPARKED_AT_ONCE = 2000
SWEPT_EACH_SECONDS = 15.0  # what was parked just while its batch was resumed


@dataclass(frozen=True)
class _Now:
    """One keeping: by the clock, by that of the leases, and what the clock did since the last one."""

    at: datetime
    lease_at: datetime
    renew: bool
    leap: Leap


@dataclass(frozen=True)
class _Kept:
    """`wanted` is what may still be offered; `more` may be done at once."""

    wanted: frozenset[int]
    senders: int | None = None
    more: bool = False


class Keeper:
    """For one sender; `keep` is called each second, and whenever a lease may have run out. Whoever claims has the
    `turn` meanwhile, so that nothing is in the hand and not in the database, or the reverse, while we look."""

    def __init__(self, name: str, database: Database, hand: Hand, desk: Desk, leases: LeaseClock) -> None:
        self._name = name
        self._database = database
        self._hand = hand
        self._desk = desk
        self._leases = leases
        self._trouble: str | None = None
        self._told: tuple[str | None, float] = (None, float("-inf"))
        self._cut_off_since: float | None = None
        self._parked_by: object = None
        self._swept = float("-inf")
        self._to_ask_with: set[int] = set()
        self._leaps = LeapWatch()
        self.turn = asyncio.Lock()
        self.senders = 1
        self.has_more = False
        self.lost_touch = False  # a transaction may have been written though we were told that it was not

    @property
    def cut_off(self) -> bool:
        """No relay has taken a letter for a while: other senders may have one that does."""
        since = self._cut_off_since
        return since is not None and time.monotonic() - since > CUT_OFF_SECONDS

    def asks_with(self, rows: Iterable[int]) -> None:
        """What was just taken is for asking a relay whether it serves again, if none does."""
        self._to_ask_with = set(rows) or self._to_ask_with if self.cut_off else set()

    def look_at(self, troubles: Mapping[str, str], relays: Collection[str]) -> None:
        """What keeps relays from taking letters; once a second or more often."""
        self._trouble = " / ".join(f"{relay}: {why}" for relay, why in sorted(troubles.items())) or None
        if not relays or set(relays) - set(troubles):
            self._cut_off_since = None
        elif self._cut_off_since is None:
            self._cut_off_since = time.monotonic()
        self._desk.gives_back = self.cut_off

    def begin(self, at: datetime) -> None:
        """Before any letter leaves: from now on a clock that is set back is noticed."""
        self._leaps.look(at)

    async def keep(self, at: datetime) -> None:
        """Renews leases, puts down what is no longer wanted, ends what needs no wire, tells that we live."""
        async with self.turn:
            held = list(self._hand)
            lease_at = self._leases.now()
            renew = any(not RENEWED_BEFORE < each.lease_until - lease_at <= claims.LEASE for each in held)
            now = _Now(at, lease_at, renew, self._leaps.look(at))
            kept = await asyncio.to_thread(self._work, [each.row.id for each in held], now)
            self.senders, self.has_more = kept.senders or self.senders, kept.more
            for each in held:
                if each.row.id in kept.wanted:
                    each.lease_until = lease_at + claims.LEASE if renew else each.lease_until
                else:
                    self._desk.drop(each.row.id)
            for each in held:
                is_stuck = self.cut_off and each.row.id not in self._to_ask_with
                if each.place is Place.WAITING and (is_stuck or _is_idle(each.row, at)):
                    self._desk.drop(each.row.id)

    def _work(self, ids: Sequence[int], now: _Now) -> _Kept:
        if not ids and not self._anything(now):
            return _Kept(frozenset())
        if now.leap is Leap.BACK:
            clock_leap.recall_all(self._database, at=now.at)
        with self._database.write() as session:
            wanted = claims.keep(session, self._name, ids, at=now.lease_at, renew=now.renew)
            if self.lost_touch:
                claims.give_back(session, self._name, but=ids)
            if now.leap is Leap.SHORTLY_BEFORE:
                clock_leap.recall(session, at=now.at)
            ended = endings.settle(session, self._name, at=now.at, lease_at=now.lease_at) if self._leases.settled else 0
            more = self._unpark(session) or ended >= endings.LIMIT
            senders = roll.beat(session, self._name, self._trouble, at=self._leases.calendar())
        self.lost_touch = False
        self._leaps.mended()
        self._told = (self._trouble, time.monotonic())
        return _Kept(frozenset(wanted), senders=senders, more=more)

    def _anything(self, now: _Now) -> bool:
        """Reads only, so that an idle service writes nothing but a beat now and then."""
        trouble, told = self._told
        if self.lost_touch or trouble != self._trouble or time.monotonic() - told > BEAT_SECONDS:
            return True
        if now.leap is Leap.BACK:
            return True
        with self._database.read() as session:
            parked = self._may_unpark(claims.barriers(session)) and claims.any_parked(session)
            leapt = now.leap is not Leap.NONE and clock_leap.anything_ahead(session, at=now.at)
            return parked or leapt or endings.anything_to_end(session, at=now.at, lease_at=now.lease_at)

    def _may_unpark(self, barriers: object) -> bool:
        return barriers != self._parked_by or time.monotonic() - self._swept > SWEPT_EACH_SECONDS

    def _unpark(self, session: Session) -> bool:
        """Parked rows are looked at after something that stood in their way has changed, and now and then, since a
        sender may have parked some of a batch that was being resumed. True when there may be more."""
        barriers = claims.barriers(session)
        if not self._may_unpark(barriers):
            return False
        if claims.unpark(session, limit=UNPARKED_AT_ONCE):
            return True
        self._parked_by, self._swept = barriers, time.monotonic()
        return False


def _is_idle(row: Claimed, at: datetime) -> bool:
    """Too late by now, or for a moment that was given by a clock which was set back since."""
    return row.expires_at <= at or (row.not_before is not None and row.not_before > at + 2 * HORIZON)
