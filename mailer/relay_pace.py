"""The pace of a relay: so many letters a minute, evenly, and its share beside other relays."""

from collections.abc import Iterable
from dataclasses import dataclass

BURST_SECONDS = 1.0  # what was not used of the last second may follow at once
LONGEST_LEAD = 1.0  # letters, at weight 1, that a relay may be behind its share and still catch up


def next_slot(slot: float, at: float, *, per_minute: int) -> float:
    """The slot after a letter was sent at `at`, `slot` having been its own. Slots are seconds, evenly spaced."""
    return max(slot, at) + 60 / per_minute


def opens(slot: float, *, per_minute: int) -> float:
    """The moment from which the letter of this slot may go: what a second has room for may go at once."""
    return slot - max(0.0, BURST_SECONDS - 60 / per_minute)


@dataclass
class Share:
    """One relay's part of the letters while lines are free. Weight 0 is a spare."""

    weight: int
    serves: bool = True
    free_lines: int = 0  # without a letter just now
    passes_until: float = float("-inf")  # letters were left to it, and it took none
    sent: float = 0.0  # letters divided by the weight

    def took(self, others: Iterable["Share"]) -> None:
        self.passes_until = float("-inf")
        if self.weight:
            self.sent += 1 / self.weight
            for other in others:
                other.sent = max(other.sent, self.sent - LONGEST_LEAD)

    def is_spared(self, others: Iterable["Share"]) -> bool:
        """True for a spare that no one needs."""
        return self.weight == 0 and any(other.serves and other.weight for other in others)

    def before(self, others: Iterable["Share"], at: float) -> list["Share"]:
        """Those who have had less than their part, and a line free for the next letter."""
        return [
            other
            for other in others
            if other.weight
            and other.serves
            and other.free_lines
            and other.passes_until <= at
            and other.sent < self.sent
        ]
