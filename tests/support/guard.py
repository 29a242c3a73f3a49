"""The guard of a server that a test started: outlives us, however we end, and then stops it and cleans up."""

import subprocess
from typing import Any

LONGEST_END_SECONDS = 20


class Guard:
    """Runs a shell script that reads its input to the end; that end is ours. `who` is as whom it runs."""

    def __init__(self, script: str, *arguments: str, **who: Any) -> None:
        self._process: subprocess.Popen[bytes] | None = subprocess.Popen(
            ["/bin/sh", "-c", script, "guard", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            **who,
        )

    def end(self) -> None:
        """Returns when the script has ended; a second time it does nothing."""
        if self._process is not None:
            self._process.communicate(timeout=LONGEST_END_SECONDS)
            self._process = None
