"""A ward after an earthquake: 3,000 people send a blank mail within one minute, and each waits for the answer."""

import smtplib
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.findings import Findings, NotMeasured
from bench.percentile import percentile
from bench.place import MAIL_DOMAIN, new_folder
from bench.plan import Plan
from bench.records import Reconciled, Record, Taken, reconcile
from bench.sinks import Sink, counting_sink
from bench.station import station
from bench.table import Row
from bench.telling import say

PEOPLE = 3_000
A_SECOND = 50  # 3,000 a minute
CLIENTS = 16
ANSWER_SECONDS = 180
QUIET_SECONDS = 3  # after the last answer, in which a second one would come
# Where a ward's residents have their mail; carriers' paces are kept.
DOMAINS = ("docomo.ne.jp", "ezweb.ne.jp", "gmail.com", "softbank.ne.jp", "yahoo.co.jp", "icloud.com", "example.org")


@dataclass
class Rush:
    """All those people. `handed_in` holds the moments of the door's 250, `refused` who had none."""

    port: int
    people: Sequence[str]
    handed_in: dict[str, float] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    latest: float = 0.0

    def come(self) -> None:
        """Returns when everybody has been; they come at an even pace, each by a connection of their own."""
        begun = time.monotonic()
        turns = iter(enumerate(self.people))
        taking = threading.Lock()

        def some() -> None:
            while True:
                with taking:
                    turn, name = next(turns, (0, ""))
                if not name:
                    return
                due = begun + turn / A_SECOND
                time.sleep(max(0.0, due - time.monotonic()))
                self.latest = max(self.latest, time.monotonic() - due)
                self._ask(turn, name)

        threads = [threading.Thread(target=some, daemon=True) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _ask(self, turn: int, name: str) -> None:
        letter = f"From: <{name}>\r\nTo: <touroku@{MAIL_DOMAIN}>\r\nMessage-ID: <{turn}.{name}>\r\nSubject: \r\n\r\n"
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
                client.sendmail(name, [f"touroku@{MAIL_DOMAIN}"], letter.encode())
                self.handed_in[name] = time.monotonic()
        except (OSError, smtplib.SMTPException):
            self.refused.append(name)


def measure(plan: Plan) -> Findings:
    """Seconds from the 250 at our door to the sink's 250 for the answer; on SQLite, by everything a city runs."""
    ninety_ninths, longest, runs = [], [], []
    lost = repeats = 0
    with (
        new_folder() as folder,
        counting_sink(record=folder / "record") as sink,
        station(plan, port=sink.port, people=1) as here,
    ):
        record = Record(folder / "record")
        for run in range(plan.runs):
            people = [f"r{run}.{n}@{DOMAINS[n % len(DOMAINS)]}" for n in range(plan.letters(PEOPLE))]
            here.at_rest()
            rush = Rush(here.place.smtp_port, people)
            rush.come()
            taken = _answers(sink, record, len(rush.handed_in))
            by_wait, sums = _waits(rush.handed_in, taken), reconcile(taken, people)
            waits = [wait for wait, _ in by_wait]
            ninety_ninths.append(percentile(waits, 0.99))
            longest.append(max(waits))
            lost += sums.lost
            repeats += sums.repeats
            runs.append({**_run(rush, waits, sums), "slowest": by_wait[-5:]})
            say(f"run {run + 1}: p99 {ninety_ninths[-1]:.2f} s, median {percentile(waits, 0.5):.2f} s, {sums}")
    rows = [
        Row("3,000 blank mails in a minute: answered after, p99", tuple(ninety_ninths), "s", at_most=5.0),
        Row("3,000 blank mails in a minute: answered after, longest", tuple(longest), "s"),
        Row("3,000 blank mails in a minute: not answered", (lost,), "mails", at_most=0),
        Row("3,000 blank mails in a minute: answered twice", (repeats,), "mails", at_most=0),
    ]
    return Findings(rows, runs)


def _answers(sink: Sink, record: Record, expected: int) -> list[Taken]:
    """Every answer, and what comes after the last one is due."""
    taken: list[Taken] = []
    end = time.monotonic() + ANSWER_SECONDS
    while len(taken) < expected and time.monotonic() < end:
        time.sleep(0.5)
        sink.seen()
        taken += record.new()
    time.sleep(QUIET_SECONDS)
    sink.seen()
    return taken + record.new()


def _waits(handed_in: Mapping[str, float], taken: Sequence[Taken]) -> list[tuple[float, str]]:
    """Of those who were answered, the longest last."""
    waits = [(each.at - handed_in[each.recipient], each.recipient) for each in taken if each.recipient in handed_in]
    if not waits:
        raise NotMeasured("nobody was answered")
    return sorted(waits)


def _run(rush: Rush, waits: Sequence[float], sums: Reconciled) -> dict[str, object]:
    return {
        "handed_in": len(rush.handed_in),
        "refused": len(rush.refused),
        "latest_client": rush.latest,
        "answers": len(waits),
        "lost": sums.lost,
        "repeats": sums.repeats,
        "median": percentile(waits, 0.5),
        "p99": percentile(waits, 0.99),
        "longest": max(waits),
    }
