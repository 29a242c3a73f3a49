"""An urgent notice to a city's hundred thousand: how soon the first letter is out."""

from bench.findings import Findings
from bench.plan import Plan
from bench.sinks import counting_sink
from bench.station import station
from bench.table import Row
from bench.telling import say

LETTERS = 100_000


def measure(plan: Plan) -> Findings:
    """Seconds from the click on "approve" to the sink's 250, and to the last one's."""
    firsts, lasts, runs = [], [], []
    with (
        counting_sink() as sink,
        station(plan, port=sink.port, people=plan.letters(LETTERS)) as here,
    ):
        for _ in range(plan.runs):
            here.at_rest()
            sink.seen(forget=True)
            ours = here.deliver(urgent=True)
            seen = sink.seen()
            firsts.append(seen.first - ours.asked_at)
            lasts.append(seen.last - ours.asked_at)
            runs.append(ours.run(first_accepted=firsts[-1], last_accepted=lasts[-1], octets=seen.octets))
            say(f"first letter after {firsts[-1]:.2f} s, last after {lasts[-1]:.2f} s")
    rows = [
        Row("urgent, 100,000: approval to the first letter accepted", tuple(firsts), "s", at_most=1.0),
        Row("urgent, 100,000: approval to the last letter accepted", tuple(lasts), "s"),
    ]
    return Findings(rows, runs)
