"""The last results: one JSON file a benchmark, with the machine they were made on."""

import json
import os
import platform
import shutil
import subprocess
from pathlib import Path

from bench.findings import Findings
from bench.plan import Plan
from foundation.clock import SystemClock

FOLDER = Path(__file__).parent / "results"


def write(folder: Path, name: str, plan: Plan, findings: Findings, *, busy_before: float) -> None:
    """Replaces what was found before under this name."""
    found = {
        "benchmark": name,
        "date": SystemClock().now().isoformat(timespec="seconds"),
        "size": plan.size,
        "product": _revision(plan.product),
        "machine": machine(),
        "busy_before": round(busy_before, 3),
        "figures": [
            {
                "figure": row.name,
                "median": row.median,
                "unit": row.unit,
                "target": row.target or None,
                "reached": row.reached,
                "values": row.values,
            }
            for row in findings.rows
        ],
        "runs": findings.runs,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


def machine() -> dict[str, object]:
    """What a figure depends on, and nothing that names the machine."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "smtp-sink": shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None,
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _revision(product: Path) -> str:
    """The commit that was measured, with a sign when the files differ from it."""
    asked = ["git", "-C", str(product), "describe", "--always", "--dirty"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip()
