"""Every page of the console with a million residents and two thousand bulletins: how long each takes to answer."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median

from bench import full_desk
from bench.console_routes import Asked, asked
from bench.findings import Findings, NotMeasured
from bench.full_house import BULLETINS, NEWEST, fill
from bench.place import Place, new_folder, settled
from bench.plan import Plan
from bench.postgres import postgres
from bench.processes import cpu_seconds, descendants
from bench.sinks import free_port, until_open
from bench.table import Row
from bench.telling import say
from foundation.clock import SystemClock
from foundation.settings import load
from service.home import Home

RESIDENTS = 1_000_000
ASKED = 15
BOUND_MILLISECONDS = 100.0
SLOWEST = 5  # pages that have a line of their own
MANAGER = "manager@city.example.jp"


@dataclass(frozen=True)
class Page:
    """How a page answered; `milliseconds` a try, the first one left out, and `cpu` what the web process itself used for
    one, in milliseconds on average."""

    asked: Asked
    status: int
    milliseconds: tuple[float, ...]
    cpu: float

    @property
    def median(self) -> float:
        return median(self.milliseconds)


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
            pages = sorted(_ask_all(place, ways, web.pid), key=lambda page: -page.median)
    return _findings(pages, kind)


def _findings(pages: Sequence[Page], kind: str) -> Findings:
    for page in pages:
        odd = "" if page.status == page.asked.status else f"  answered {page.status}"
        say(f"{page.median:8.1f} ms {page.cpu:8.1f} ms of processor  {page.asked.name}{odd}")
    told = [page for page in pages if page.status == page.asked.status]
    shown = [page for page in told if not page.asked.is_download]
    saved = [page for page in told if page.asked.is_download]
    if not shown or not saved:
        raise NotMeasured("no page answered")
    name = f"console pages: {kind}"
    slowest = Row(f"{name}the slowest ({shown[0].asked.name})", shown[0].milliseconds, "ms", at_most=BOUND_MILLISECONDS)
    rows = [slowest, Row(f"{name}not answered as they should be", (float(len(pages) - len(told)),), at_most=0.0)]
    rows += [Row(f"{name}{page.asked.name}", page.milliseconds, "ms") for page in shown[1:SLOWEST]]
    rows.append(Row(f"{name}the slowest download ({saved[0].asked.name})", saved[0].milliseconds, "ms"))
    return Findings(rows, [_run(page) for page in pages])


def _run(page: Page) -> dict[str, object]:
    return {
        "route": page.asked.name,
        "status": page.status,
        "median": round(page.median, 2),
        "cpu": round(page.cpu, 2),
        "ms": page.milliseconds,
    }


def _ask_all(place: Place, ways: Sequence[Asked], pid: int) -> Iterator[Page]:
    """One after the other, on one connection, as one clerk."""
    connection = HTTPConnection("127.0.0.1", place.web_port, timeout=120)
    processes = [pid, *descendants(pid)]
    for way in ways:
        spent, status, before = [], 0, 0.0
        for number in range(ASKED + 1):
            if number == 1:
                before = cpu_seconds(processes)
            begun = time.monotonic()
            status = _ask(connection, way)
            spent.append((time.monotonic() - begun) * 1000)
        cpu = (cpu_seconds(processes) - before) * 1000 / ASKED
        yield Page(way, status, tuple(round(each, 2) for each in spent[1:]), cpu)


def _ask(connection: HTTPConnection, way: Asked) -> int:
    headers = {"Cookie": way.cookie} if way.cookie else {}
    body = way.body
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request("GET" if body is None else "POST", way.address, body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status
