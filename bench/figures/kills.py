"""`kill -9` of the sending process at random instants: nothing lost, and no more repeated than was on the wire."""

import random
from collections.abc import Sequence
from dataclasses import asdict
from statistics import median

from bench.findings import Findings, NotMeasured
from bench.killing import Attempt, Killed, kill_sending, round_of
from bench.place import new_folder
from bench.plan import Plan
from bench.postgres import postgres
from bench.records import Record
from bench.sinks import counting_sink
from bench.station import Station, station
from bench.table import Row
from bench.telling import say

KILLS = 100  # on either database
PEOPLE = 2_000
JITTER_SECONDS = 0.010  # a letter takes the sink from nothing to this, so that the kills meet every phase
UNDISTURBED = 3
BEYOND = 1.1


def measure_sqlite(plan: Plan) -> Findings:
    """100 kills of a sender on SQLite."""
    return _measure(plan, "SQLite", "")


def measure_postgres(plan: Plan) -> Findings:
    """100 kills of a sender on PostgreSQL."""
    with postgres() as url:
        return _measure(plan, "PostgreSQL", url)


def _measure(plan: Plan, name: str, database_url: str) -> Findings:
    chance = random.Random(name)
    with (
        new_folder() as folder,
        counting_sink(jitter=JITTER_SECONDS, record=folder / "record") as sink,
        station(plan, port=sink.port, people=PEOPLE, database_url=database_url) as here,
    ):
        record = Record(folder / "record")
        usual = median(here.deliver().recorded for _ in range(UNDISTURBED))
        rounds = []
        for turn in range(plan.times(KILLS)):
            after = chance.uniform(0, usual * BEYOND)
            rounds.append(round_of(here, sink, record, _attempt(here, turn, after)))
            tell(rounds)
            if turn % 2:
                here.at_rest()
    return findings(rounds, plan.connections, name, usual=usual)


def _attempt(here: Station, turn: int, after: float) -> Attempt:
    """By turns the child alone, which its parent starts again, and both, which are started as by an init system."""
    if turn % 2 == 0:
        return Attempt("child", after, lambda: kill_sending(here.sender))
    return Attempt("all", after, lambda: _strike_all(here))


def _strike_all(here: Station) -> None:
    here.sender.kill()
    here.sender = here.place.serve("send")


def tell(rounds: Sequence[Killed]) -> None:
    """A line of progress, and at once what went wrong."""
    last = rounds[-1]
    if last.lost or last.trouble or last.renamed or last.strays:
        say(f"kill {len(rounds)}: {last}")
    elif len(rounds) % 10 == 0:
        say(f"{len(rounds)} kills, {sum(each.repeats for each in rounds)} repeats")


def findings(rounds: Sequence[Killed], connections: int, name: str, *, usual: float) -> Findings:
    """Sums over all kills, not medians: one bad kill is a failure."""
    resumed = tuple(each.resumed for each in rounds if each.resumed is not None)
    if not resumed:
        raise NotMeasured("no kill came while letters were still to go")
    lost = sum(each.lost + each.strays + each.renamed for each in rounds)
    worst = max(each.repeats for each in rounds) / connections
    rows = [
        Row(f"{len(rounds)} kills, {name}: lost, strays, renamed", (lost,), "letters", at_most=0),
        Row(f"{len(rounds)} kills, {name}: most repeats of a kill ÷ connections", (worst,), at_most=1.0),
        Row(f"{len(rounds)} kills, {name}: not reconciled", (sum(not each.reconciled for each in rounds),), at_most=0),
        Row(f"{len(rounds)} kills, {name}: longest until resumed", (max(resumed),), "s", at_most=10.0),
        Row(f"{len(rounds)} kills, {name}: resumed", resumed, "s"),
        Row(f"{len(rounds)} kills, {name}: in mid-sending", (len(resumed),), "kills"),
        Row(f"{len(rounds)} kills, {name}: repeats in all", (sum(each.repeats for each in rounds),), "letters"),
    ]
    return Findings(rows, [{"usual": usual}, *(asdict(each) for each in rounds)])
