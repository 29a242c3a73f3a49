"""Every page of the console that is read, as the application has it, and how it is asked for in earnest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from admin.accounts.entry_cookies import HALF_WAY
from admin.frame.guard import COOKIE
from bench import network_routes
from bench.full_desk import LETTER, VERSIONED, Desk, Numbers
from bench.network_routes import MEETING_NUMBERS, VOICE_NUMBERS, Examples
from bench.page_times import Asked
from foundation.fiscal_year import FiscalYear
from service.home import Home
from service.web import console_app

SEARCH = "/admin/subscribers"  # who is found is shown on a page of their own
STREAMS = "/events"  # an answer without an end
DOWNLOADS = (".csv", "/export")
_TYPED = {"notice": VERSIONED, "field-subject": "停電のお知らせ", "field-text": "本日 午後3時ごろから停電しています。"}
_NOTICE = {"made_from": "0", "newest": "0", "subject": "試験", "body": "試験です。"}
# Beside what is read: what the script asks for while one writes, and the search for an address.
_POSTS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("/admin/write/preview", _TYPED),
    (f"/admin/notices/{VERSIONED}/preview", _NOTICE),
    (SEARCH, {"address": "r777@town77.example.jp"}),
    *network_routes.POSTS,
)


def is_download(way: Asked) -> bool:
    return way.address.endswith(DOWNLOADS)


def asked(home: Home, numbers: Numbers, desk: Desk, *, at: datetime) -> Iterator[Asked]:
    """Each route at least once."""
    examples = Examples(home.database, home.keyring)
    ways = _Ways(numbers, desk, FiscalYear.of(at, home.town.zone).number, examples)
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
    examples: Examples

    def to(self, path: str) -> Iterator[Asked]:
        if path == "/admin/bulletins/{bulletin_id}":
            for state, number in vars(self.numbers).items():
                yield self.page(f"{path} ({state})", path, bulletin_id=number)
        elif path.endswith(("/statement", "/sheet", "/not-reached")):
            for state in ("sent", "correction", "halted"):
                yield self.page(f"{path} ({state})", path, bulletin_id=getattr(self.numbers, state))
        elif path.startswith(("/admin/statistics/{year}", "/admin/liaisons/years/{year}")):
            yield self.page(path, path, year=self.year - 1)
        elif path.endswith("{table}.csv"):
            of_places = path.startswith("/admin/places/")
            for table in ("places", "placements") if of_places else ("months", "weeks", "places", "topics", "areas"):
                yield self.page(path.replace("{table}", table), path, table=table)
        elif path.startswith(("/admin/liaisons/{", "/admin/voices/{", "/admin/meetings/{")):
            yield from self._of_each_kind(path)
        else:
            yield self.page(path, path)
        yield from self._narrowed(path)

    def _of_each_kind(self, path: str) -> Iterator[Asked]:
        """Of a liaison, a voice or a meeting in each of its states; only who is gone is asked again."""
        kinds: Mapping[str, int] = VOICE_NUMBERS if "{voice_id}" in path else MEETING_NUMBERS
        if "{liaison_id}" in path:
            states = ("declined",) if path.endswith("/again") else network_routes.LIAISON_STATES
            kinds = {state: self.examples.liaison(state) for state in states}
        for kind, number in kinds.items():
            filled_in = dict.fromkeys(("liaison_id", "voice_id", "meeting_id"), number)
            yield self.page(f"{path} ({kind})", path, **filled_in)

    def _narrowed(self, path: str) -> Iterator[Asked]:
        """The same with a question."""
        questions = {
            "/admin/ledger": ("room=subscriber", "who=staff:2&room=subscriber", "since=2026-04-01&until=2026-04-30"),
            "/admin/bulletins": ("state=sent", "before=500"),
            "/admin/bounces": ("domain=town7.example.jp",),
            "/admin/write/{notice}": ("example=1", f"from={self.numbers.sent}"),
            **network_routes.QUESTIONS,
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
            "key": self._key(path),
            "token": tokens["welcome"] if "/welcome/" in path else tokens["new-password"],
        }
        half = {"/admin/sign-in/code": "code", "/admin/sign-in/set-up": "set-up"}.get(path)
        cookie = f"{HALF_WAY}={tokens[half]}" if half else f"{COOKIE}={self.desk.manager}"
        return Asked(name, filled(path, {**usual, **values}), cookie if not _is_open(path) else "")

    def _key(self, path: str) -> str:
        if path.startswith("/admin/materials/"):
            return "page-1"
        return self.desk.tokens["kept"] if "/kept/" in path else LETTER.partition(".")[0]


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
