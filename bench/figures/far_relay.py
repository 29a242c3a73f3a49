"""A relay far away, 20 ms there and back: how many round trips a letter costs."""

from bench.findings import Findings
from bench.plan import Plan
from bench.processes import Child, module
from bench.sinks import counting_sink
from bench.station import station
from bench.table import Row
from bench.telling import say
from bench.yardsticks import bare_seconds

MILLISECONDS = 10.0
LETTERS = 20_000
BARE_LETTERS = 1_000
SHARE = 0.8


def measure(plan: Plan) -> Findings:
    """Letters a second between the first and the last acceptance."""
    round_trips = plan.connections / (2 * MILLISECONDS / 1000)
    rates, bares, runs = [], [], []
    with counting_sink() as sink, Child(module("bench.proxy", sink.port, MILLISECONDS)) as proxy:
        port = int(proxy.answer())
        with station(plan, port=port, people=plan.letters(LETTERS)) as here:
            for _ in range(plan.runs):
                bares.append(BARE_LETTERS / bare_seconds(port, BARE_LETTERS, plan.connections))
                sink.seen(forget=True)
                ours = here.deliver()
                seen = sink.seen()
                rates.append((seen.accepted - 1) / (seen.last - seen.first))
                runs.append(ours.run(rate=rates[-1], bare_rate=bares[-1]))
                say(f"{rates[-1]:,.0f} letters/s, the bare loop {bares[-1]:,.0f}")
    rows = [
        Row("far relay, 10 ms each way: rate", tuple(rates), "letters/s", at_least=SHARE * round_trips),
        Row("far relay: the bare loop's rate", tuple(bares), "letters/s"),
        Row("far relay: round trips a letter", tuple(round_trips / rate for rate in rates)),
    ]
    return Findings(rows, runs)
