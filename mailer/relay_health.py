"""The health of a relay: left out when it fails, asked again after growing gaps, taken back; slow after complaints."""

from dataclasses import dataclass, field

from mailer.relay_verdict import Fault, Trouble

SUCCESSES_A_STEP = 25  # letters accepted before one more line is used again


@dataclass
class Health:
    """Moments are seconds of the loop's clock."""

    first_gap: float
    longest_gap: float
    trouble: Trouble | None = None
    next_probe: float = 0.0
    recovered_at: float = float("-inf")
    _gap: float = 0.0

    @property
    def serves(self) -> bool:
        return self.trouble is None

    @property
    def asks_by_letter(self) -> bool:
        """A relay that lets us in and then has no ear for letters is asked with the next one."""
        return self.trouble is not None and self.trouble.fault not in (Fault.UNREACHABLE, Fault.NO_ROOM)

    def failed(self, trouble: Trouble, at: float) -> bool:
        """True when it served until now. One that fails again soon after it was taken back is left alone for longer."""
        is_news = self.serves
        goes_on = not is_news or at - self.recovered_at < self.longest_gap
        self._gap = min(self._gap * 2, self.longest_gap) if goes_on and self._gap else self.first_gap
        self.trouble = trouble
        self.next_probe = at + self._gap
        return is_news

    def recovered(self, at: float) -> None:
        self.trouble = None
        self.recovered_at = at


@dataclass
class SlowStart:
    """How many lines of a relay are in use: half as many after each complaint, one more after some successes."""

    most: int
    width: int = field(init=False)
    _successes: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.width = self.most

    @property
    def is_full(self) -> bool:
        return self.width == self.most

    def complained(self) -> None:
        self.width = max(1, self.width // 2)
        self._successes = 0

    def succeeded(self) -> None:
        self._successes += 1
        if self._successes >= SUCCESSES_A_STEP and not self.is_full:
            self.width += 1
            self._successes = 0
