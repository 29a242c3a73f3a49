"""Four senders on one PostgreSQL, as on four hosts, beside one; the relay takes its time for each letter."""

from contextlib import ExitStack

from bench import delivery
from bench.delivery import Delivery
from bench.findings import Findings
from bench.plan import Plan
from bench.postgres import postgres
from bench.processes import descendants, rest
from bench.sinks import Sink, counting_sink
from bench.station import Station, station
from bench.table import Row
from bench.telling import say

SENDERS = 4
RELAY_SECONDS = 0.020
CONNECTIONS = 5  # of each, so that it is the relay's time that limits one, and not the two cores that limit four
LETTERS = 10_000


def measure(plan: Plan) -> Findings:
    """Ratios of approval-to-recorded rates, and of the rates that the relay saw."""
    pairs = []
    people = plan.letters(LETTERS)
    with (
        counting_sink(delay=RELAY_SECONDS) as sink,
        postgres() as url,
        station(plan, port=sink.port, people=people, connections=CONNECTIONS, database_url=url) as here,
    ):
        for _ in range(plan.runs):
            one = _seen(here, sink, [here.sender.pid])
            with ExitStack() as ending:
                others = [
                    ending.enter_context(here.place.serve("send", host=f"host{number}")) for number in range(1, SENDERS)
                ]
                parents = [here.sender.pid, *(child.pid for child in others)]
                rest([pid for parent in parents for pid in descendants(parent)])
                four = _seen(here, sink, parents)
            pairs.append((one, four))
            say(f"one {one[0].rate:,.0f} letters/s, four {four[0].rate:,.0f}")
    rows = [
        Row("four senders ÷ one, PostgreSQL", tuple(four[0].rate / one[0].rate for one, four in pairs), at_least=3.6),
        Row("four senders ÷ one, between first and last letter", tuple(four[1] / one[1] for one, four in pairs)),
        Row("one sender, relay of 20 ms a letter", tuple(one[0].rate for one, _ in pairs), "letters/s"),
    ]
    runs = [ours.run(senders=number, relay_rate=rate) for pair in pairs for number, (ours, rate) in zip((1, 4), pair)]  # noqa: B905 -- pairs
    return Findings(rows, runs)


def _seen(here: Station, sink: Sink, parents: list[int]) -> tuple[Delivery, float]:
    """The delivery, and letters a second between the sink's first and last."""
    sink.seen(forget=True)
    ours = delivery.deliver(here.office, here.place.database_url, here.people, senders=parents)
    seen = sink.seen()
    return ours, (seen.accepted - 1) / (seen.last - seen.first)
