"""The processes of a benchmark: each in a group of its own, ended by its number, whatever happens."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.findings import NotMeasured
from bench.plan import ROOT

END_SECONDS = 20


class Child:
    """Started at once. With a `log` it writes there and hears nothing; without, it is spoken to line by line and ends
    when its standard input does."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path = ROOT,
        log: Path | None = None,
    ) -> None:
        self._output = None if log is None else log.open("ab")
        self._process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE if log is None else subprocess.DEVNULL,
            stdout=subprocess.PIPE if log is None else self._output,
            stderr=None if log is None else self._output,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def ask(self, line: str) -> str:
        """Its one-line answer."""
        if self._process.stdin is None:
            raise ValueError("a child with a log is not spoken to")
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        return self.answer()

    def answer(self, *, seconds: float = 30) -> str:
        """Its next line. Raises NotMeasured when it ends or stays silent."""
        if self._process.stdout is None:
            raise ValueError("a child with a log says nothing else")
        ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        line = self._process.stdout.readline().decode().strip() if ready else ""
        if not line:
            raise NotMeasured(f"{self._process.args!r} gave no answer")
        return line

    def end(self) -> None:
        """Told to end, and killed with its group when it does not."""
        if not self.ended:
            if self._process.stdin is not None:
                with suppress(OSError):
                    self._process.stdin.close()
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)
        self.kill()

    def kill(self) -> None:
        """The process and all that it started, without a word of warning."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._output):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


def module(name: str, *arguments: object) -> list[str]:
    """The command that runs a module of ours."""
    return [sys.executable, "-m", name, *(str(argument) for argument in arguments)]


def descendants(pid: int) -> list[int]:
    """Children, their children and so on, oldest first; empty when the process is gone."""
    found: list[int] = []
    with suppress(OSError):
        for task in sorted(Path(f"/proc/{pid}/task").iterdir()):
            for child in (task / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def cpu_seconds(pids: Sequence[int]) -> float:
    """User and system time so far, of those that live."""
    ticks = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def peak_memory(pids: Sequence[int]) -> int:
    """The most resident octets each ever had, added up."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    return total


def rest(pids: Sequence[int], *, seconds: float = 30) -> None:
    """Returns when the processes have come to rest after their start, or the time is over."""
    end = time.monotonic() + seconds
    time.sleep(1)
    before = cpu_seconds(pids)
    while time.monotonic() < end:
        time.sleep(0.5)
        now = cpu_seconds(pids)
        if now - before < 0.05:
            return
        before = now
