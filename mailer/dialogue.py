"""The dialogue: what a line and either way of speaking SMTP on its open connection know of each other."""

from dataclasses import dataclass
from typing import Protocol

from mailer.courier import Envelope, Outcome
from mailer.relay_verdict import Trouble

QUIT_SECONDS = 2.0  # that the answer to a goodbye is waited for


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a relay may take, in seconds; RFC 5321 section 4.5.3.2 names the least."""

    opening: float = 30.0  # to connect, to greet, and for each step until the sign-in is done
    answer: float = 300.0  # to MAIL, RCPT and DATA
    end: float = 600.0  # to the final dot
    idle: float = 60.0  # before we say goodbye: relays drop those who stay longer
    first_probe: float = 1.0
    longest_probe: float = 30.0


class Desk(Protocol):
    """The tray as a dialogue sees it: `take` also gives nothing when this line should leave letters to others."""

    def take(self) -> Envelope | None: ...

    def may_go(self, envelope: Envelope, /) -> bool: ...

    def ended(self, envelope: Envelope, outcome: Outcome, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Rest:
    """Why a dialogue came to rest: the desk gave nothing more, or there was trouble. `unsent` was taken and has not
    ended; `was_first` when it was the connection's first letter."""

    trouble: Trouble | None = None
    unsent: Envelope | None = None
    was_first: bool = False


QUIET = Rest()


class Dialogue(Protocol):
    """One open connection, signed in."""

    @property
    def is_open(self) -> bool: ...

    async def serve(self, first: Envelope, desk: Desk) -> Rest:
        """Sends this letter and what the desk gives, until it gives nothing or the connection is over."""
        ...

    async def quit(self) -> None:
        """Says goodbye and closes; never raises for what servers do."""
        ...

    def drop(self) -> None:
        """Closes without a word."""
        ...
