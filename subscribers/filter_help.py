"""Filter help: how each mail service is told to let our mail through; filter_help.toml holds the facts."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from foundation.plain_text import one_line
from foundation.strict_table import KeyInvalid, StrictTable

SHIPPED = Path(__file__).with_name("filter_help.toml")

_KEY = re.compile(r"[a-z]{1,16}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SOURCE = re.compile(r"https://[a-z0-9.-]+/[!-;=?-~]*")


class FilterHelpInvalid(Exception):
    """The file cannot be used; the text is one line that names the file and the key."""


@dataclass(frozen=True)
class FilterHelp:
    """Of one mail service. `domains` are what stands behind the @ there; `checked` is the day on which somebody last
    compared `steps` with what the service itself says at `source`, None where nobody could. `from_copy` says that it
    was a stored copy of unknown age instead."""

    key: str
    name: str
    domains: tuple[str, ...]
    steps: tuple[str, ...]
    source: str | None
    checked: date | None
    from_copy: bool


def load_filter_help(path: Path = SHIPPED) -> Sequence[FilterHelp]:
    """In the order of the file. Raises FilterHelpInvalid."""
    try:
        table = StrictTable(tomllib.loads(path.read_text(encoding="utf-8")))
        found = [_service(each) for each in table.tables("service")]
        table.finish()
    except (OSError, ValueError, KeyInvalid) as problem:
        raise FilterHelpInvalid(f"{path}: {one_line(str(problem))}") from problem
    if len({each.key for each in found}) != len(found):
        raise FilterHelpInvalid(f"{path}: service: a key stands twice")
    return found


def help_for(domain: str, services: Sequence[FilterHelp]) -> FilterHelp | None:
    """None for a domain that says nothing of its mail service."""
    return next((each for each in services if domain in each.domains), None)


def _service(table: StrictTable) -> FilterHelp:
    checked = _matching(table, "checked", _DAY)
    from_copy = table.flag("from_copy", default=False)
    if checked and from_copy:
        raise KeyInvalid(table.key("from_copy"), "stands beside a day on which the page itself was seen")
    return FilterHelp(
        key=_matching(table, "key", _KEY, required=True),
        name=table.text("name"),
        domains=table.texts("domains"),
        steps=table.texts("steps"),
        source=_matching(table, "source", _SOURCE) or None,
        checked=date.fromisoformat(checked) if checked else None,
        from_copy=from_copy,
    )


def _matching(table: StrictTable, name: str, pattern: re.Pattern[str], *, required: bool = False) -> str:
    text = table.text(name, None if required else "")
    if text and not pattern.fullmatch(text):
        raise KeyInvalid(table.key(name), f"{text!r} does not serve")
    return text
