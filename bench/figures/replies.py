"""Blank mails that come in while a bulk run goes out: how long their answers take."""

import smtplib
import threading
import time
from dataclasses import dataclass

from bench.findings import Findings, NotMeasured
from bench.percentile import percentile
from bench.place import MAIL_DOMAIN, new_folder
from bench.plan import Plan
from bench.records import Record
from bench.sinks import Sink, counting_sink
from bench.station import Station, station
from bench.table import Row
from bench.telling import say

LETTERS = 100_000
VISITORS = 100
SHARE_OF_RUN = 0.9  # of the time that the bulk run took without visitors
ANSWER_SECONDS = 60
BLANK = b"Subject: \r\n\r\n"


@dataclass
class Visitors:
    """They come one after the other; `handed_in` holds the moments of the door's 250."""

    port: int
    names: list[str]
    gap: float

    def __post_init__(self) -> None:
        self.handed_in: dict[str, float] = {}
        self._thread = threading.Thread(target=self._come, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def all_in(self) -> None:
        """Returns when the last one has been."""
        self._thread.join()

    def _come(self) -> None:
        begun = time.monotonic()
        for turn, name in enumerate(self.names):
            time.sleep(max(0.0, begun + turn * self.gap - time.monotonic()))
            with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
                client.sendmail(name, [f"touroku@{MAIL_DOMAIN}"], BLANK)
            self.handed_in[name] = time.monotonic()


def measure(plan: Plan) -> Findings:
    """Seconds from the 250 at our door to the sink's 250 for the answer; only visitors during the bulk run count."""
    ninety_ninths, longest, runs = [], [], []
    with (
        new_folder() as folder,
        counting_sink(record=folder / "record") as sink,
        station(plan, port=sink.port, people=plan.letters(LETTERS)) as here,
    ):
        record = Record(folder / "record")
        gap = here.deliver(urgent=False).recorded * SHARE_OF_RUN / VISITORS
        for run in range(plan.runs):
            waits = _waits(here, sink, record, gap=gap, run=run)
            ninety_ninths.append(percentile(waits, 0.99))
            longest.append(max(waits))
            runs.append({"visitors": len(waits), "gap": gap, "waits": sorted(waits)})
            say(f"{len(waits)} answers, p99 {ninety_ninths[-1]:.2f} s, median {percentile(waits, 0.5):.2f} s")
    rows = [
        Row("registration replies during 100,000 bulk letters: p99", tuple(ninety_ninths), "s", at_most=2.0),
        Row("registration replies: the longest", tuple(longest), "s"),
    ]
    return Findings(rows, runs)


def _waits(here: Station, sink: Sink, record: Record, *, gap: float, run: int) -> list[float]:
    sink.seen(forget=True)
    record.new()
    visitors = Visitors(here.place.smtp_port, [f"visitor-{run}-{turn}@example.org" for turn in range(VISITORS)], gap)
    here.at_rest()
    visitors.start()
    bulk = here.deliver(urgent=False)
    visitors.all_in()
    expected = here.people + len(visitors.handed_in)
    end = time.monotonic() + ANSWER_SECONDS
    while sink.seen().accepted < expected and time.monotonic() < end:
        time.sleep(0.1)
    sink.seen()
    answered = {taken.recipient: taken.at for taken in record.new()}
    begun, over = bulk.asked_at, bulk.asked_at + bulk.recorded
    during = {name: at for name, at in visitors.handed_in.items() if begun <= at <= over}
    if not during:
        raise NotMeasured("the bulk run was over before a visitor came")
    missing = [name for name in during if name not in answered]
    if missing:
        raise NotMeasured(f"{len(missing)} of {len(during)} visitors had no answer after {ANSWER_SECONDS} s")
    return [answered[name] - at for name, at in during.items()]
