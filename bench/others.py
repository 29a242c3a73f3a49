"""What else the machine was doing just before a benchmark: figures from a busy machine mean little."""

import time
from pathlib import Path

WATCHED_SECONDS = 1.0
BUSY = 0.1


def busy_share(seconds: float = WATCHED_SECONDS) -> float:
    """The share of all cores that was in use during this time, from 0 to 1."""
    before = _ticks()
    time.sleep(seconds)
    after = _ticks()
    total = sum(after) - sum(before)
    idle = sum(after[3:5]) - sum(before[3:5])  # idle, and waiting for a disk
    return 1 - idle / total if total else 0.0


def _ticks() -> list[int]:
    """User, nice, system, idle, iowait, irq, softirq, steal; what follows is a part of the first two."""
    return [int(ticks) for ticks in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
