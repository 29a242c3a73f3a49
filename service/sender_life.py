"""A sender's life: each has a name of its own, and knows the names of those before it whose work it takes up."""

import asyncio
import logging
import re
import secrets
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import OperationalError

from mailer import roll
from service.home import Home

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.5  # two beats and a half of a sender at work
_NAMES_KEPT = 8


@dataclass(frozen=True)
class Life:
    """`former` lived here, beside the same flight log, and are surely over."""

    name: str
    former: frozenset[str]


async def new_life(home: Home, path: Path, stop: asyncio.Event) -> Life:
    """The names of this data folder's senders stand in `path`, the newest last.

    Our lock on the flight log proves that they have ended, unless the folder was copied to another host whose sender
    lives on: one that still tells that it lives keeps what it holds.
    """
    known = _names(path)
    former = {name for name in known if not await _lives(home, name, stop)}
    name = f"{_host()}-{secrets.token_hex(4)}"
    _keep(path, [*known[-_NAMES_KEPT:], name])
    return Life(name, frozenset(former))


def _names(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").split() if path.exists() else []


def _keep(path: Path, names: Sequence[str]) -> None:
    draft = path.with_suffix(".new")  # whole or not at all, also at a kill in between
    draft.write_text("\n".join(names), encoding="ascii")
    draft.replace(path)


async def _lives(home: Home, name: str, stop: asyncio.Event) -> bool:
    """Only where several hosts share a database can it live at all."""
    if home.database.is_sqlite:
        return False
    before = await _beats(home, name, stop)
    if before is None:
        return False
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
    after = await _beats(home, name, stop)
    if after is None or after == before:
        return False
    log.warning("a sender of the same data folder lives on another host: was the folder copied?")
    return True


async def _beats(home: Home, name: str, stop: asyncio.Event) -> int | None:
    def look() -> int | None:
        with home.database.read() as session:
            return roll.beats(session, name)

    while not stop.is_set():
        try:
            return await asyncio.to_thread(look)
        except OperationalError as problem:
            log.warning("the database does not answer (%s)", type(problem.orig).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1.0)
    return None


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname())[:40] or "host"
