"""The sample town, the printed bulletins and drafts for the tests of notices and checks."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from bulletins.checks.draft import DraftText
from bulletins.filling import fill
from bulletins.notice_shelf import NoticeShelf
from bulletins.tongue import Tongue
from bulletins.wording import write
from foundation.languages import Language
from subscribers.town import Town, load_town
from tests.support import read_once

PROJECT = Path(__file__).parents[2]
NOTICES = PROJECT / "templates" / "notices"
EDITIONS = PROJECT / "templates" / "editions"
GOLDEN = Path(__file__).parent / "golden"
FRIDAY = datetime.fromisoformat("2026-11-20T18:30:00+09:00")


@cache
def komorebi() -> Town:
    return load_town(PROJECT / "service" / "komorebi.toml")


@cache
def koganei() -> Town:
    return load_town(GOLDEN / "koganei.toml")


def tongues(town: Town) -> Mapping[Language, Tongue]:
    return read_once.read_tongues(EDITIONS, town)


def shelf(town: Town) -> NoticeShelf:
    return read_once.load_notices(NOTICES, town, tongues(town))


@dataclass(frozen=True)
class Printed:
    """One of the bulletins that the city printed: its field values, and the lines that must come out."""

    at: datetime
    category: str
    fields: Mapping[str, object]
    lines: tuple[str, ...]


def printed(name: str) -> Printed:
    raw = tomllib.loads((GOLDEN / f"{name}.toml").read_text(encoding="utf-8"))
    lines = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return Printed(datetime.fromisoformat(raw["at"]), raw["category"], raw["fields"], tuple(lines))


def draft(
    name: str,
    values: Mapping[str, object] | None = None,
    *,
    town: Town | None = None,
    category: str | None = None,
    at: datetime = FRIDAY,
) -> DraftText:
    """A draft of the notice, filled with its example where no values are given."""
    town = town or komorebi()
    notice = shelf(town).get(name)
    filled = fill(notice, notice.example if values is None else values)
    wording = write(notice, filled, town)
    return DraftText(
        notice=notice,
        kind=notice.kind,
        category=category or notice.default_category,
        fields=filled,
        subject=wording.subject,
        text=wording.text,
        town=town,
        at=at,
    )


def plain(subject: str = "市役所からのお知らせ", text: str = "", *, category: str | None = None) -> DraftText:
    """A draft in free words; `text` stands in a body that is long enough by itself."""
    body = f"{text}\nくわしいことは、地域安全課の窓口でおたずねください。"
    return draft("plain", {"subject": subject, "text": body}, category=category)
