"""One connection to a mailbox on an IMAP server: looks, fetches, marks, waits. It never deletes, and knows no database.

Of imap-tools it uses what connects, signs in, selects and polls. Its `flag` is not used: it expunges, and with that
deletes what somebody else has marked as deleted. Nor is its `idle` to begin and end with: it overlooks a refusal.
"""

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, UnexpectedCommandStatusError

from foundation.imap_account import ImapAccount, ImapSecurity

KEYWORD = "$HanshoStored"
SEEN = "\\Seen"
FLAGGED = "\\Flagged"
# The lost line is found within this.
ANSWER_SECONDS = 20.0
# RFC 2177 wants an IDLE to be renewed within 29 minutes; routers forget a silent line much sooner.
IDLE_SECONDS = 240.0
# A server without IDLE is asked so often.
POLL_SECONDS = 30.0
# RFC 2683 section 3.2.1.5 wants commands of 1000 octets at most.
UIDS_A_COMMAND = 80
# How long waiting goes on after it was told to stop, at most.
LOOK_SECONDS = 0.5

LOST = (OSError, imaplib.IMAP4.error, ImapToolsError)
# Unlike any of imaplib's, which end in a number.
_IDLE_TAG = b"IDLING"
_UID = re.compile(rb"\bUID (\d+)")
_RECEIVED = re.compile(rb'\bINTERNALDATE "([^"]*)"')
_UNAVAILABLE = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT)\]", re.IGNORECASE)


class Unwelcome(Exception):
    """The server does not let us do what we must; trying again soon is no use."""


class ImapMailbox:
    """A connection; the other methods serve once `sign_in` has returned. Each may raise one of LOST."""

    def __init__(self, account: ImapAccount, tls: ssl.SSLContext | None) -> None:
        self._account = account
        self._box = _connected(account, tls)
        self._client = self._box.client
        self._idles = False
        self.mark = SEEN
        self.uid_validity = ""  # makes a UID unique

    def sign_in(self) -> None:
        """And selects the mailbox. Raises Unwelcome."""
        _sign_in(self._box, self._account)
        self.mark = self._select(self._account.mailbox)
        self.uid_validity = _words(self._client.response("UIDVALIDITY")[1])
        self._idles = "IDLE" in _words(self._client.capability()[1])

    def unmarked(self) -> list[int]:
        """UIDs of what nobody has marked, oldest first."""
        wanted = "UNSEEN" if self.mark == SEEN else f"UNKEYWORD {self.mark}"
        return sorted(int(uid) for uid in self._box.uids(wanted, charset=None))

    def received(self, uids: Sequence[int]) -> dict[int, datetime]:
        """When each came into the mailbox, or into the one that it was moved from (INTERNALDATE). Those of which the
        server does not say so are missing."""
        moments: dict[int, datetime] = {}
        for some in _commands_for(uids):
            for item in self._ask("FETCH", some, "(UID INTERNALDATE)"):
                line = item if isinstance(item, bytes) else b""
                uid, moment = _UID.search(line), _moment(_RECEIVED.search(line))
                if uid is not None and moment is not None:
                    moments[int(uid[1])] = moment
        return moments

    def fetch(self, uid: int, *, most: int) -> bytes | None:
        """At most so many octets, which leaves it unseen; None for a message that is no longer there."""
        found = self._ask("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{most}>)")
        for item in found:
            if isinstance(item, tuple) and b"BODY[]" in item[0]:
                return bytes(item[1])
        # A message without a single octet comes as a string, not as a literal.
        return b"" if any(isinstance(item, bytes) and b"BODY[]" in item for item in found) else None

    def set_mark(self, *uids: int, is_flagged: bool = False) -> None:
        """`is_flagged` shows it to whoever opens the mailbox with a mail program."""
        for some in _commands_for(uids):
            self._ask("STORE", some, "+FLAGS.SILENT", f"({self.mark})")
            if is_flagged:
                self._ask("STORE", some, "+FLAGS.SILENT", f"({FLAGGED})")

    def wait(self, is_over: Callable[[], bool], *, is_short: bool = False) -> None:
        """Until something may have come: by IDLE where the server bears it, else for a while. `is_short`: for no
        longer than that by IDLE either."""
        if self._idles:
            self._idles = self._idle(is_over, POLL_SECONDS if is_short else IDLE_SECONDS)
            if self._idles:
                return
        end = time.monotonic() + POLL_SECONDS
        while not is_over() and time.monotonic() < end:
            time.sleep(LOOK_SECONDS)
        self._client.noop()  # the command at which a server looks for what is new

    def leave(self) -> None:
        """Says goodbye, but does not wait long for the answer."""
        with suppress(*LOST):
            self._client.socket().settimeout(LOOK_SECONDS)
            self._box.logout()
        with suppress(*LOST):
            self._client.shutdown()

    def cut(self) -> None:
        """Whoever waits for an answer, in whichever thread, is told at once that the line is gone."""
        with suppress(*LOST):
            self._client.socket().shutdown(socket.SHUT_RDWR)

    def _idle(self, is_over: Callable[[], bool], seconds: float) -> bool:
        """False when the server refuses it or ends it by itself."""
        idle: Any = self._box.idle  # `poll` has no types
        self._client.send(_IDLE_TAG + b" IDLE\r\n")
        lines = self._lines_until(b"+")
        if not _are_answered(lines):
            end = time.monotonic() + seconds
            # More than the word that it has begun is news.
            lines = lines[:-1] + self._waiting_lines()
            is_open = True
            while is_open and not lines and not is_over() and time.monotonic() < end:
                began = time.monotonic()
                lines = idle.poll(LOOK_SECONDS)
                # Waking up early with nothing in hand is how a closed line shows; the DONE below meets it.
                is_open = bool(lines) or time.monotonic() - began > LOOK_SECONDS / 2
        if _are_answered(lines):
            return False
        self._client.send(b"DONE\r\n")
        self._lines_until(_IDLE_TAG)
        return True

    def _lines_until(self, beginning: bytes) -> list[bytes]:
        """To the one that begins so, or to the answer to IDLE."""
        lines: list[bytes] = []
        while not lines or not lines[-1].startswith((beginning, _IDLE_TAG)):
            line = self._client.readline()
            if not line:
                raise imaplib.IMAP4.abort("the line is closed")
            lines.append(line)
        return lines

    def _waiting_lines(self) -> list[bytes]:
        """What came in one piece with the word that IDLE has begun lies in the reader, where no poll sees it."""
        line = self._client.socket()
        line.settimeout(0)
        lines: list[bytes] = []
        try:
            while found := self._client.readline():
                lines.append(found)
        except OSError:
            pass
        finally:
            line.settimeout(ANSWER_SECONDS)
        return lines

    def _select(self, name: str) -> str:
        """Returns the flag to mark with: a keyword of our own where the server keeps such, else \\Seen."""
        try:
            self._box.folder.set(name)
        except (imaplib.IMAP4.readonly, UnexpectedCommandStatusError):
            raise Unwelcome("the mailbox cannot be opened for writing: is its name right?") from None
        kept = _words(self._client.response("PERMANENTFLAGS")[1])
        if "\\*" in kept or KEYWORD.lower() in kept.lower():
            return KEYWORD
        if not kept or SEEN.lower() in kept.lower():
            return SEEN
        raise Unwelcome("messages cannot be marked in the mailbox")

    def _ask(self, *command: str) -> Sequence[Any]:
        status, found = self._client.uid(*command)
        if status != "OK":
            raise UnexpectedCommandStatusError((status, found), "OK")
        return [item for item in found if item is not None]


def _connected(account: ImapAccount, tls: ssl.SSLContext | None) -> BaseMailBox:
    match account.security:
        case ImapSecurity.TLS:
            return MailBox(account.host, account.port, timeout=ANSWER_SECONDS, ssl_context=tls)
        case ImapSecurity.STARTTLS:
            return MailBoxStartTls(account.host, account.port, timeout=ANSWER_SECONDS, ssl_context=tls)
        case ImapSecurity.CLEAR:
            return MailBoxUnencrypted(account.host, account.port, timeout=ANSWER_SECONDS)


def _sign_in(box: BaseMailBox, account: ImapAccount) -> None:
    """What the server says in answer is not passed on: it may hold the user's name."""
    sign_in = box.login if (account.user + account.password).isascii() else box.login_utf8
    try:
        sign_in(account.user, account.password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnexpectedCommandStatusError) as refusal:
        if _UNAVAILABLE.search(str(refusal)):
            raise
        raise Unwelcome("user or password is refused") from None


def _commands_for(uids: Sequence[int]) -> Iterator[str]:
    for first in range(0, len(uids), UIDS_A_COMMAND):
        yield ",".join(str(uid) for uid in uids[first : first + UIDS_A_COMMAND])


def _moment(found: re.Match[bytes] | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(found[1].decode("ascii")) if found else None
    except (ValueError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def _are_answered(lines: Sequence[bytes]) -> bool:
    return any(line.startswith(_IDLE_TAG) for line in lines)


def _words(answer: Sequence[bytes | None]) -> str:
    return b" ".join(part for part in answer if part).decode("ascii", errors="replace")
