"""The port by which residents' rooms learn of circles (転送先), which belong to the storey above."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class CircleSign:
    """What a resident sees of a circle: the organisation whose liaison passes things on."""

    number: int
    code: str
    organisation: str


class CircleBook(Protocol):
    """Circles that are open; whoever asks for another one is told nothing of it. Works in the caller's transaction."""

    def find(self, session: Session, code: str) -> CircleSign | None: ...

    def numbered(self, session: Session, number: int) -> CircleSign | None: ...

    def of(self, session: Session, subscriber_id: int) -> Sequence[CircleSign]:
        """Those that the subscriber joined, by the name of the organisation."""
        ...

    def is_held(self, session: Session, subscriber_id: int, *, besides: int | None = None) -> bool:
        """Whether the network needs the address, for a circle (`besides` that one) or as a liaison's own."""
        ...

    def join(self, session: Session, number: int, subscriber_id: int, *, at: datetime) -> None:
        """Joining twice is joining once, and from the later moment on."""
        ...

    def leave(self, session: Session, number: int, subscriber_id: int) -> None: ...

    def forget(self, session: Session, subscriber_id: int) -> None:
        """Leaves all of them."""
        ...


class NoCircles:
    """Of a town without a network."""

    def find(self, session: Session, code: str) -> CircleSign | None:  # noqa: ARG002
        return None

    def numbered(self, session: Session, number: int) -> CircleSign | None:  # noqa: ARG002
        return None

    def of(self, session: Session, subscriber_id: int) -> Sequence[CircleSign]:  # noqa: ARG002
        return ()

    def is_held(self, session: Session, subscriber_id: int, *, besides: int | None = None) -> bool:  # noqa: ARG002
        return False

    def join(self, session: Session, number: int, subscriber_id: int, *, at: datetime) -> None:
        """Nobody can ask for it."""

    def leave(self, session: Session, number: int, subscriber_id: int) -> None:
        """Nobody has joined."""

    def forget(self, session: Session, subscriber_id: int) -> None:
        """Nobody has joined."""


NO_CIRCLES = NoCircles()
