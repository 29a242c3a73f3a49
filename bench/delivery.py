"""One bulletin, measured from its approval until every letter is accepted and recorded."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bench.counts import Counts
from bench.findings import NotMeasured
from bench.office import Office
from bench.processes import cpu_seconds, descendants, peak_memory

SLOWEST = 40  # letters a second; a run slower than that is given up
START_SECONDS = 90
LONGEST_PAUSE = 0.4
SHORTEST_PAUSE = 0.01


@dataclass(frozen=True)
class Delivery:
    """Seconds count from the moment at which the approval was asked for; moments are monotonic."""

    number: int
    letters: int
    asked_at: float
    answered: float
    first_recorded: float
    recorded: float
    proved: float
    cpu: float
    peak_memory: int

    @property
    def rate(self) -> float:
        """Letters a second, from the approval on."""
        return self.letters / self.recorded

    def run(self, **more: object) -> dict[str, object]:
        """For the results."""
        return {**asdict(self), **more}


def deliver(
    office: Office, database_url: str, letters: int, *, senders: Sequence[int], urgent: bool = True
) -> Delivery:
    """`senders` are the processes that started the sending ones. Raises NotMeasured when it takes too long or the
    counts are wrong at the end."""
    with Counts(database_url) as counts:
        number = office.submitted()
        sending = [pid for sender in senders for pid in descendants(sender)]
        cpu_before = cpu_seconds(sending)
        asked = time.monotonic()
        office.approve(number, urgent=urgent)
        answered = time.monotonic()
        first = _until_sent(counts, number, 1, since=asked, at_most=START_SECONDS)
        recorded = _until_sent(counts, number, letters, since=asked, at_most=START_SECONDS + letters / SLOWEST)
        cpu = cpu_seconds(sending) - cpu_before
        proved = _until_proved(counts, number)
        check(office.look(number), letters)
    memory = peak_memory(sending)
    return Delivery(
        number, letters, asked, answered - asked, first - asked, recorded - asked, proved - asked, cpu, memory
    )


def check(shown: dict[str, object], letters: int) -> None:
    """Raises NotMeasured unless the bulletin is finished and its counts are those of its audience."""
    expected = {"state": "sent", "audience": letters, "sent": letters, "queued": 0, "deferred": 0, "failed": 0}
    wrong = {name: shown[name] for name, value in expected.items() if shown[name] != value}
    if wrong:
        raise NotMeasured(f"the counts of {letters} letters do not add up: {wrong}")


def _until_sent(counts: Counts, number: int, letters: int, *, since: float, at_most: float) -> float:
    """The moment when so many were recorded; asked seldom at first, often near the end."""
    while True:
        sent = counts.sent(number)
        now = time.monotonic()
        if sent >= letters:
            return now
        if now - since > at_most:
            raise NotMeasured(f"{sent} of {letters} letters were recorded after {now - since:.0f} s")
        left = (letters - sent) * (now - since) / sent if sent else 0.0
        time.sleep(min(LONGEST_PAUSE, max(SHORTEST_PAUSE, left / 5)))


def _until_proved(counts: Counts, number: int) -> float:
    end = time.monotonic() + START_SECONDS
    while counts.state(number) != "sent":
        if time.monotonic() > end:
            raise NotMeasured("all letters were recorded, but the bulletin was not found to be finished")
        time.sleep(0.05)
    return time.monotonic()
