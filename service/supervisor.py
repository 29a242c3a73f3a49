"""The supervisor: starts each role as a child process, starts it again when it dies, ends them all together.

Children are forked from a process that has imported everything, opened nothing, and started no thread: a role is up
in a moment, and the memory of the code is shared.
"""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.roles import RoleName

log = logging.getLogger(__name__)

TICK_SECONDS = 0.1
GRACE_SECONDS = 15
EARLY_SECONDS = 5
STEADY_SECONDS = 60
LONGEST_WAIT_SECONDS = 30.0

# What a child does: its role, and the end of the pipe that closes when the parent is gone. Returns its exit status.
RunRole = Callable[[RoleName, int], int]


@dataclass
class _Child:
    role: RoleName
    process: int
    started: float
    deaths: int = 0
    again_at: float | None = None


class Supervisor:
    """Runs until it is told to stop, or a role cannot even start."""

    def __init__(self, roles: Sequence[RoleName], run_role: RunRole) -> None:
        self._roles = roles
        self._run_role = run_role
        self._stopping = False
        self._theirs, self._ours = os.pipe()

    def run(self) -> int:
        """The exit status: 1 when a role could not start (a port in use, say), otherwise 0."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        children = [_Child(role, self._start(role), time.monotonic()) for role in self._roles]
        status = 0
        while not self._stopping and not status:
            time.sleep(TICK_SECONDS)
            hopeless = [child.role for child in children if self._look_after(child)]
            status = 1 if hopeless else 0
        self._end(children)
        return status

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self, role: RoleName) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        process = os.fork()
        if process:
            return process
        status = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            # Only the parent holds the writing end: when it is gone, even by kill -9, the children read its end.
            os.close(self._ours)
            status = self._run_role(role, self._theirs)
        finally:
            sys.stderr.flush()
            os._exit(status)

    def _look_after(self, child: _Child) -> bool:
        """True when there is no use in going on."""
        now = time.monotonic()
        if child.again_at is not None:
            if now >= child.again_at:
                child.process, child.started, child.again_at = self._start(child.role), now, None
            return False
        status = _ended(child.process)
        if status is None or self._stopping:
            return False
        if child.deaths == 0 and now - child.started < EARLY_SECONDS and status > 0:
            return True
        child.deaths = child.deaths + 1 if now - child.started < STEADY_SECONDS else 1
        wait = min(2.0 ** (child.deaths - 1), LONGEST_WAIT_SECONDS)
        log.error("%s ended (%d), starting it again in %d s", child.role, status, wait)
        child.again_at = now + wait
        return False

    def _end(self, children: Sequence[_Child]) -> None:
        living = {child.process for child in children if child.again_at is None}
        _tell(living, signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        while living and time.monotonic() < end:
            time.sleep(TICK_SECONDS)
            living = {process for process in living if _ended(process) is None}
        _tell(living, signal.SIGKILL)


def _ended(process: int) -> int | None:
    """The exit status (negative: the signal), None while it runs; one already waited for has ended."""
    try:
        found, status = os.waitpid(process, os.WNOHANG)
    except ChildProcessError:
        return 0
    return os.waitstatus_to_exitcode(status) if found else None


def _tell(processes: set[int], number: signal.Signals) -> None:
    for process in processes:
        if _ended(process) is None:
            os.kill(process, number)
