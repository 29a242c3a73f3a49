"""Keeping: each second a sender looks after what it holds, and after rows that need no wire."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from foundation.database import Database
from mailer import claims, endings, roll
from mailer.hand import Hand, Place
from mailer.trays import Desk

RENEWED_BEFORE = timedelta(seconds=15)  # its end
BEAT_SECONDS = 20.0  # of a sender that holds nothing
CUT_OFF_SECONDS = 5.0
UNPARKED_AT_ONCE = 2000


@dataclass(frozen=True)
class _Kept:
    """`wanted` is what may still be offered."""

    wanted: frozenset[int]
    senders: int | None = None


class Keeper:
    """For one sender; `keep` is called each second, and whenever a lease may have run out."""

    def __init__(self, name: str, database: Database, hand: Hand, desk: Desk) -> None:
        self._name = name
        self._database = database
        self._hand = hand
        self._desk = desk
        self._trouble: str | None = None
        self._told: tuple[str | None, float] = (None, float("-inf"))
        self._cut_off_since: float | None = None
        self._parked_by: object = None
        self._keeping = asyncio.Lock()
        self.senders = 1
        self.lost_touch = False  # a transaction may have been written though we were told that it was not

    @property
    def cut_off(self) -> bool:
        """No relay has taken a letter for a while: other senders may have one that does."""
        since = self._cut_off_since
        return since is not None and time.monotonic() - since > CUT_OFF_SECONDS

    def look_at(self, troubles: Mapping[str, str], relays: Collection[str]) -> None:
        self._trouble = " / ".join(f"{relay}: {why}" for relay, why in sorted(troubles.items())) or None
        if not relays or set(relays) - set(troubles):
            self._cut_off_since = None
        elif self._cut_off_since is None:
            self._cut_off_since = time.monotonic()

    async def keep(self, *, at: datetime, lease_at: datetime) -> None:
        """Renews leases, puts down what is no longer wanted, ends what needs no wire, tells that we live."""
        async with self._keeping:
            held = list(self._hand)
            renew = any(each.lease_until <= lease_at + RENEWED_BEFORE for each in held)
            kept = await asyncio.to_thread(self._work, [each.row.id for each in held], renew, at, lease_at)
            self.senders = kept.senders or self.senders
            for each in held:
                if each.row.id in kept.wanted:
                    each.lease_until = lease_at + claims.LEASE if renew else each.lease_until
                elif each.row.id in self._hand:
                    self._desk.drop(each.row.id)
            if self.cut_off:
                for each in held:
                    if each.place is Place.WAITING:
                        self._desk.drop(each.row.id)

    def _work(self, ids: Sequence[int], renew: bool, at: datetime, lease_at: datetime) -> _Kept:  # noqa: FBT001 -- handed on by position
        if not ids and not self._anything(at, lease_at):
            return _Kept(frozenset())
        with self._database.write() as session:
            wanted = claims.keep(session, self._name, ids, at=lease_at, renew=renew)
            if self.lost_touch:
                claims.give_back(session, self._name, but=ids)
            endings.settle(session, self._name, at=at, lease_at=lease_at)
            self._unpark(session)
            senders = roll.beat(session, self._name, self._trouble, at=lease_at)
        self.lost_touch = False
        self._told = (self._trouble, time.monotonic())
        return _Kept(frozenset(wanted), senders=senders)

    def _anything(self, at: datetime, lease_at: datetime) -> bool:
        """Reads only, so that an idle service writes nothing but a beat now and then."""
        trouble, told = self._told
        if self.lost_touch or trouble != self._trouble or time.monotonic() - told > BEAT_SECONDS:
            return True
        with self._database.read() as session:
            parked = claims.barriers(session) != self._parked_by and claims.any_parked(session)
            return parked or endings.anything_to_end(session, at=at, lease_at=lease_at)

    def _unpark(self, session: Session) -> None:
        """Parked rows are looked at only after something that stood in their way has changed."""
        barriers = claims.barriers(session)
        if barriers != self._parked_by and not claims.unpark(session, limit=UNPARKED_AT_ONCE):
            self._parked_by = barriers
