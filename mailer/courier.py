"""The courier: the port by which a letter leaves, and what may come of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from mailer.bounce_report.bounce_class import BounceClass


@dataclass(frozen=True, slots=True)
class Envelope:
    """One letter on its way; `number` is the outbox row."""

    number: int
    sender: str
    recipient: str  # quoted for the wire where needed
    domain: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Delivered:
    """The next server answered 250 after the final dot."""

    reply: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """It failed for now; `hint` is the patience the server asked for."""

    reply: str
    hint: timedelta | None = None
    bounce_class: BounceClass = BounceClass.UNKNOWN


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


Outcome = Delivered | Deferred | Refused | NotTried


class Line(Protocol):
    """One connection, used by one worker at a time."""

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Never raises for what servers do; cancellation may leave the letter's fate open."""
        ...

    async def hang_up(self) -> None: ...


class Courier(Protocol):
    """All the connections a sender may use."""

    def lines(self) -> Sequence[Line]: ...
