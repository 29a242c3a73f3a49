"""The practice mailbox: a Maildir that takes every letter in place of the outside world."""

import asyncio
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mailer.courier import Delivered, Envelope, Line, NotTried, Outcome, Tray, Unwanted

log = logging.getLogger(__name__)

ASK_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 5.0


class PracticeMailbox:
    """A courier whose lines write files. A letter tried twice is one file: its name is its outbox number."""

    def __init__(self, folder: Path, *, connections: int = 4) -> None:
        self.folder = folder
        self._troubles: dict[str, str] = {}
        self._lines = [_PracticeLine(folder, self._troubles) for _ in range(connections)]

    def lines(self) -> Sequence[Line]:
        return self._lines

    def troubles(self) -> Mapping[str, str]:
        return self._troubles


@dataclass(frozen=True)
class PracticeLetter:
    """A file of the mailbox; `key` names it on the console's page."""

    key: str
    path: Path


def newest_letters(folder: Path) -> Iterator[PracticeLetter]:
    """The letters, newest first; mail programs may have moved some from `new` to `cur`."""
    found: list[tuple[float, Path]] = []
    for part in ("new", "cur"):
        if (folder / part).is_dir():
            found += [(entry.stat().st_mtime, Path(entry.path)) for entry in os.scandir(folder / part)]
    for _, path in sorted(found, reverse=True):
        yield PracticeLetter(path.name.split(".", 1)[0], path)


class _PracticeLine:
    relay = "practice"

    def __init__(self, folder: Path, troubles: dict[str, str]) -> None:
        self._folder = folder
        self._troubles = troubles

    async def work(self, tray: Tray) -> None:
        wait = 0.0
        while await self._called(tray):
            while (envelope := tray.take()) is not None:
                outcome = self._deliver(envelope, tray)
                tray.ended(envelope, outcome)
                if isinstance(outcome, NotTried):
                    wait = min(max(1.0, wait * 2), LONGEST_WAIT_SECONDS)
                    await asyncio.sleep(wait)
                else:
                    wait = 0.0
                    await asyncio.sleep(0)  # others have their turn

    async def _called(self, tray: Tray) -> bool:
        """While nothing can be written no letter is held for us: we ask for one now and then, and hear no call."""
        if self.relay not in self._troubles:
            return await tray.wait()
        with suppress(TimeoutError):
            return await asyncio.wait_for(tray.wait(), ASK_SECONDS)
        return True

    def _deliver(self, envelope: Envelope, tray: Tray) -> Outcome:
        if not tray.may_go(envelope):
            return Unwanted()
        try:
            outcome = self._keep(envelope)
        except OSError as problem:
            reason = f"the practice mailbox cannot be written: {problem.strerror}"
            if self.relay not in self._troubles:
                log.error("no letter can be handed over: %s", reason)
            self._troubles[self.relay] = reason
            return NotTried(reason)
        self._troubles.pop(self.relay, None)
        return outcome

    def _keep(self, envelope: Envelope) -> Outcome:
        for part in ("tmp", "new", "cur"):
            (self._folder / part).mkdir(parents=True, exist_ok=True)
        name = f"{envelope.number:012d}.practice"
        if (self._folder / "cur" / f"{name}:2,S").exists():
            return Delivered("already in the practice mailbox")
        # As the recipient's server would: where it was delivered, and the return path it came with.
        head = f"Return-Path: <{envelope.sender}>\nDelivered-To: {envelope.recipient}\n".encode()
        draft = self._folder / "tmp" / name
        draft.write_bytes(head + envelope.octets.replace(b"\r\n", b"\n"))  # a Maildir keeps plain line ends
        draft.replace(self._folder / "new" / name)
        return Delivered("in the practice mailbox")
