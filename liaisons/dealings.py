"""What else the office had to do with its liaisons, as the rooms of voices and meetings know it: a port."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Dealt:
    """With one liaison, ever."""

    voices: int = 0
    meetings: int = 0


@dataclass(frozen=True)
class VoiceCount:
    """Of a span; `answered` are those of `received` that have their answer by now."""

    received: int = 0
    answered: int = 0

    @property
    def share(self) -> int | None:
        """Per cent, rounded down; None where nothing was received."""
        return self.answered * 100 // self.received if self.received else None


class Dealings(Protocol):
    def with_each(self, session: Session, liaison_ids: Sequence[int]) -> Mapping[int, Dealt]:
        """Who is missing in the answer had none."""
        ...

    def voices(self, session: Session, begin: datetime, end: datetime) -> VoiceCount:
        """Received from `begin` on and before `end`."""
        ...


class NoDealings:
    """Where nobody counts them."""

    def with_each(self, session: Session, liaison_ids: Sequence[int]) -> Mapping[int, Dealt]:  # noqa: ARG002 -- the port's
        return {}

    def voices(self, session: Session, begin: datetime, end: datetime) -> VoiceCount:  # noqa: ARG002 -- the port's
        return VoiceCount()
