"""Every page of the console that is read, as the application has it, and how it is asked for in earnest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from admin.entry_cookies import HALF_WAY
from admin.guard import COOKIE
from bench.full_desk import LETTER, VERSIONED, Desk, Numbers
from bench.page_times import Asked
from foundation.fiscal_year import FiscalYear
from service.home import Home
from service.web import console_app

SEARCH = "/admin/subscribers"  # who is found is shown on a page of their own
STREAMS = "/events"  # an answer without an end
DOWNLOAD = ".csv"
_TYPED = {"notice": VERSIONED, "field-subject": "停電のお知らせ", "field-text": "本日 午後3時ごろから停電しています。"}
_NOTICE = {"made_from": "0", "newest": "0", "subject": "試験", "body": "試験です。"}
# Beside what is read: what the script asks for while one writes, and the search for an address.
_POSTS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("/admin/write/preview", _TYPED),
    (f"/admin/notices/{VERSIONED}/preview", _NOTICE),
    (SEARCH, {"address": "r777@town77.example.jp"}),
)


def is_download(way: Asked) -> bool:
    return way.address.endswith(DOWNLOAD)


def asked(home: Home, numbers: Numbers, desk: Desk, *, at: datetime) -> Iterator[Asked]:
    """Each route at least once."""
    ways = _Ways(numbers, desk, FiscalYear.of(at, home.town.zone).number)
    for path in sorted(set(read_paths(console_app(home).routes))):
        if path.startswith("/admin") and not path.endswith(STREAMS):
            yield from ways.to(path)
    for path, form in _POSTS:
        page = replace(ways.page(f"POST {path}", path), form=form)
        yield replace(page, status=303) if path == SEARCH else page


@dataclass(frozen=True)
class _Ways:
    numbers: Numbers
    desk: Desk
    year: int

    def to(self, path: str) -> Iterator[Asked]:
        if path == "/admin/bulletins/{bulletin_id}":
            for state, number in vars(self.numbers).items():
                yield self.page(f"{path} ({state})", path, bulletin_id=number)
        elif path.endswith(("/statement", "/sheet", "/not-reached")):
            for state in ("sent", "correction", "halted"):
                yield self.page(f"{path} ({state})", path, bulletin_id=getattr(self.numbers, state))
        elif path.startswith("/admin/statistics/{year}"):
            yield self.page(path, path, year=self.year - 1)
        elif path.endswith("{table}.csv"):
            of_places = path.startswith("/admin/places/")
            for table in ("places", "placements") if of_places else ("months", "weeks", "places", "topics", "areas"):
                yield self.page(path.replace("{table}", table), path, table=table)
        else:
            yield self.page(path, path)
        yield from self._narrowed(path)

    def _narrowed(self, path: str) -> Iterator[Asked]:
        """The same with a question."""
        questions = {
            "/admin/ledger": ("room=subscriber", "who=staff:2&room=subscriber", "since=2026-04-01&until=2026-04-30"),
            "/admin/bulletins": ("state=sent", "before=500"),
            "/admin/bounces": ("domain=town7.example.jp",),
            "/admin/write/{notice}": ("example=1", f"from={self.numbers.sent}"),
        }
        for question in questions.get(path, ()):
            asked = self.page(f"{path}?{question}", path)
            yield replace(asked, address=f"{asked.address}?{question}")

    def page(self, name: str, path: str, **values: object) -> Asked:
        tokens = self.desk.tokens
        usual: dict[str, object] = {
            "bulletin_id": self.numbers.solo if path.endswith("/alone") else self.numbers.draft,
            "subscriber_id": 200,
            "language": "en",
            "place_key": "library",
            "notice": VERSIONED,
            "name": VERSIONED,
            "version": 1,
            "key": tokens["kept"] if "/kept/" in path else LETTER.partition(".")[0],
            "token": tokens["welcome"] if "/welcome/" in path else tokens["new-password"],
        }
        half = {"/admin/sign-in/code": "code", "/admin/sign-in/set-up": "set-up"}.get(path)
        cookie = f"{HALF_WAY}={tokens[half]}" if half else f"{COOKIE}={self.desk.manager}"
        return Asked(name, filled(path, {**usual, **values}), cookie if not _is_open(path) else "")


def _is_open(path: str) -> bool:
    return path == "/admin/sign-in"


def read_paths(routes: Sequence[Any]) -> Iterator[str]:
    """A router that was taken in keeps its routes to itself."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from read_paths(inner.routes)
        elif "GET" in (getattr(route, "methods", None) or ()):
            yield route.path


def filled(path: str, values: Mapping[str, object]) -> str:
    """What nothing is known of is asked for as the first one."""
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        path = f"{before}{values.get(name, '1')}{after}"
    return path
