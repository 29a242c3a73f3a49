"""A house that has been at work for years, whose pages are asked one after the other."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bench.findings import NotMeasured
from bench.full_desk import Numbers
from bench.full_house import BULLETINS, NEWEST, fill
from bench.page_times import Asked, Page, ask_all
from bench.place import new_folder, settled
from bench.plan import Plan
from bench.sinks import free_port, until_open
from bench.telling import say
from foundation.clock import SystemClock
from foundation.settings import load
from service.home import Home

RESIDENTS = 1_000_000
SLOWEST = 5  # pages that have a line of their own

Ways = Callable[[Home, Numbers, datetime], Iterable[Asked]]


def ask_full_house(plan: Plan, database_url: str, ways: Ways, **settings: str) -> Sequence[Page]:
    """Each page and how it answered, the slowest first; told as it goes."""
    with new_folder() as folder:
        people = plan.letters(RESIDENTS)
        place = settled(folder, plan, port=free_port(), people=people, database_url=database_url)
        place = place.with_settings(**settings)
        home = Home(load(place.own_settings()), SystemClock())
        at = home.clock.now()
        begun = time.monotonic()
        numbers = fill(home, residents=people, bulletins=plan.times(BULLETINS) + 2 * NEWEST, at=at)
        say(f"filled in {time.monotonic() - begun:.0f} s")
        asked = list(ways(home, numbers, at))
        home.database.close()
        with place.serve("web") as web:
            until_open(place.web_port, seconds=60)
            pages = sorted(ask_all(place, asked, web.pid), key=lambda page: -page.median)
    for page in pages:
        say(page.told())
    return pages


def as_they_should_be(pages: Sequence[Page]) -> Sequence[Page]:
    """Raises NotMeasured where none is."""
    told = [page for page in pages if page.is_as_it_should_be]
    if not told:
        raise NotMeasured("no page answered")
    return told
