"""A whole host dies in mid-sending; the sender of another host, on the same PostgreSQL, finishes what it left."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from statistics import median

from bench.findings import Findings, NotMeasured
from bench.killing import Attempt, round_of
from bench.place import new_folder
from bench.plan import Plan
from bench.postgres import postgres
from bench.processes import Child, descendants, rest
from bench.records import Record
from bench.sinks import counting_sink
from bench.station import Station, station
from bench.table import Row
from bench.telling import say

KILLS = 10
PEOPLE = 2_000
JITTER_SECONDS = 0.040
UNDISTURBED = 2
WITHIN_SECONDS = 30.0
SLACK_SECONDS = 5.0  # to send what the dead host held, and to notice


def measure(plan: Plan) -> Findings:
    """Both hosts send; the one that is killed stays away until its letters have gone out by the other. What it had
    not recorded may be repeated, and is told."""
    rounds = []
    chance = random.Random("takeover")
    with (
        new_folder() as folder,
        counting_sink(jitter=JITTER_SECONDS, record=folder / "record") as sink,
        postgres() as url,
        station(plan, port=sink.port, people=PEOPLE, database_url=url) as here,
    ):
        record = Record(folder / "record")
        for turn in range(plan.times(KILLS)):
            with _other_host(here):
                usual = median(here.deliver().recorded for _ in range(UNDISTURBED))
                attempt = Attempt("host", chance.uniform(0.1, 0.9) * usual, here.sender.kill)
                rounds.append(round_of(here, sink, record, attempt))
            here.sender = here.place.serve("send")
            here.at_rest()
            say(f"kill {turn + 1}: {rounds[-1]}")
    late = tuple(each.last_accepted for each in rounds if each.last_accepted is not None)
    if not late:
        raise NotMeasured("no kill came while letters were still to go")
    lost = sum(each.lost + each.strays + each.renamed for each in rounds)
    rows = [
        Row("takeover: last letter accepted, longest", (max(late),), "s", at_most=WITHIN_SECONDS + SLACK_SECONDS),
        Row("takeover: last letter accepted after the kill", late, "s"),
        Row("takeover: lost, strays, renamed", (lost,), "letters", at_most=0),
        Row("takeover: not reconciled", (sum(not each.reconciled for each in rounds),), at_most=0),
        Row("takeover: repeats a kill", tuple(float(each.repeats) for each in rounds), "letters"),
    ]
    return Findings(rows, [asdict(each) for each in rounds])


@contextmanager
def _other_host(here: Station) -> Iterator[Child]:
    with here.place.serve("send", host="other") as other:
        rest([other.pid, *descendants(other.pid)])
        yield other
