"""Approved to recorded on SQLite with one sending process, beside the bare loop and smtp-source."""

from bench.comparison import compare, cost_rows
from bench.findings import Findings
from bench.place import new_folder
from bench.plan import Plan
from bench.sinks import fast_sink
from bench.station import station
from bench.table import Row

NAME = "end to end, SQLite"
LETTERS = 200_000


def measure(plan: Plan) -> Findings:
    """Ratios of rates: above 1 is faster than the yardstick."""
    with (
        new_folder() as folder,
        fast_sink(folder) as sink,
        station(plan, port=sink.port, people=plan.letters(LETTERS)) as here,
    ):
        found = compare(plan, here, sink.port, with_source=True)
    rows = [Row(f"{NAME} ÷ bare loop", tuple(each.to_bare for each in found), at_least=3.0)]
    beside = tuple(each.source / each.ours.recorded for each in found if each.source is not None)
    if beside:
        rows.append(Row(f"{NAME} ÷ smtp-source", beside, at_least=0.5))
    return Findings([*rows, *cost_rows(NAME, [each.ours for each in found])], [each.run() for each in found])
