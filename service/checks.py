"""The checks: whether the service could do its work as it is set up, told one by one; nothing is changed by them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from foundation.database import why
from foundation.settings import Mode
from service.home import Home
from service.misfits import MISFITS
from service.schema import Standing, standing
from service.signing import misalignment, signer_of


class Verdict(StrEnum):
    """`note` is for what serves, and a person should know."""

    OK = "ok"
    FAILED = "failed"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    verdict: Verdict
    what: str
    words: str


Said = tuple[Verdict, str]


def look_over(home: Home) -> None:
    """Enters each room that reads a setting, the town file or a template; makes no file. Raises MISFITS."""
    _ = (home.hours, home.stationery, home.catalogues, home.publisher, home.carriers)
    _ = (home.check_levels, home.solo_notices)


def findings(home: Home) -> Iterator[Finding]:
    """In the order in which a person would mend them."""
    checks: list[tuple[str, Callable[[Home], Iterator[Said]]]] = [
        ("settings", _settings),
        ("database", _database),
        ("town", _town),
        ("templates", _templates),
        ("from", _from),
        ("dkim", _dkim),
        ("relays", _relays),
        ("pacing", _pacing),
    ]
    for what, check in checks:
        try:
            for verdict, words in check(home):
                yield Finding(verdict, what, words)
        except MISFITS as problem:
            yield Finding(Verdict.FAILED, what, str(problem))
        except SQLAlchemyError as problem:
            yield Finding(Verdict.FAILED, what, f"does not answer: {why(problem)}")


def _settings(home: Home) -> Iterator[Said]:
    settings = home.settings
    yield Verdict.OK, f"{settings.mode} mode, data in {settings.data.absolute()}"
    if settings.mode is Mode.LIVE and settings.public_url.startswith("http:"):
        yield Verdict.NOTE, f"links in mail are not protected: HANSHO_PUBLIC_URL is {settings.public_url}"


def _database(home: Home) -> Iterator[Said]:
    url = make_url(home.settings.url)
    if url.drivername == "sqlite" and not Path(url.database or "").exists():
        # To ask SQLite would make the file.
        yield Verdict.FAILED, "there is none yet: run hansho migrate"
        return
    here = standing(home.database)
    if here is Standing.NEWEST:
        yield Verdict.OK, f"answers, and {here.value}"
    else:
        yield Verdict.FAILED, here.value


def _town(home: Home) -> Iterator[Said]:
    _ = home.hours
    yield Verdict.OK, f"{home.town.service_name}, From {home.town.from_address}"
    if home.settings.mode is Mode.LIVE and home.settings.town is None:
        yield Verdict.NOTE, "this is the sample town: HANSHO_TOWN is not set"


def _templates(home: Home) -> Iterator[Said]:
    look_over(home)
    for notice in home.shipped_shelf.broken:
        yield Verdict.FAILED, f"notice template left out: {notice}"
    if not home.shipped_shelf.broken:
        yield Verdict.OK, "letters and notice templates can be read"


def _from(home: Home) -> Iterator[Said]:
    problem = misalignment(home.settings, home.town.from_address)
    if problem is None:
        yield Verdict.OK, f"{home.town.from_address} aligns with the domain that mail goes out from"
    else:
        yield Verdict.FAILED if home.settings.mode is Mode.LIVE else Verdict.NOTE, problem


def _dkim(home: Home) -> Iterator[Said]:
    signer = signer_of(home.settings)
    if signer is None:
        yield Verdict.NOTE, "letters are not signed here, so the relay has to: HANSHO_DKIM_KEY is not set"
        return
    if signer.key.proves_itself():
        yield Verdict.OK, f"signs by {signer.key.algorithm}; its record belongs at {signer.record_name}"
    else:
        yield Verdict.FAILED, "the key does not accept its own signature"
    if signer.key.weakness:
        yield Verdict.NOTE, signer.key.weakness
    if home.settings.dkim_key and home.settings.dkim_key.stat().st_mode & 0o007:
        yield Verdict.NOTE, "everybody on this machine may read the key: chmod o= on its file"


def _relays(home: Home) -> Iterator[Said]:
    if home.settings.mode is Mode.PRACTICE:
        yield Verdict.OK, "not used in practice mode: no connection is opened"
        return
    for relay in home.settings.relays:
        yield Verdict.NOTE, f"{relay}, {relay.connections} connections: not asked here, see the log once it serves"


def _pacing(home: Home) -> Iterator[Said]:
    _ = home.carriers
    yield Verdict.OK, f"carriers' groups by {home.settings.pacing or 'the shipped file'}"
