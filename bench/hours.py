"""How long one question to the delivery hours takes."""

from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

from bench.findings import Findings
from bench.plan import Plan
from bench.table import Row
from mailer.delivery_hours import DeliveryHours
from mailer.holidays import ClosingDays

ASKED = 1000


def measure(_plan: Plan) -> Findings:
    """Microseconds a call: open now, as senders ask; and the next opening over the days of New Year."""
    hours = DeliveryHours.parse(
        "mon-fri 09:00-17:00",
        zone=ZoneInfo("Asia/Tokyo"),
        closing_days=ClosingDays(["12-29..01-03"]),
        grace=timedelta(minutes=60),
    )
    at = datetime(2026, 12, 28, 12, tzinfo=UTC)
    runs: dict[str, list[float]] = {"hours: is it open": [], "hours: next opening": []}
    for _ in range(5):
        for name, ask in zip(runs, (hours.is_open, hours.next_opening), strict=True):
            begun = perf_counter()
            for _ in range(ASKED):
                ask(at)
            runs[name].append((perf_counter() - begun) / ASKED * 1e6)
    return Findings([Row(name, tuple(values), "µs") for name, values in runs.items()])
