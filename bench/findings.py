"""What a benchmark found: its rows of the table, and the runs that they come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.table import Row


@dataclass(frozen=True)
class Findings:
    """`runs` are kept as they were measured, so that a figure can be judged later."""

    rows: Sequence[Row]
    runs: Sequence[Mapping[str, object]] = field(default_factory=list)


class NotMeasured(Exception):
    """Something needed was not there or did not happen in time; the text says what."""
