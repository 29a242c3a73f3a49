"""A sender's life: each has a name of its own, and knows the names of those before it whose work it takes up."""

import asyncio
import logging
import re
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from foundation.database import OUTAGES, why
from mailer import roll
from service.home import Home

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.5  # two beats and a half of a sender at work
_NAMES_KEPT = 8
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Life:
    """`former` lived here, beside the same flight log, and are surely over."""

    name: str
    former: frozenset[str]


async def new_life(home: Home, log_file: Path, stop: asyncio.Event) -> Life:
    """The names of the senders that wrote this flight log stand in `lives` beside it, the newest last, each with the
    host and the file it held.

    Our lock on the flight log proves that whoever held this very file on this very host has ended. If the folder came
    from elsewhere, a sender may live on there: one that still tells that it lives keeps what it holds.
    """
    path, here = log_file.with_name("lives"), _here(log_file)
    known = _known(path)
    former = {name for name, there in known.items() if (here and there == here) or not await _lives(home, name, stop)}
    name = f"{_host()}-{secrets.token_hex(4)}"
    lives = [*list(known.items())[-_NAMES_KEPT:], (name, here)]
    _keep(path, "".join(f"{each} {where}\n" for each, where in lives))
    return Life(name, frozenset(former))


def _known(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return {name: where for name, _, where in (line.partition(" ") for line in lines)}


def _keep(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")  # whole or not at all, also at a kill in between
    draft.write_text(text, encoding="ascii")
    draft.replace(path)


def _here(log_file: Path) -> str:
    """This host since it was started, and the file; empty where the system does not tell."""
    try:
        file = log_file.stat()
        return f"{_BOOT.read_text(encoding='ascii').strip()}:{file.st_dev}:{file.st_ino}"
    except OSError:
        return ""


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
        except OUTAGES as problem:
            log.warning("the database does not answer (%s)", why(problem))
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1.0)
    return None


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname())[:40] or "host"
