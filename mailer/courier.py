"""The courier: the port by which a letter leaves, and what may come of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, Protocol

from mailer.bounce_report.bounce_class import BounceClass


class Envelope(NamedTuple):
    """One letter on its way; `number` is the outbox row."""

    number: int
    sender: str
    recipient: str  # quoted for the wire where needed
    domain: str
    octets: bytes
    is_dotless: bool = False  # whoever wrote it knows that no line begins with a dot


class Delivered(NamedTuple):
    """The next server answered 250 after the final dot."""

    reply: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """It failed for now; `hint` is the patience the server asked for. With `unanswered` the whole content was out and
    nothing was said to it: it may have arrived."""

    reply: str
    hint: timedelta | None = None
    bounce_class: BounceClass = BounceClass.UNKNOWN
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The recipient or the letter was refused for good."""

    reply: str
    bounce_class: BounceClass
    counted: bool


@dataclass(frozen=True, slots=True)
class NotTried:
    """Our own fault or the relay's: nothing was offered, no letter fails, a person may have to act."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Not offered after all: the recipient left, or the batch was halted or withdrawn, before its turn."""


Outcome = Delivered | Deferred | Refused | NotTried | Unwanted


class Tray(Protocol):
    """Where one line takes its letters and lays down what became of them; the sender's side of a line.

    All but `wait` answer at once and are called from the loop's own thread only.
    """

    def take(self) -> Envelope | None:
        """The next letter for this line, or None when there is none just now. It is the line's own until `ended`."""
        ...

    def may_go(self, envelope: Envelope) -> bool:
        """Asked right before the content of a letter that was taken is sent: whether it is still wanted."""
        ...

    def ended(self, envelope: Envelope, outcome: Outcome) -> None:
        """Called once for each letter taken, before the content of this line's next letter goes out. After NotTried
        the letter is offered to another line."""
        ...

    async def wait(self) -> bool:
        """Until `take` may give something; False when the line should end."""
        ...


class Line(Protocol):
    """One connection to one relay."""

    @property
    def relay(self) -> str:
        """Which one, without its password."""
        ...

    async def work(self, tray: Tray) -> None:
        """Until the tray's `wait` says False; then every letter taken has ended and the connection is closed. Never
        raises for what servers do; cancellation may leave the fate of one letter open."""
        ...


class Courier(Protocol):
    """All the connections a sender may use."""

    def lines(self) -> Sequence[Line]: ...

    def troubles(self) -> Mapping[str, str]:
        """The relays that are left out just now, each with its reason, for a person to read."""
        ...
