"""How a run of the benchmarks was ordered: how large, how often, and against which product."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FEWEST_LETTERS = 200


@dataclass(frozen=True)
class Plan:
    """`size` is the share of the full sizes; `product` is the folder whose service is measured."""

    size: float = 1.0
    runs: int = 5
    connections: int = 20
    full: bool = False
    product: Path = ROOT

    def letters(self, at_full_size: int) -> int:
        """So many recipients, by the size that was ordered."""
        return max(FEWEST_LETTERS, round(at_full_size * self.size))

    def times(self, at_full_size: int) -> int:
        """So many repetitions of something other than a run."""
        return max(2, round(at_full_size * self.size))
