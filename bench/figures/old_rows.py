"""A database with millions of old rows beside the same one when it was empty."""

from statistics import median

from bench.delivery import Delivery
from bench.findings import Findings
from bench.old_rows import multiply
from bench.place import new_folder
from bench.plan import Plan
from bench.postgres import postgres
from bench.sinks import fast_sink
from bench.station import Station, station
from bench.table import Row
from bench.telling import say

OLD_ROWS, OLD_ROWS_FULL = 5_000_000, 50_000_000
LETTERS = 50_000


def measure_sqlite(plan: Plan) -> Findings:
    """Ratios of time from approval to recorded; 1 is as fast as an empty one."""
    return _measure(plan, "SQLite", "")


def measure_postgres(plan: Plan) -> Findings:
    """The same on PostgreSQL."""
    with postgres() as url:
        return _measure(plan, "PostgreSQL", url)


def _measure(plan: Plan, name: str, database_url: str) -> Findings:
    old = plan.letters(OLD_ROWS_FULL if plan.full else OLD_ROWS)
    with (
        new_folder() as folder,
        fast_sink(folder) as sink,
        station(plan, port=sink.port, people=plan.letters(LETTERS), database_url=database_url) as here,
    ):
        empty = _runs(plan, here)
        here.sender.end()
        multiply(here.place.database_url, empty[0].number, old)
        here.sender = here.place.serve("send")
        here.at_rest()
        full = _runs(plan, here)
    before = median(run.recorded for run in empty)
    many = f"{old:,} old rows, {name}"
    rows = [
        Row(f"{many} ÷ none: time", tuple(run.recorded / before for run in full), at_most=1.1),
        Row(f"no old rows, {name}: rate", tuple(run.rate for run in empty), "letters/s"),
        Row(f"{many}: rate", tuple(run.rate for run in full), "letters/s"),
        Row(f"{many}: approval to the first recorded", tuple(run.first_recorded for run in full), "s"),
    ]
    return Findings(rows, [run.run(old_rows=number) for number, found in ((0, empty), (old, full)) for run in found])


def _runs(plan: Plan, here: Station) -> list[Delivery]:
    found = []
    for _ in range(plan.runs):
        found.append(here.deliver())
        say(f"{found[-1].rate:,.0f} letters/s")
    return found
