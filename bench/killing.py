"""One bulletin during which a sending process is killed, and what the sink saw of it."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from bench import residents
from bench.counts import Counts
from bench.delivery import check
from bench.findings import NotMeasured
from bench.processes import Child, descendants
from bench.records import Record, Taken, reconcile
from bench.sinks import Sink
from bench.station import Station

FINISHED_SECONDS = 120
WIRE_SECONDS = 0.1  # what was in sockets at the kill is accepted within this time


@dataclass(frozen=True)
class Killed:
    """A round. `resumed` is None when every letter was out before the kill; seconds count from the kill."""

    how: str
    after: float
    accepted_before: int
    lost: int
    repeats: int
    strays: int
    renamed: int
    reconciled: bool
    resumed: float | None
    last_accepted: float | None
    trouble: str = ""


@dataclass(frozen=True)
class Attempt:
    """`strike` kills, at the moment given in seconds from the approval, and may start something anew."""

    how: str
    after: float
    strike: Callable[[], None]


def round_of(here: Station, sink: Sink, record: Record, attempt: Attempt) -> Killed:
    """Approves, kills, waits for the proof, and compares the sink's record with the register."""
    sink.seen(forget=True)
    record.new()
    number = here.office.submitted()
    asked = time.monotonic()
    here.office.approve(number, urgent=True)
    time.sleep(max(0.0, asked + attempt.after - time.monotonic()))
    killed = time.monotonic()
    attempt.strike()
    trouble = _outcome(here, number)
    time.sleep(WIRE_SECONDS)
    sink.seen()
    return judge(record.new(), here.people, attempt, killed=killed, trouble=trouble)


def judge(taken: Iterable[Taken], people: int, attempt: Attempt, *, killed: float, trouble: str) -> Killed:
    """From the sink's record alone; `trouble` is what the service's own counts lack."""
    letters = sorted(taken, key=lambda each: each.at)
    before = [each for each in letters if each.at <= killed + WIRE_SECONDS]
    later = letters[len(before) :]
    found = reconcile(letters, [residents.address(number) for number in range(1, people + 1)])
    out_before = len({each.recipient for each in before})
    cut_off = out_before < people and bool(later)
    return Killed(
        how=attempt.how,
        after=attempt.after,
        accepted_before=out_before,
        lost=found.lost,
        repeats=found.repeats,
        strays=found.strays,
        renamed=found.renamed,
        reconciled=not trouble,
        resumed=later[0].at - killed if cut_off else None,
        last_accepted=later[-1].at - killed if cut_off else None,
        trouble=trouble,
    )


def kill_sending(parent: Child) -> None:
    """The sending process alone; what started it is left to start it again."""
    for pid in descendants(parent.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _outcome(here: Station, number: int) -> str:
    """Empty when the bulletin was finished and its counts are right."""
    end = time.monotonic() + FINISHED_SECONDS
    with Counts(here.place.database_url) as counts:
        while counts.state(number) != "sent":
            if time.monotonic() > end:
                return f"not finished after {FINISHED_SECONDS} s: {counts.ends(number)}"
            time.sleep(0.05)
        ends = counts.ends(number)
    try:
        check(here.office.look(number), here.people)
    except NotMeasured as problem:
        return str(problem)
    return "" if ends in ({}, {"sent": here.people}) else f"the rows say {ends}"
