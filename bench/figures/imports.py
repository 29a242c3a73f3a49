"""An older system's list of a million lines, three of a hundred broken: time and memory of the command."""

import json
import os
import subprocess
import time
from collections import Counter
from pathlib import Path

from bench import made_up_list
from bench.comparison import MIB
from bench.findings import Findings, NotMeasured
from bench.place import Place, new_folder
from bench.plan import Plan
from bench.postgres import postgres
from bench.processes import module
from bench.table import Row
from bench.telling import say

ROWS = 1_000_000
MOST_SECONDS = 120
MOST_MIB = 200
_SETTINGS = {"HANSHO_MODE": "practice"}


def measure_sqlite(plan: Plan) -> Findings:
    """From the command's start to its end; each run into an empty register."""
    return _measure(plan, "SQLite", postgresql=False)


def measure_postgres(plan: Plan) -> Findings:
    """The same on PostgreSQL."""
    return _measure(plan, "PostgreSQL", postgresql=True)


def _measure(plan: Plan, name: str, *, postgresql: bool) -> Findings:
    rows = plan.letters(ROWS)
    runs = [_run_once(plan, rows, postgresql=postgresql) for _ in range(plan.runs)]
    target = MOST_SECONDS if plan.size == 1 else None
    figures = [
        Row(f"import of {rows:,} lines, {name}: time", tuple(run["seconds"] for run in runs), "s", None, target),
        Row(f"import of {rows:,} lines, {name}: processor time of the command", tuple(run["cpu"] for run in runs), "s"),
        Row(
            f"import of {rows:,} lines, {name}: peak memory",
            tuple(run["peak"] / MIB for run in runs),
            "MiB",
            None,
            MOST_MIB,
        ),
    ]
    return Findings(figures, runs)


def _run_once(plan: Plan, rows: int, *, postgresql: bool) -> dict[str, float]:
    with new_folder() as folder:
        if postgresql:
            with postgres() as url:
                return _imported(Place(folder, plan.product, {**_SETTINGS, "HANSHO_DATABASE_URL": url}), rows)
        return _imported(Place(folder, plan.product, _SETTINGS), rows)


def _imported(place: Place, rows: int) -> dict[str, float]:
    place.run("migrate")
    file, told = place.folder / "list.csv", place.folder / "told"
    made_up_list.write(file, rows)
    began = time.monotonic()
    with told.open("wb") as output:
        child = subprocess.Popen(
            module("service", "subscribers", "import", file, "--json"),
            env={**os.environ, **place.own_settings(), "PYTHONPATH": str(place.product)},
            cwd=place.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(child.pid, 0)
    seconds = time.monotonic() - began
    if status:
        raise NotMeasured("the import failed")
    _prove(told, rows)
    say(f"{rows / seconds:,.0f} lines/s, {used.ru_maxrss / 1024:,.0f} MiB")
    return {"seconds": seconds, "peak": used.ru_maxrss * 1024.0, "cpu": used.ru_utime + used.ru_stime}


def _prove(told: Path, rows: int) -> None:
    """Raises NotMeasured unless each broken line was named once and every other line is in."""
    with told.open(encoding="utf-8") as lines:
        kinds = Counter("line" if "reason" in (found := json.loads(line)) else "counts" for line in lines)
    broken = made_up_list.broken(rows)
    if kinds["line"] != broken or (found["added"], found["rejected"]) != (rows - broken, broken):
        raise NotMeasured(f"{found} for {rows} lines, {broken} of them broken")
