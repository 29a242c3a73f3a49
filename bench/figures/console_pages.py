"""Every page of the console with a million residents and two thousand bulletins: how long each takes to answer."""

from collections.abc import Iterable
from datetime import datetime

from bench import full_desk
from bench.console_routes import asked, is_download
from bench.findings import Findings, NotMeasured
from bench.full_desk import Numbers
from bench.full_pages import SLOWEST, as_they_should_be, ask_full_house
from bench.page_times import Asked
from bench.plan import Plan
from bench.postgres import postgres
from bench.table import Row
from service.home import Home

BOUND_MILLISECONDS = 100.0
MANAGER = "manager@city.example.jp"


def measure(plan: Plan) -> Findings:
    """On SQLite."""
    return _measured(plan, "", "")


def measure_postgres(plan: Plan) -> Findings:
    with postgres() as url:
        return _measured(plan, url, "PostgreSQL, ")


def _ways(home: Home, numbers: Numbers, at: datetime) -> Iterable[Asked]:
    return asked(home, numbers, full_desk.lay(home, MANAGER, at=at), at=at)


def _measured(plan: Plan, database_url: str, kind: str) -> Findings:
    pages = ask_full_house(plan, database_url, _ways, HANSHO_SOLO_NOTICES=full_desk.SOLO)
    told = as_they_should_be(pages)
    shown = [page for page in told if not is_download(page.asked)]
    saved = [page for page in told if is_download(page.asked)]
    if not shown or not saved:
        raise NotMeasured("no page answered")
    name = f"console pages: {kind}"
    slowest = Row(f"{name}the slowest ({shown[0].asked.name})", shown[0].milliseconds, "ms", at_most=BOUND_MILLISECONDS)
    rows = [slowest, Row(f"{name}not answered as they should be", (float(len(pages) - len(told)),), at_most=0.0)]
    rows += [Row(f"{name}{page.asked.name}", page.milliseconds, "ms") for page in shown[1:SLOWEST]]
    rows.append(Row(f"{name}the slowest download ({saved[0].asked.name})", saved[0].milliseconds, "ms"))
    return Findings(rows, [page.run() for page in pages])
