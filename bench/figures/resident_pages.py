"""Every page of residents with a million residents and two thousand bulletins: how long each takes to answer."""

from collections.abc import Iterable
from datetime import datetime

from bench.findings import Findings
from bench.full_desk import Numbers
from bench.full_pages import SLOWEST, as_they_should_be, ask_full_house
from bench.page_times import Asked
from bench.plan import Plan
from bench.postgres import postgres
from bench.resident_routes import asked
from bench.table import Row
from service.home import Home

BOUND_MILLISECONDS = 20.0
MOST_OCTETS = 30_000


def measure(plan: Plan) -> Findings:
    """On SQLite."""
    return _measured(plan, "", "")


def measure_postgres(plan: Plan) -> Findings:
    with postgres() as url:
        return _measured(plan, url, "PostgreSQL, ")


def _ways(home: Home, numbers: Numbers, at: datetime) -> Iterable[Asked]:
    return asked(home, numbers, at=at)


def _measured(plan: Plan, database_url: str, kind: str) -> Findings:
    pages = ask_full_house(plan, database_url, _ways)
    told = as_they_should_be(pages)
    name = f"residents' pages: {kind}"
    heaviest = max(told, key=lambda page: page.octets)
    rows = [
        Row(f"{name}the slowest ({told[0].asked.name})", told[0].milliseconds, "ms", at_most=BOUND_MILLISECONDS),
        Row(f"{name}not answered as they should be", (float(len(pages) - len(told)),), at_most=0.0),
        Row(f"{name}the heaviest ({heaviest.asked.name})", (float(heaviest.octets),), "octets", at_most=MOST_OCTETS),
        *(Row(f"{name}{page.asked.name}", page.milliseconds, "ms") for page in told[1:SLOWEST]),
    ]
    return Findings(rows, [page.run() for page in pages])
