"""One figure, what it was to reach, and the table that all of them make."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured: the runs' values in one unit, and the bound that the median must keep, if there is one."""

    name: str
    values: tuple[float, ...]
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def median(self) -> float:
        """The middle of the runs."""
        return median(self.values)

    @property
    def target(self) -> str:
        """The bound as it is printed; empty where none was set."""
        if self.at_least is not None:
            return f"≥ {shown(self.at_least)}"
        return "" if self.at_most is None else f"≤ {shown(self.at_most)}"

    @property
    def reached(self) -> bool | None:
        """Whether the median keeps the bound; None where there is none."""
        if self.at_least is not None:
            return self.median >= self.at_least
        return None if self.at_most is None else self.median <= self.at_most


@dataclass(frozen=True, slots=True)
class Missing:
    """A benchmark that could not be measured, and why."""

    name: str
    why: str


def shown(value: float) -> str:
    """A number with as many places as one reads."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(rows: Iterable[Row | Missing]) -> str:
    """Columns: the figure, the median, the lowest and highest run, the target, and whether it was reached."""
    lines = [("figure", "median", "unit", "runs", "target", "reached"), *(_line(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    return "\n".join(
        f"{name:<{widths[0]}}  {middle:>{widths[1]}}  {unit:<{widths[2]}}  {runs:<{widths[3]}}  "
        f"{target:<{widths[4]}}  {reached}".rstrip()
        for name, middle, unit, runs, target, reached in lines
    )


def _line(row: Row | Missing) -> tuple[str, str, str, str, str, str]:
    if isinstance(row, Missing):
        return row.name, "–", "", "", "", f"not measured: {row.why}"
    runs = f"{shown(min(row.values))}–{shown(max(row.values))}" if len(row.values) > 1 else ""
    reached = {None: "", True: "yes", False: "NO"}[row.reached]
    return row.name, shown(row.median), row.unit, runs, row.target, reached
