"""Every page that residents read, as the application has it, and how it is asked for in earnest."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy import insert

from bench.console_routes import filled, read_paths
from bench.full_desk import Numbers
from bench.network_routes import Examples
from bench.page_times import Asked
from bulletins.months import Month
from foundation.tokens import fingerprint
from service.home import Home
from service.web import residents_app
from subscribers.links import PREFERENCES, STOP
from subscribers.tables import Invitation

INVITED = "benchmarks-invitation"
READER = 200
_NO_PAGES = ("/healthz", "/readyz", "/metrics")


def asked(home: Home, numbers: Numbers, *, at: datetime) -> Iterator[Asked]:
    """Each route at least once; what is behind a token as its resident and as a stranger."""
    _invite(home, at=at)
    sign = home.keyring.sign
    tokens = {"/r/": INVITED, "/me/": sign(PREFERENCES, READER), "/stop/": sign(STOP, READER)}
    for path in sorted(set(read_paths(residents_app(home).routes))):
        token = next((each for start, each in tokens.items() if path.startswith(start)), "")
        if path in _NO_PAGES or path.startswith(("/admin", "/api")):
            continue
        if token and path.count("/") == 2:
            yield Asked(path, filled(path, {"token": token}))
            yield Asked(f"{path} (unknown)", filled(path, {"token": "unknown"}), status=404)
        elif path == "/bulletins/{number}":
            for name in ("sent", "correction"):
                yield Asked(f"{path} ({name})", filled(path, {"number": getattr(numbers, name)}))
        elif path.startswith("/help/{key}"):
            yield Asked(path, filled(path, {"key": "docomo"}))
        elif "{" not in path:
            # After a reload of its answer, the form leads back to the first page.
            yield Asked(path, path, status=303 if path == "/register" else 200)
            yield from _questions(home, path, at=at)
    yield from _of_the_network(home, numbers)
    yield replace(Asked("POST /me/{token}", f"/me/{tokens['/me/']}"), form={"topic": "crime"})
    yield Asked("a page that does not exist", "/nowhere", status=404)


def _of_the_network(home: Home, numbers: Numbers) -> Iterator[Asked]:
    seen: Counter[str] = Counter()
    for path, values in Examples(home.database, home.keyring).behind_links(numbers.fresh, numbers.sent):
        seen[path] += 1
        yield Asked(f"{path} ({seen[path]})", filled(path, values))


def _questions(home: Home, path: str, *, at: datetime) -> Iterator[Asked]:
    """The same page, narrowed."""
    month = Month.of(at - timedelta(days=60), home.town.zone).text
    common, rare, none = quote("不審な電話"), quote("その1777"), quote("白い猫")
    questions = {
        "/bulletins": (
            *("topic=crime", f"month={month}", f"q={common}", f"q={rare}", f"q={none}", "before=500"),
            f"month={month}&topic=crime&q={common}",
        ),
        "/bulletins.atom": ("topic=crime",),
    }
    for question in questions.get(path, ()):
        yield Asked(f"{path}?{question}", f"{path}?{question}")


def _invite(home: Home, *, at: datetime) -> None:
    row = {"address": "new@example.jp", "created_at": at, "expires_at": at + timedelta(hours=24)}
    with home.database.write() as session:
        session.execute(insert(Invitation), {**row, "token_hash": fingerprint(INVITED)})
