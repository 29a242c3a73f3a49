"""One measured number, and the table that all of them make."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured: the runs' values in one unit, and what one is compared with, if anything."""

    name: str
    values: tuple[float, ...]
    unit: str
    compared_with: float | None = None  # in the same unit

    @property
    def median(self) -> float:
        """The middle of the runs."""
        return median(self.values)

    @property
    def ratio(self) -> float | None:
        """How many times the compared number, None where there is none."""
        return self.median / self.compared_with if self.compared_with else None


def table(rows: Iterable[Row]) -> str:
    """Name, median, unit and ratio in columns."""
    lines = [("name", "median", "unit", "ratio")]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        lines.append((row.name, f"{row.median:,.4g}" if row.median < 1000 else f"{row.median:,.0f}", row.unit, ratio))
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    return "\n".join(
        f"{name:<{widths[0]}}  {middle:>{widths[1]}}  {unit:<{widths[2]}}  {ratio:>{widths[3]}}".rstrip()
        for name, middle, unit, ratio in lines
    )
