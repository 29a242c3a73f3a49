"""Every page of the console with a million residents and two thousand bulletins: how long each takes to answer."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median
from typing import Any

from admin import sign_in, staff
from admin.guard import COOKIE
from bench.findings import Findings, NotMeasured
from bench.full_house import BULLETINS, Numbers, fill
from bench.place import PASSWORD, Place, new_folder, settled
from bench.plan import Plan
from bench.postgres import postgres
from bench.sinks import free_port, until_open
from bench.table import Row
from bench.telling import say
from foundation.addresses import Address
from foundation.clock import SystemClock
from foundation.settings import load
from service.home import Home
from service.web import console_app

RESIDENTS = 1_000_000
ASKED = 15
BOUND_MILLISECONDS = 100.0
MANAGER = "manager@city.example.jp"
STREAMS = "/events"  # an answer without an end
LETTER = "000000000001.practice"


@dataclass(frozen=True)
class Page:
    """A route and the address that it was asked at; `milliseconds` a try, the first one left out."""

    route: str
    status: int
    milliseconds: tuple[float, ...]

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
        home = Home(load(place.own_settings()), SystemClock())
        place.run("staff", "add", MANAGER, "--name", "M", "--role", "manager", "--password-stdin", stdin=PASSWORD)
        at = home.clock.now()
        numbers = fill(home.database, home.town, residents=people, bulletins=plan.times(BULLETINS) + 40, at=at)
        _put_letter(home)
        cookie = _sign_in(home)
        addresses = list(_addresses(home, numbers))
        home.database.close()
        with place.serve("web"):
            until_open(place.web_port, seconds=60)
            pages = sorted(_ask_all(place, addresses, cookie), key=lambda page: -page.median)
    for page in pages:
        say(f"{page.median:8.1f} ms  {page.route}{'' if page.status == 200 else f'  answered {page.status}'}")
    told = [page for page in pages if page.status == 200]
    if not told:
        raise NotMeasured("no page answered")
    slowest = f"console pages: {kind}the slowest ({told[0].route})"
    rows = [Row(slowest, told[0].milliseconds, "ms", at_most=BOUND_MILLISECONDS)]
    rows += [Row(f"console pages: {kind}{page.route}", page.milliseconds, "ms") for page in told[1:6]]
    return Findings(rows, [{"route": page.route, "status": page.status, "ms": page.milliseconds} for page in pages])


def _addresses(home: Home, numbers: Numbers) -> Iterator[tuple[str, str]]:
    """Each route that is read, as the application has it, and where it is asked."""
    named = {
        "bulletin_id": str(numbers.sent),
        "subscriber_id": "200",
        "notice": home.shelf.all()[0].name,
        "table": "months",
        "key": LETTER.partition(".")[0],
    }
    for path in sorted(set(_read_paths(console_app(home).routes))):
        if not path.startswith("/admin") or path.endswith(STREAMS):
            continue
        values = {**named, "bulletin_id": str(numbers.draft)} if path.endswith("/edit") else named
        yield path, _filled(path, values)


def _read_paths(routes: Sequence[Any]) -> Iterator[str]:
    """A router that was taken in keeps its routes to itself."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _read_paths(inner.routes)
        elif "GET" in (getattr(route, "methods", None) or ()):
            yield route.path


def _filled(path: str, values: dict[str, str]) -> str:
    """What nothing is known of is asked for as the first one."""
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        path = f"{before}{values.get(name, '1')}{after}"
    return path


def _ask_all(place: Place, addresses: Sequence[tuple[str, str]], cookie: str) -> Iterator[Page]:
    connection = HTTPConnection("127.0.0.1", place.web_port, timeout=60)
    for route, address in addresses:
        spent, status = [], 0
        for _ in range(ASKED + 1):
            begun = time.monotonic()
            connection.request("GET", address, headers={"Cookie": f"{COOKIE}={cookie}"})
            answer = connection.getresponse()
            answer.read()
            spent.append((time.monotonic() - begun) * 1000)
            status = answer.status
        yield Page(route, status, tuple(round(each, 2) for each in spent[1:]))


def _sign_in(home: Home) -> str:
    """A session as if the manager had come in by the door."""
    with home.database.write() as session:
        me = staff.find(session, Address.parse(MANAGER))
        if me is None:
            raise NotMeasured("the manager could not be entered")
        return sign_in.open_session(session, me, at=home.clock.now()).token


def _put_letter(home: Home) -> None:
    folder = home.mailbox / "new"
    folder.mkdir(parents=True)
    (folder / LETTER).write_text("Delivered-To: r1@mail1.example.com\nSubject: test\n\ntest\n")
