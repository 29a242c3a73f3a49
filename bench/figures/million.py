"""A prefecture: a million recipients beside ten thousand, in time, cost and memory."""

from statistics import median

from bench.comparison import MIB
from bench.delivery import Delivery
from bench.findings import Findings
from bench.place import new_folder
from bench.plan import Plan
from bench.sinks import Sink, fast_sink
from bench.station import station
from bench.table import Row
from bench.telling import say
from bench.yardsticks import bare_seconds

MANY, FEW = 1_000_000, 10_000
BARE_LETTERS = 50_000  # the bare loop's time for a million is reckoned from these
FEW_REPEATED = 4  # deliveries a sending process: one alone would be too short to be weighed


def measure(plan: Plan) -> Findings:
    """Cost is processor time of the sending process a letter. The first letter is taken when its record is seen."""
    with new_folder() as folder, fast_sink(folder) as sink:
        few = _few(plan, sink)
        many, bare = _many(plan, sink)
    cost_of_few = median(run.cpu / run.letters for run in few)
    memory_of_few = median(run.peak_memory for run in few)
    time_of_few = median(run.recorded / run.letters for run in few)
    rows = [
        Row("1,000,000 ÷ 10,000: cost a message", _each(many, cost_of_few), at_most=1.15),
        Row("1,000,000 ÷ 10,000: time a message", tuple(run.recorded / run.letters / time_of_few for run in many)),
        Row(
            "1,000,000 − 10,000: peak memory",
            tuple((run.peak_memory - memory_of_few) / MIB for run in many),
            "MiB",
            at_most=50,
        ),
        Row(
            "1,000,000: approval to recorded ÷ bare loop's time",
            tuple(run.recorded / seconds for run, seconds in zip(many, bare, strict=True)),
            at_most=0.4,
        ),
        Row(
            "1,000,000: approval to the first recorded letter", tuple(run.first_recorded for run in many), "s", None, 1
        ),
        Row("1,000,000: approval to recorded", tuple(run.recorded for run in many), "s"),
    ]
    runs = [run.run(of="few") for run in few]
    runs += [run.run(of="many", bare_seconds=seconds) for run, seconds in zip(many, bare, strict=True)]
    return Findings(rows, runs)


def _each(runs: list[Delivery], cost: float) -> tuple[float, ...]:
    return tuple(run.cpu / run.letters / cost for run in runs)


def _few(plan: Plan, sink: Sink) -> list[Delivery]:
    found = []
    with station(plan, port=sink.port, people=plan.letters(FEW)) as here:
        for _ in range(plan.runs):
            here.sender_anew()
            found += [here.deliver() for _ in range(FEW_REPEATED)]
            say(f"{here.people:,}: {found[-1].rate:,.0f} letters/s, {found[-1].peak_memory / MIB:.0f} MiB")
    return found


def _many(plan: Plan, sink: Sink) -> tuple[list[Delivery], list[float]]:
    """With the bare loop's seconds for as many, measured right before each."""
    found, bare = [], []
    letters = plan.letters(BARE_LETTERS)
    with station(plan, port=sink.port, people=plan.letters(MANY)) as here:
        for _ in range(plan.runs):
            here.sender_anew()
            bare.append(bare_seconds(sink.port, letters, plan.connections) / letters * here.people)
            found.append(here.deliver())
            say(f"{here.people:,}: {found[-1].rate:,.0f} letters/s, {found[-1].peak_memory / MIB:.0f} MiB")
    return found, bare
