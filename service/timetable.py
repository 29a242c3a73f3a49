"""The timetable: what happens by the clock. Every job is idempotent, so that running late or twice does no harm."""

import asyncio
import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from admin.frame import kept_forms
from admin.people import tries
from admin.writing import draft_presence
from bulletins import approval_codes
from foundation import ledger
from foundation.database import OUTAGES, why
from foundation.strides import Strides
from liaisons import candidates, circles, emptying, forward_codes, links, meeting_letters
from liaisons.voice_erasure import erase_contacts
from mailer import answer_caps, inbound, roll, tallies
from mailer.folding import Spans, fold
from mailer.reply_folding import fold_replies
from service import lease
from service.home import Home
from subscribers import growth, moved_letter, newcomers, pausing, recount, unreachable
from subscribers.erasure import erase_left
from subscribers.registration import forget_invitations

log = logging.getLogger(__name__)

MISFIRE_GRACE_SECONDS = 3600
WATCH_SECONDS = 1.0
JUMP_SECONDS = 3.0
INBOUND_KEPT = timedelta(days=7)
ASIDE_KEPT = timedelta(days=90)
INVITATIONS_KEPT = timedelta(days=7)
REPLIES_KEPT = timedelta(days=7)
SENDERS_KEPT = timedelta(days=1)
NEWCOMERS_KEPT = timedelta(days=1)
SUMMED_AFTER = timedelta(days=1)
SUMMED_AT_ONCE = 50  # batches
FOLD_SECONDS = 60.0
DAY_SECONDS = 86_400


class Timetable:
    """The clockwork of one process; of several processes, the one with the lease does the work."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._me = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self._leased_until: datetime | None = None
        self._ends = threading.Event()

    async def run(self, stop: asyncio.Event) -> None:
        scheduler = AsyncIOScheduler(timezone="UTC")
        often = ((self.finish, 1), (self.take_in, 2), (self.watch, 30), (self.count, 60))
        seldom = ((self.tidy, 600), (self.fold, 600), (self.prove, DAY_SECONDS))
        for work, seconds in (*often, *seldom):
            scheduler.add_job(
                self._guarded(work),
                "interval",
                seconds=seconds,
                id=work.__name__,
                next_run_time=self._home.clock.now(),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=MISFIRE_GRACE_SECONDS,
            )
        scheduler.start()
        try:
            await self._watch_the_clock(scheduler, stop)
        finally:
            self._ends.set()
            scheduler.shutdown(wait=True)

    async def _watch_the_clock(self, scheduler: AsyncIOScheduler, stop: asyncio.Event) -> None:
        """The scheduler plans by the wall clock: when that is set back or forth, its plans are made anew, so that an
        hour set back is not an hour in which nothing starts."""
        before, ran = self._home.clock.now(), time.monotonic()
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), WATCH_SECONDS)
            now, runs = self._home.clock.now(), time.monotonic()
            if abs((now - before).total_seconds() - (runs - ran)) > JUMP_SECONDS:
                log.warning("the clock was set; the timetable is planned anew")
                self._leased_until = None
                for job in scheduler.get_jobs():
                    job.modify(next_run_time=now)
            before, ran = now, runs

    def finish(self, at: datetime) -> None:
        """Bulletins whose counts add up are finished."""
        with self._home.database.read() as session:
            if not self._home.publisher.has_nearly_done(session):
                return
        with self._home.database.write() as session:
            self._home.publisher.finish(session, at=at)

    def watch(self, at: datetime) -> None:
        """The three-day rule draws its consequences."""
        with self._home.database.write() as session:
            stopped = self._home.watch.draw(session, at=at)
            self._home.network.silence.draw(session, at=at)
        if stopped:
            log.info("%d addresses were stopped as unreachable", len(stopped))

    def tidy(self, at: datetime) -> None:
        """What is held no longer than needed is erased."""
        with self._home.database.write() as session:
            while erase_left(session, at=at, after=self._home.settings.erase_after, circles=self._home.circles):
                pass
            while erase_contacts(session, at=at, after=self._home.settings.voice_contact_kept):
                pass
            while pausing.tidy(session, at=at):
                pass
            while emptying.forget_declined(session, at=at) or candidates.forget(session, at=at):
                pass
            links.forget(session, at=at)
            forget_invitations(session, before=at - INVITATIONS_KEPT)
            roll.forget_absent(session, before=at - SENDERS_KEPT)
            answer_caps.forget_old(session, at=at)
            inbound.forget(session, done_before=at - INBOUND_KEPT, aside_before=at - ASIDE_KEPT)
            tries.clear(session, at=at)
            kept_forms.forget(session, at=at)
            draft_presence.forget(session, at=at)
            approval_codes.forget(session, at=at)
            newcomers.forget(session, tried_before=at - NEWCOMERS_KEPT)
            moved_letter.end_batches(session, at=at)
            meeting_letters.end_batches(session, at=at)
            forward_codes.forget(session, at=at)
            self._home.network.forwarding.tidy(session, at=at)
        self._home.import_work.tidy(at=at)
        self._let_go(at)

    def _let_go(self, at: datetime) -> None:
        """Of a large circle that was closed, some at a time."""
        strides = Strides(self._home.database, self._ends.wait, seconds=FOLD_SECONDS)
        while strides.write(partial(circles.tidy, at=at, limit=strides.limit)):
            if not strides.go_on():
                return

    def fold(self, at: datetime) -> None:
        """Old letters are dropped, for at most a minute; what is left then, the next time."""
        strides = Strides(self._home.database, self._ends.wait, seconds=FOLD_SECONDS)
        fold_replies(strides, before=at - REPLIES_KEPT, watched_since=at - unreachable.MEMORY)
        spans = Spans(kept=self._home.settings.rows_kept, memory=unreachable.MEMORY)
        while strides.write(partial(tallies.sum_up, ended_before=at - SUMMED_AFTER, limit=SUMMED_AT_ONCE)):
            if not strides.go_on():
                return
        dropped = fold(strides, spans, at=at)
        if dropped:
            log.info("%d old letters were folded into their counts", dropped)

    def prove(self, at: datetime) -> None:  # noqa: ARG002 -- what was written is looked at, whenever that was
        """A ledger that somebody changed past the service is reported."""
        with self._home.database.read() as session:
            broken = ledger.first_broken(session)
        if broken is not None:
            log.error("the ledger was changed: its chain is broken at line %d; run hansho ledger verify", broken)

    def count(self, at: datetime) -> None:
        """The numbers of subscribers are kept up, and once a night compared with the register."""
        database, zone = self._home.database, self._home.town.zone
        with database.read() as session:
            due, followed = recount.is_due(session, zone, at=at), growth.is_followed(session)
        strides = Strides(database, self._ends.wait, seconds=FOLD_SECONDS)
        if due:
            recount.recount(database, at=at)
            growth.count_old_imports(database, zone, at=at)
        if not followed:
            growth.follow(strides, zone, at=at)
            recount.merge(strides)

    def take_in(self, at: datetime) -> None:  # noqa: ARG002 -- an import has moments of its own
        """Uploaded lists, on whichever machine they lie; another one's lease does not matter to them."""
        self._home.import_work.turn(self._ends.is_set)

    def _guarded(self, work: Callable[[datetime], None]) -> Callable[[], None]:
        def job() -> None:
            at = self._home.clock.now()
            try:
                if work == self.take_in or self._holds_lease(at):
                    work(at)
            except OUTAGES as problem:
                log.warning("the database does not answer (%s)", why(problem))

        return job

    def _holds_lease(self, at: datetime) -> bool:
        """Asked of the database only every few seconds."""
        until = self._leased_until
        if until is not None and at < until <= at + lease.LIFE / 2:
            return True
        with self._home.database.write() as session:
            mine = lease.take(session, "timetable", self._me, at=at)
        self._leased_until = at + lease.LIFE / 2 if mine else None
        return mine
