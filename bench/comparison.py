"""A station's delivery beside the yardsticks, run after run: what most figures are made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.delivery import Delivery
from bench.plan import Plan
from bench.station import Station
from bench.table import Row
from bench.telling import say
from bench.yardsticks import bare_seconds, smtp_source_seconds

MIB = 1 << 20


@dataclass(frozen=True)
class Compared:
    """One run: seconds of the bare loop and of smtp-source for as many letters, and the delivery."""

    bare: float
    source: float | None
    ours: Delivery

    @property
    def to_bare(self) -> float:
        """How many times as fast as the bare loop."""
        return self.bare / self.ours.recorded

    def run(self) -> dict[str, object]:
        """For the results."""
        return self.ours.run(bare_seconds=self.bare, smtp_source_seconds=self.source)


def compare(plan: Plan, here: Station, port: int, *, with_source: bool = False) -> list[Compared]:
    """The yardstick first, then the delivery, as often as the plan says; all to the same sink."""
    found = []
    for run in range(plan.runs):
        bare = bare_seconds(port, here.people, plan.connections)
        source = smtp_source_seconds(port, here.people, plan.connections) if with_source else None
        ours = here.deliver()
        found.append(Compared(bare, source, ours))
        beside = "" if source is None else f", smtp-source {here.people / source:,.0f}"
        say(f"run {run + 1}: {ours.rate:,.0f} letters/s, the bare loop {here.people / bare:,.0f}{beside}")
    return found


def cost_rows(name: str, runs: Sequence[Delivery]) -> list[Row]:
    """What the sending process took: rate, processor time and memory."""
    return [
        Row(f"{name}: rate", tuple(run.rate for run in runs), "letters/s"),
        Row(f"{name}: CPU of the sending process", tuple(run.cpu / run.letters * 1e6 for run in runs), "µs/letter"),
        Row(f"{name}: peak memory of the sending process", (max(run.peak_memory for run in runs) / MIB,), "MiB"),
    ]
