"""The door for mail by IMAP: fetches from a mailbox of ours, stores, and only then marks; it never deletes.

A crash between storing and marking makes the next turn fetch the mail again, and the store knows it.
"""

import asyncio
import logging
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError, StatementError

from foundation.imap_account import ImapAccount, ImapSecurity
from mailer import inbound
from mailer.door import MOST_RECIPIENTS, SIZE_LIMIT, DoorKeeper
from mailer.imap_mailbox import LOST, ImapMailbox, Unwelcome
from mailer.inbound import Incoming
from mailer.trace_headers import recipients_of, sender_of

log = logging.getLogger(__name__)

MOST_A_TURN = 30
# The store forgets what was worked off a day later. So whatever becomes of the marks (a mailbox is restored or moved, a
# server stops or begins to keep keywords), nothing is acted on twice, nor for the first time long after it was written.
OLDEST_TAKEN = timedelta(days=6)
LONGEST_GAP = 60.0
# A password that is wrong stays wrong until a person mends it, and servers lock out whoever tries too often.
UNWELCOME_GAP = 300.0
# Within this the thread ends politely; then its line is cut.
POLITE_SECONDS = 1.0
CUT_SECONDS = 0.5


class TooLarge(Exception):
    """The message is larger than 1 MiB."""


class ImapDoor:
    """Serves until told to stop. All talk with the server and the database is done in one thread of its own, which is
    left behind if it hangs: what it has not stored is not marked."""

    def __init__(self, keeper: DoorKeeper, account: ImapAccount, *, tls: ssl.SSLContext | None = None) -> None:
        if tls is None and account.security is not ImapSecurity.CLEAR:
            tls = ssl.create_default_context()
        self._keeper = keeper
        self._account = account
        self._tls = tls
        self._stop = threading.Event()
        self._mailbox: ImapMailbox | None = None
        self._trouble = ""
        self._failures = 0
        self._behind_us: set[int] = set()
        # Not asked about again while this connection lasts.
        self._recent: set[int] = set()
        # How often a turn ended with this UID in hand: such a one waits until the others are served.
        self._stumbles: Counter[int] = Counter()

    async def run(self, stop: asyncio.Event) -> None:
        """Calls `on_stored` in the loop that it runs in."""
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()

        def ring(bell: Callable[[], None]) -> None:
            with suppress(RuntimeError):  # the loop did not wait for us
                loop.call_soon_threadsafe(bell)

        def work() -> None:
            self._serve(lambda: ring(self._keeper.on_stored))
            ring(ended.set)

        threading.Thread(target=work, name="imap", daemon=True).start()
        try:
            await stop.wait()
        finally:
            self._stop.set()
        if not await _comes(ended, POLITE_SECONDS) and self._mailbox is not None:
            self._mailbox.cut()
            await _comes(ended, CUT_SECONDS)

    def _serve(self, on_stored: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                self._mailbox = ImapMailbox(self._account, self._tls)
                self._mailbox.sign_in()
                self._behind_us.clear()
                self._recent.clear()
                self._stay(self._mailbox, on_stored)
            except Unwelcome as refusal:
                self._tell(f"{refusal}; asked again every {UNWELCOME_GAP:.0f} s")
                self._stop.wait(UNWELCOME_GAP)
            except SQLAlchemyError as problem:
                self._tell(f"the database does not answer ({type(getattr(problem, 'orig', problem)).__name__})")
                self._pause()
            except Exception as problem:  # noqa: BLE001 -- however oddly a server answers, it is asked again
                self._tell(f"{'lost' if isinstance(problem, LOST) else 'not understood'} ({type(problem).__name__})")
                self._pause()
            finally:
                if self._mailbox is not None:
                    self._mailbox.leave()
                    self._mailbox = None

    def _stay(self, mailbox: ImapMailbox, on_stored: Callable[[], None]) -> None:
        """Until told to stop; whatever is wrong comes out as an exception."""
        while not self._stop.is_set():
            waiting = self._without_old([uid for uid in mailbox.unmarked() if uid not in self._behind_us], mailbox)
            waiting.sort(key=self._stumbles.__getitem__)
            if self._turn(mailbox, waiting[:MOST_A_TURN]):
                on_stored()
            if len(waiting) <= MOST_A_TURN:
                mailbox.wait(self._stop.is_set, is_short=bool(self._trouble))
            # Not sooner: a server that hangs up whenever we begin to wait is not well.
            self._failures = 0
            if self._trouble and not self._stop.is_set():
                log.info("mail is fetched again from %s", self._account)
                self._trouble = ""

    def _without_old(self, uids: list[int], mailbox: ImapMailbox) -> list[int]:
        """What came in too long ago is marked, but not looked at."""
        received = mailbox.received([uid for uid in uids if uid not in self._recent])
        since = self._keeper.clock.now() - OLDEST_TAKEN
        old = [uid for uid, at in received.items() if at <= since]
        mailbox.set_mark(*old)
        self._behind_us.update(old)
        if old:
            log.warning(
                "%d mails in %s came more than %d days ago: left there", len(old), self._account, OLDEST_TAKEN.days
            )
        self._recent.update(uid for uid, at in received.items() if at > since)
        return [uid for uid in uids if uid not in self._behind_us]

    def _turn(self, mailbox: ImapMailbox, uids: list[int]) -> int:
        """Returns how many were stored."""
        stored = strangers = 0
        for uid in uids:
            if self._stop.is_set():
                break
            self._stumbles[uid] += 1
            raw = mailbox.fetch(uid, most=SIZE_LIMIT + 1)
            if raw is not None:
                is_ours = self._taken_in(raw, mailbox, uid)
                stored, strangers = stored + (is_ours is True), strangers + (is_ours is False)
            # A server that forgets marks does not make us go round in circles.
            self._behind_us.add(uid)
            del self._stumbles[uid]
        if strangers:
            log.warning("%d mails in %s were to no address of ours: left there", strangers, self._account)
        return stored

    def _taken_in(self, raw: bytes, mailbox: ImapMailbox, uid: int) -> bool | None:
        """Stored, then marked. True for a mail to us, False for one to strangers, None for one set aside."""
        try:
            is_ours = self._store(raw, f"{self._account} {mailbox.uid_validity} {uid}")
        except Exception as problem:
            if _is_of_the_database(problem):
                raise
            reason = problem.__doc__ if isinstance(problem, TooLarge) else type(problem).__name__
            log.error("mail %d in %s is set aside, flagged there: %s", uid, self._account, reason)
            mailbox.set_mark(uid, is_flagged=True)
            return None
        mailbox.set_mark(uid)
        return is_ours

    def _store(self, raw: bytes, origin: str) -> bool:
        """False for a mail to nobody of ours, which is not stored. Returns after the commit."""
        if len(raw) > SIZE_LIMIT:
            raise TooLarge
        ours = [recipient for recipient in recipients_of(raw) if self._is_ours(recipient)][:MOST_RECIPIENTS]
        if ours:
            # The other doors' line ends, so that the same mail by two roads is the same.
            plain = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            mail = Incoming(sender_of(raw), tuple(ours), plain, origin=origin)
            with self._keeper.database.write() as session:
                inbound.store(session, mail, at=self._keeper.clock.now())
        return bool(ours)

    def _is_ours(self, recipient: str) -> bool:
        local, _, domain = recipient.rpartition("@")
        return domain == self._keeper.domain and self._keeper.is_wanted(local)

    def _tell(self, trouble: str) -> None:
        """Once, however long it lasts."""
        if trouble != self._trouble and not self._stop.is_set():
            self._trouble = trouble
            log.error("no mail is fetched from %s: %s", self._account, trouble)

    def _pause(self) -> None:
        self._stop.wait(gap(self._failures))
        self._failures += 1


def gap(failures: int) -> float:
    """Seconds to the next try after so many in a row that failed before this one."""
    return min(LONGEST_GAP, 2.0 ** min(failures, 10))


def _is_of_the_database(problem: Exception) -> bool:
    """An outage is nothing that the mail can be blamed for; a value that the database refuses is."""
    if isinstance(problem, DataError):
        return False
    return isinstance(problem, DBAPIError) or (
        isinstance(problem, SQLAlchemyError) and not isinstance(problem, StatementError)
    )


async def _comes(event: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
