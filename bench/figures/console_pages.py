"""Every page of the console with a million residents and two thousand bulletins: how long each takes to answer."""

import time
from collections.abc import Sequence

from bench import full_desk
from bench.console_routes import asked, is_download
from bench.findings import Findings, NotMeasured
from bench.full_house import BULLETINS, NEWEST, fill
from bench.page_times import Page, ask_all
from bench.place import new_folder, settled
from bench.plan import Plan
from bench.postgres import postgres
from bench.sinks import free_port, until_open
from bench.table import Row
from bench.telling import say
from foundation.clock import SystemClock
from foundation.settings import load
from service.home import Home

RESIDENTS = 1_000_000
BOUND_MILLISECONDS = 100.0
SLOWEST = 5  # pages that have a line of their own
MANAGER = "manager@city.example.jp"


def measure(plan: Plan) -> Findings:
    """On SQLite."""
    return _measured(plan, "", "")


def measure_postgres(plan: Plan) -> Findings:
    with postgres() as url:
        return _measured(plan, url, "PostgreSQL, ")


def _measured(plan: Plan, database_url: str, kind: str) -> Findings:
    with new_folder() as folder:
        people = plan.letters(RESIDENTS)
        place = settled(folder, plan, port=free_port(), people=people, database_url=database_url)
        place = place.with_settings(HANSHO_SOLO_NOTICES=full_desk.SOLO)
        home = Home(load(place.own_settings()), SystemClock())
        at = home.clock.now()
        begun = time.monotonic()
        numbers = fill(home, residents=people, bulletins=plan.times(BULLETINS) + 2 * NEWEST, at=at)
        say(f"filled in {time.monotonic() - begun:.0f} s")
        desk = full_desk.lay(home, MANAGER, at=at)
        ways = list(asked(home, numbers, desk, at=at))
        home.database.close()
        with place.serve("web") as web:
            until_open(place.web_port, seconds=60)
            pages = sorted(ask_all(place, ways, web.pid), key=lambda page: -page.median)
    return _findings(pages, kind)


def _findings(pages: Sequence[Page], kind: str) -> Findings:
    for page in pages:
        say(page.told())
    told = [page for page in pages if page.is_as_it_should_be]
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
