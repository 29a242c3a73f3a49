"""What a run is compared with, measured right beside it: the bare aiosmtplib loop, and Postfix's smtp-source."""

import json
import subprocess
import time

from bench.findings import NotMeasured
from bench.processes import Child, module
from bench.sinks import postfix_program

LETTER_OCTETS = 2000
SLOWEST = 50  # letters a second; a yardstick slower than that is broken


def bare_seconds(port: int, letters: int, connections: int) -> float:
    """What the bare loop takes for so many letters, in a process of its own."""
    with Child(module("bench.bare", port, letters, connections, LETTER_OCTETS)) as child:
        return float(json.loads(child.answer(seconds=60 + letters / SLOWEST))["seconds"])


def smtp_source_seconds(port: int, letters: int, connections: int) -> float | None:
    """None where Postfix is not installed."""
    program = postfix_program("smtp-source")
    if program is None:
        return None
    command = [program, "-4", "-d", "-s", str(connections), "-l", str(LETTER_OCTETS), "-m", str(letters)]
    begun = time.perf_counter()
    done = subprocess.run(
        [*command, f"127.0.0.1:{port}"], check=False, capture_output=True, timeout=60 + letters / SLOWEST
    )
    if done.returncode:
        raise NotMeasured(f"smtp-source: {done.stderr.decode(errors='replace').strip()[-200:]}")
    return time.perf_counter() - begun
