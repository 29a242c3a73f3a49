"""The supervisor: starts each role as a child process, starts it again when it dies, ends them all together."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from service.roles import RoleName

log = logging.getLogger(__name__)

PARENT_PIPE = "PARENT_PIPE_OF_HANSHO"
TICK_SECONDS = 0.2
GRACE_SECONDS = 15
EARLY_SECONDS = 5
LONGEST_WAIT_SECONDS = 30


@dataclass
class _Child:
    role: RoleName
    process: subprocess.Popen[bytes]
    started: float
    deaths: int = 0
    again_at: float | None = None


class Supervisor:
    """Runs until it is told to stop, or a role cannot even start."""

    def __init__(self, roles: Sequence[RoleName]) -> None:
        self._roles = roles
        self._stopping = False
        self._theirs, self._ours = os.pipe()

    def run(self) -> int:
        """The exit status: 1 when a role could not start (a port in use, say), otherwise 0."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        children = [_Child(role, self._start(role), time.monotonic()) for role in self._roles]
        status = 0
        while not self._stopping:
            time.sleep(TICK_SECONDS)
            if any(self._look_after(child) for child in children):
                status = 1
                break
        self._end(children)
        return status

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self, role: RoleName) -> subprocess.Popen[bytes]:
        # The pipe tells the child when we are gone, even by kill -9.
        return subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-m", "service", "role", role.value],
            env={**os.environ, PARENT_PIPE: str(self._theirs)},
            pass_fds=(self._theirs,),
        )

    def _look_after(self, child: _Child) -> bool:
        """True when there is no use in going on."""
        if self._stopping or child.process.poll() is None:
            return False
        now = time.monotonic()
        if child.again_at is None:
            if child.deaths == 0 and now - child.started < EARLY_SECONDS and child.process.returncode > 0:
                return True
            child.deaths = child.deaths + 1 if now - child.started < 60 else 1
            wait = min(2.0 ** (child.deaths - 1), LONGEST_WAIT_SECONDS)
            log.error("%s ended (%d), starting it again in %d s", child.role, child.process.returncode, wait)
            child.again_at = now + wait
        elif now >= child.again_at:
            child.process, child.started, child.again_at = self._start(child.role), now, None
        return False

    def _end(self, children: Sequence[_Child]) -> None:
        for child in children:
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        for child in children:
            try:
                child.process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
