"""Processes that are started, measured and ended by their number."""

import os
import sys
import time
from pathlib import Path

import pytest

from bench.findings import NotMeasured
from bench.processes import Child, cpu_seconds, descendants, peak_memory
from bench.sinks import free_port, until_open

PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
child.wait()
"""


def is_alive(pid: int) -> bool:
    """A process that has ended but was not waited for is dead as well."""
    path = Path(f"/proc/{pid}/stat")
    return path.exists() and path.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_child_that_is_ended_takes_its_own_children_with_it() -> None:
    with Child([sys.executable, "-c", PARENT]) as child:
        grandchild = int(child.answer())
        found = descendants(child.pid)

    end = time.monotonic() + 10
    while is_alive(grandchild) and time.monotonic() < end:
        time.sleep(0.01)
    assert found == [grandchild]
    assert child.ended
    assert not is_alive(grandchild)


def test_cost_and_memory_are_read_and_of_the_dead_there_is_none() -> None:
    assert cpu_seconds([os.getpid()]) > 0
    assert peak_memory([os.getpid()]) > 1 << 20
    with Child([sys.executable, "-c", "print(1)"]) as child:
        child.answer()
    assert descendants(child.pid) == []
    assert peak_memory([child.pid]) == 0


def test_a_child_that_says_nothing_is_not_measured() -> None:
    with Child([sys.executable, "-c", "pass"]) as child, pytest.raises(NotMeasured):
        child.answer(seconds=10)


def test_a_port_where_nobody_listens_is_told() -> None:
    with pytest.raises(NotMeasured, match="nobody listens"):
        until_open(free_port(), seconds=0.1)
