"""A relay that does not offer PIPELINING: beside the bare loop to that same relay."""

from bench.comparison import compare, cost_rows
from bench.findings import Findings
from bench.place import new_folder
from bench.plan import Plan
from bench.sinks import fast_sink
from bench.station import station
from bench.table import Row

NAME = "without PIPELINING"
LETTERS = 200_000


def measure(plan: Plan) -> Findings:
    """Ratios of rates: above 1 is faster than the bare loop."""
    with (
        new_folder() as folder,
        fast_sink(folder, pipelining=False) as sink,
        station(plan, port=sink.port, people=plan.letters(LETTERS)) as here,
    ):
        found = compare(plan, here, sink.port)
    rows = [Row(f"{NAME} ÷ bare loop", tuple(each.to_bare for each in found), at_least=0.8)]
    return Findings([*rows, *cost_rows(NAME, [each.ours for each in found])], [each.run() for each in found])
