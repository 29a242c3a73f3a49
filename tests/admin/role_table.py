"""The table of docs/roles.md, and the routes that the application really has."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute

from admin.people.roles import Role

ROLES_PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
YES, NO = "○", "―"
# Whoever comes along may knock here.
OPEN = "だれでも"

_LINE = re.compile(r"\| `(?P<method>[A-Z]+)` \| `(?P<path>[^`]+)` \|(?P<cells>.+)\|")


@dataclass(frozen=True, order=True)
class Way:
    """One method of one route."""

    path: str
    method: str

    @property
    def address(self) -> str:
        """With a number that no row has, a name that no notice has."""
        return re.sub(r"{[^}]*}", lambda found: "plain" if "notice" in found[0] else "999999", self.path)


def table() -> Mapping[Way, frozenset[Role] | None]:
    """Who may pass; None where nobody is asked."""
    found: dict[Way, frozenset[Role] | None] = {}
    for line in ROLES_PAGE.read_text(encoding="utf-8").splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        cells = [cell.strip() for cell in match["cells"].split("|")]
        way = Way(match["path"], match["method"])
        if way in found:
            raise ValueError(f"{way} stands twice in {ROLES_PAGE.name}")
        found[way] = None if cells[0] == OPEN else frozenset(_allowed(cells))
    return found


def _allowed(cells: list[str]) -> Iterator[Role]:
    for role, cell in zip(Role, cells, strict=True):
        if cell not in (YES, NO):
            raise ValueError(f"{cell!r} is neither {YES} nor {NO}")
        if cell == YES:
            yield role


def routes(app: FastAPI) -> set[Way]:
    """Every way into the console and the API."""
    return {
        Way(route.path, method)
        for route in _routes(app.routes)
        if route.path.startswith(("/admin", "/api/"))
        for method in route.methods or ()
    }


def _routes(those: Iterable[object]) -> Iterator[APIRoute]:
    """Those of included routers too, which FastAPI keeps as routers."""
    for each in those:
        if isinstance(each, APIRoute):
            yield each
        else:
            included = getattr(each, "original_router", None)
            yield from _routes(included.routes if included is not None else ())


def line(way: Way, allowed: frozenset[Role] | None) -> str:
    """A line of the page, to be looked at and put in by hand."""
    cells = [OPEN, "", "", ""] if allowed is None else [YES if role in allowed else NO for role in Role]
    return f"| `{way.method}` | `{way.path}` | " + " | ".join(cells) + " |"
